import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { Tick } from "../../contracts.ts";
import { streamConsumer } from "../consumer.ts";
import { deadLetterQueue } from "../dead_letters.ts";
import { flag, readSettings } from "../settings.ts";
import { latestWriter } from "./latest.ts";

const settings = readSettings({ LATEST_TABLE: z.string(), DEAD_LETTERS_URL: z.url(), RETRY_WHOLE_BATCH: flag });

// Without this the client itself throws at a number beyond 2⁵³, which would come again for ever; the table says what it takes.
const client = DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { allowImpreciseNumbers: true } });

/** The stream `ticks` into the table of latest prices. */
export const handler = streamConsumer({
	schema: Tick,
	handle: latestWriter(client, settings.LATEST_TABLE),
	deadLetters: deadLetterQueue(new SQSClient(), settings.DEAD_LETTERS_URL),
	retryWholeBatch: settings.RETRY_WHOLE_BATCH,
	logger: new Logger(),
	metrics: new Metrics(),
});
