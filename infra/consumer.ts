import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Stream } from "aws-cdk-lib/aws-kinesis";
import {
	Architecture,
	Code,
	Function as Lambda,
	LoggingFormat,
	Runtime,
	StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { KinesisEventSource, SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";
import type { Config } from "./config.ts";

/** Names the entry's settings, beside the ones that every consumer has. */
export type ConsumerProps = {
	config: Config;
	/** The last part of the function's name. */
	name: string;
	/** The Lambda's entry, from the repository's root. */
	entry: string;
	stream: Stream;
	batchSize: number;
	deadLetters: Queue;
	environment?: Record<string, string>;
};

/**
 * A function that is given a stream's records from the oldest on, shard by shard and in order. It says which record
 * failed; a batch that goes on failing is halved, and after `retries` attempts its position goes to `deadLetters`.
 */
export function streamConsumer(scope: Construct, id: string, props: ConsumerProps): Lambda {
	const { config, name, stream, deadLetters } = props;
	const functionName = `${config.prefix}-${name}`;
	const consumer = new Lambda(scope, id, {
		functionName,
		code: Code.fromAsset(bundle(scope, functionName, props.entry)),
		handler: "index.handler",
		runtime: Runtime.NODEJS_24_X,
		architecture: Architecture.ARM_64,
		memorySize: 512,
		timeout: Duration.seconds(60),
		environment: {
			NODE_OPTIONS: "--enable-source-maps",
			POWERTOOLS_SERVICE_NAME: functionName,
			POWERTOOLS_METRICS_NAMESPACE: config.prefix,
			DEAD_LETTERS_URL: deadLetters.queueUrl,
			...(config.retryWholeBatch ? { RETRY_WHOLE_BATCH: "true" } : {}),
			...props.environment,
		},
		loggingFormat: LoggingFormat.JSON,
		logGroup: new LogGroup(scope, `${id}Logs`, {
			retention: RetentionDays.ONE_MONTH,
			removalPolicy: RemovalPolicy.DESTROY,
		}),
	});
	deadLetters.grantSendMessages(consumer);
	consumer.addEventSource(
		new KinesisEventSource(stream, {
			startingPosition: StartingPosition.TRIM_HORIZON,
			batchSize: props.batchSize,
			bisectBatchOnError: true,
			reportBatchItemFailures: true,
			retryAttempts: config.retries,
			onFailure: new SqsDlq(deadLetters),
		}),
	);
	return consumer;
}

/** The queue for what a consumer could not use, kept as long as SQS keeps anything. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
	return new Queue(scope, id, {
		retentionPeriod: Duration.days(14),
		encryption: QueueEncryption.SQS_MANAGED,
		enforceSSL: true,
	});
}
