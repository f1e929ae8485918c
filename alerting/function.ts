/** What the alerting functions have in common: settings, clients, rules, table and dispatcher, made once at the start. */
import { readFileSync } from "node:fs";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { deadLetterQueue } from "../landing/dead_letters.ts";
import { flag, readSettings } from "../landing/settings.ts";
import { Dispatcher } from "./deliver/dispatch.ts";
import { AlertTable } from "./deliver/table.ts";
import type { AlertingOptions } from "./handle.ts";
import { countingMeasures } from "./measures.ts";
import { loadRules } from "./rules/load.ts";
import { silenceReader } from "./silences.ts";

/** The settings of every alerting function; infra/alerting.ts sets them. */
const shape = {
	TOPIC_ARN: z.string(),
	ALERTS_TABLE: z.string(),
	MEMORY_DAYS: z.coerce.number().positive(),
	FLUSH_URL: z.url(),
	DEAD_LETTERS_URL: z.url(),
	/** Whether event times are of the present; false for a replay of the past. */
	LIVE_DATA: flag,
	RETRY_WHOLE_BATCH: flag,
};

/** An alerting function's parts. */
export function alertingFunction() {
	const settings = readSettings(shape);
	const { TOPIC_ARN, ALERTS_TABLE, MEMORY_DAYS, FLUSH_URL, DEAD_LETTERS_URL, LIVE_DATA } = settings;
	const client = DynamoDBDocumentClient.from(new DynamoDBClient(), {
		marshallOptions: { removeUndefinedValues: true },
		// A latest price may be larger than numbers that count exactly.
		unmarshallOptions: { wrapNumbers: Number },
	});
	const sqs = new SQSClient();
	// Beside this file in its bundle.
	const rules = loadRules(readFileSync(new URL("rules.yaml", import.meta.url), "utf8"));
	const table = new AlertTable(client, ALERTS_TABLE, MEMORY_DAYS);
	const metrics = new Metrics();
	const logger = new Logger();
	const dispatcher = new Dispatcher({
		table,
		// One repetition at once; after that the batch comes again.
		sns: new SNSClient({ maxAttempts: 2 }),
		topicArn: TOPIC_ARN,
		rules,
		live: LIVE_DATA,
		later: async (rule, seconds) => {
			await sqs.send(
				new SendMessageCommand({ QueueUrl: FLUSH_URL, MessageBody: JSON.stringify({ rule }), DelaySeconds: seconds }),
			);
		},
	});
	const silenced = silenceReader(table);
	const options: AlertingOptions = {
		table,
		dispatcher,
		rules,
		surroundings: async () => ({ silenced: await silenced(), ...(LIVE_DATA ? { now: Date.now() } : {}) }),
		measures: countingMeasures(metrics),
		logger,
	};
	return {
		options,
		client,
		live: LIVE_DATA,
		consumer: {
			deadLetters: deadLetterQueue(sqs, DEAD_LETTERS_URL),
			retryWholeBatch: settings.RETRY_WHOLE_BATCH,
			logger,
			metrics,
		},
	};
}
