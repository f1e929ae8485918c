import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import type { IVpc } from "aws-cdk-lib/aws-ec2";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
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
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";
import type { Config } from "./config.ts";
import type { PrivateNetwork } from "./network.ts";
import { logRetention } from "./retention.ts";
import { explainWildcards } from "./wildcards.ts";

export type FunctionProps = {
	config: Config;
	/** The last part of the function's name. */
	name: string;
	/** The Lambda's entry, from the repository's root. */
	entry: string;
	deadLetters: Queue;
	/** The entry's settings, beside the ones that every function has. */
	environment?: Record<string, string>;
	/** Where it runs to reach what is in a private network. */
	network?: PrivateNetwork;
	/** Files to put beside the bundle: their names there, and where they are. */
	files?: Record<string, string>;
};

export type ConsumerProps = FunctionProps & {
	stream: Stream;
	batchSize: number;
	/** How long records are gathered for one call; left out, they are passed on as they come. */
	batchingWindow?: Duration;
};

/**
 * A function that is given a stream's records from the oldest on, shard by shard and in order. It says which record
 * failed; a batch that goes on failing is halved, and after `retries` attempts its position goes to `deadLetters`.
 */
export function streamConsumer(scope: Construct, id: string, props: ConsumerProps): Lambda {
	const { config, stream, deadLetters } = props;
	const consumer = nodeFunction(scope, id, props);
	made.set(consumer, { name: nameOf(props), stream: true });
	consumer.addEventSource(
		new KinesisEventSource(stream, {
			startingPosition: StartingPosition.TRIM_HORIZON,
			batchSize: props.batchSize,
			...(props.batchingWindow ? { maxBatchingWindow: props.batchingWindow } : {}),
			bisectBatchOnError: true,
			reportBatchItemFailures: true,
			retryAttempts: config.retries,
			onFailure: new SqsDlq(deadLetters),
		}),
	);
	return consumer;
}

/** A function of the repository's TypeScript, bundled, with its log and the right to keep dead letters. */
export function nodeFunction(scope: Construct, id: string, props: FunctionProps): Lambda {
	const { config, deadLetters, network } = props;
	const functionName = nameOf(props);
	const logGroup = new LogGroup(scope, `${id}Logs`, {
		retention: logRetention(config),
		removalPolicy: RemovalPolicy.DESTROY,
	});
	const lambda = new Lambda(scope, id, {
		functionName,
		code: Code.fromAsset(bundle(scope, functionName, props.entry, props.files)),
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
		logGroup,
		role: functionRole(scope, `${id}Role`, logGroup, network !== undefined),
		...(network
			? { vpc: network.vpc as IVpc, vpcSubnets: { subnets: network.subnets }, securityGroups: [network.functions] }
			: {}),
	});
	deadLetters.grantSendMessages(lambda);
	made.set(lambda, { name: functionName, stream: false });
	return lambda;
}

/**
 * A role of a function that may write its own log and nothing else: Lambda's own policy for that would allow the logs of
 * every function. With `inNetwork` it may have an address in a VPC, too.
 */
export function functionRole(scope: Construct, id: string, logGroup: LogGroup, inNetwork = false): Role {
	const role = new Role(scope, id, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
	logGroup.grantWrite(role);
	if (inNetwork) {
		role.addToPolicy(
			new PolicyStatement({
				actions: [
					"ec2:AssignPrivateIpAddresses",
					"ec2:CreateNetworkInterface",
					"ec2:DeleteNetworkInterface",
					"ec2:DescribeNetworkInterfaces",
					"ec2:DescribeSubnets",
					"ec2:UnassignPrivateIpAddresses",
				],
				resources: ["*"],
			}),
		);
		explainWildcards(
			[role],
			[
				/^Resource::\*$/,
				"Lambda makes network interfaces with the function's role, and EC2 knows no resource before there is one",
			],
		);
	}
	return role;
}

const nameOf = ({ config, name }: FunctionProps) => `${config.prefix}-${name}`;

/** A function that was made here, and whether it is given a stream's records. */
export type Made = { name: string; stream: boolean };
const made = new WeakMap<Construct, Made>();

/** The functions below a construct that were made here. */
export function functionsIn(scope: Construct): Made[] {
	return scope.node.findAll().flatMap((each) => made.get(each as Construct) ?? []);
}

/** The queue for what a function could not use, kept as long as SQS keeps anything. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
	const queue = encryptedQueue(scope, id, { retentionPeriod: Duration.days(14) });
	Validations.of(queue).acknowledge({ id: "AwsSolutions-SQS3", reason: "It is a queue of dead letters itself" });
	return queue;
}

/** A queue that takes TLS only. */
export function encryptedQueue(scope: Construct, id: string, props: QueueProps): Queue {
	return new Queue(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
}
