import { join, resolve } from "node:path";
import { Duration, RemovalPolicy, Stage } from "aws-cdk-lib";
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
import { buildSync } from "esbuild";
import type { Config } from "./config.ts";

const root = resolve(import.meta.dirname, "..");

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
		code: bundle(scope, functionName, props.entry),
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

/**
 * The entry and all that it imports as one file. esbuild is called as a library: NodejsFunction starts it through npx,
 * which takes a second a function, and a local start waits for that.
 */
function bundle(scope: Construct, name: string, entry: string): Code {
	const folder = join(Stage.of(scope)?.outdir ?? "cdk.out", "bundles", name);
	buildSync({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile: join(folder, "index.mjs"),
		bundle: true,
		platform: "node",
		target: "node24",
		format: "esm",
		mainFields: ["module", "main"],
		sourcemap: true,
		sourcesContent: false,
		// Packages that are still CommonJS ask for a require.
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		logLevel: "error",
	});
	return Code.fromAsset(folder);
}

/** The queue for what a consumer could not use, kept as long as SQS keeps anything. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
	return new Queue(scope, id, {
		retentionPeriod: Duration.days(14),
		encryption: QueueEncryption.SQS_MANAGED,
		enforceSSL: true,
	});
}
