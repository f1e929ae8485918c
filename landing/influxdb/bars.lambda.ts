import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { Bar } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { deadLetterQueue } from "../dead_letters.ts";
import { flag, readSettings } from "../settings.ts";
import { lineStore } from "./store.ts";
import { tokenIn } from "./token.ts";
import { barWriter } from "./writer.ts";

const settings = readSettings({
	STORE_URL: z.url(),
	STORE_BUCKET: z.string(),
	STORE_ORG: z.string(),
	/** The name or ARN of the secret that holds the store's token; without it none is sent. */
	STORE_SECRET: z.string().optional(),
	DEAD_LETTERS_URL: z.url(),
	RETRY_WHOLE_BATCH: flag,
});
const store = lineStore({
	url: settings.STORE_URL,
	bucket: settings.STORE_BUCKET,
	org: settings.STORE_ORG,
	token: settings.STORE_SECRET ? tokenIn(settings.STORE_SECRET, new SecretsManagerClient()) : undefined,
});

/** The stream `bars` into the time-series store. */
export const handler = streamConsumer({
	schema: Bar,
	handle: barWriter(store),
	deadLetters: deadLetterQueue(new SQSClient(), settings.DEAD_LETTERS_URL),
	retryWholeBatch: settings.RETRY_WHOLE_BATCH,
	logger: new Logger(),
	metrics: new Metrics(),
});
