import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { Tick } from "../contracts.ts";
import { streamConsumer } from "./consumer.ts";
import { deadLetterQueue } from "./dead_letters.ts";
import { latestWriter } from "./latest.ts";
import { flag, readSettings } from "./settings.ts";

const settings = readSettings({ LATEST_TABLE: z.string(), DEAD_LETTERS_URL: z.url(), RETRY_WHOLE_BATCH: flag });

/** The stream `ticks` into the table of latest prices. */
export const handler = streamConsumer({
	schema: Tick,
	handle: latestWriter(DynamoDBDocumentClient.from(new DynamoDBClient()), settings.LATEST_TABLE),
	deadLetters: deadLetterQueue(new SQSClient(), settings.DEAD_LETTERS_URL),
	retryWholeBatch: settings.RETRY_WHOLE_BATCH,
	logger: new Logger(),
	metrics: new Metrics(),
});
