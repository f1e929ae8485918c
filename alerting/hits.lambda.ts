import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { Hit } from "../contracts.ts";
import { streamConsumer } from "../landing/consumer.ts";
import { deadLetterQueue } from "../landing/dead_letters.ts";
import { flag, readSettings } from "../landing/settings.ts";
import { hitNotifier } from "./notify.ts";

const settings = readSettings({
	TOPIC_ARN: z.string(),
	PUBLISHED_TABLE: z.string(),
	MEMORY_DAYS: z.coerce.number().positive(),
	DEAD_LETTERS_URL: z.url(),
	RETRY_WHOLE_BATCH: flag,
});

/** The stream `hits` into notifications. */
export const handler = streamConsumer({
	schema: Hit,
	handle: hitNotifier({
		sns: new SNSClient(),
		topicArn: settings.TOPIC_ARN,
		published: new DynamoDBPersistenceLayer({ tableName: settings.PUBLISHED_TABLE }),
		memoryDays: settings.MEMORY_DAYS,
	}),
	deadLetters: deadLetterQueue(new SQSClient(), settings.DEAD_LETTERS_URL),
	retryWholeBatch: settings.RETRY_WHOLE_BATCH,
	logger: new Logger(),
	metrics: new Metrics(),
});
