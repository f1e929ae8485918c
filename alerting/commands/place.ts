/** Where the alerting is that a command is about: a stack on this machine, or the account that the environment names. */
import { existsSync } from "node:fs";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Stage, stackName } from "../../infra/config.ts";
import { emulated } from "../../infra/emulated.ts";
import { settingsOf } from "../../infra/settings.ts";
import { UserError } from "../../local/errors.ts";
import { queueClient } from "../../local/notifications.ts";
import { outputsOf } from "../../local/outputs.ts";
import type { WhereOptions } from "../../local/place-options.ts";
import { ownRules } from "../../local/rules.ts";
import { findStack, placesIn } from "../../local/stack.ts";
import { withEmulator } from "../../local/wake.ts";
import { kinesisClient } from "../../producer/client.ts";
import { AlertTable } from "../deliver/table.ts";

/** The two queues that dead letters are kept in. */
export type QueueName = "alerting" | "landing";

/** The parts of a deployed alerting that commands work with. */
export interface Place {
	table: AlertTable;
	sqs: SQSClient;
	kinesis: KinesisClient;
	/** The URL of a queue of dead letters. */
	deadLetters(queue: QueueName): Promise<string>;
	/** The file of rules that it goes by, as far as that is known here. */
	rulesFile: string;
}

/** Alerts are written by the functions only; a command writes no new ones. */
const MEMORY_DAYS = 8;

/**
 * Gives `work` the alerting that the options name. A local stack that is not up has its emulator started for it.
 *
 * @throws UserError where there is none
 */
export async function withPlace<T>(
	{ aws, run, ...options }: WhereOptions,
	work: (place: Place) => Promise<T>,
): Promise<T> {
	if (aws) {
		const { config } = settingsOf(options);
		const outputs = (stage: Stage) => outputsOf(stackName(config, stage));
		const { AlertsTable } = await outputs("Alerting");
		const parts = {
			dynamo: {},
			table: AlertsTable,
			sqs: new SQSClient(),
			kinesis: new KinesisClient({ maxAttempts: 8 }),
		};
		const queues = {
			alerting: async () => (await outputs("Alerting")).AlertingDeadLettersUrl,
			landing: async () => (await outputs("Landing")).LandingDeadLettersUrl,
		};
		return using({ ...parts, queues, rulesFile: config.rulesFile }, work);
	}
	return withEmulator(await findStack(run), async ({ dir, endpoints, outputs }) => {
		const { rules } = placesIn(dir);
		const parts = {
			dynamo: emulated(endpoints.aws),
			table: outputs.AlertsTable,
			sqs: queueClient(endpoints.aws),
			kinesis: kinesisClient({ endpoint: endpoints.aws }),
		};
		const queues = {
			alerting: async () => outputs.AlertingDeadLettersUrl,
			landing: async () => outputs.LandingDeadLettersUrl,
		};
		return using({ ...parts, queues, rulesFile: existsSync(rules) ? rules : ownRules }, work);
	});
}

interface Parts {
	dynamo: DynamoDBClientConfig;
	table: string | undefined;
	sqs: SQSClient;
	kinesis: KinesisClient;
	queues: Record<QueueName, () => Promise<string | undefined>>;
	rulesFile: string;
}

/** Does the work with the clients, and ends them. */
async function using<T>({ dynamo, table, queues, ...parts }: Parts, work: (place: Place) => Promise<T>): Promise<T> {
	const client = new DynamoDBClient(dynamo);
	try {
		const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
		return await work({
			...parts,
			table: new AlertTable(documents, known(table, "table of alerts"), MEMORY_DAYS),
			deadLetters: async (queue) => known(await queues[queue](), `queue of ${queue}'s dead letters`),
		});
	} finally {
		for (const each of [client, parts.sqs, parts.kinesis]) each.destroy();
	}
}

function known(value: string | undefined, what: string): string {
	if (value === undefined) throw new UserError(`The stack does not say its ${what}: deploy it again as it is now`);
	return value;
}
