import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Alias } from "aws-cdk-lib/aws-kms";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { deadLetterQueue, encryptedQueue, nodeFunction, streamConsumer } from "./consumer.ts";
import type { Streams } from "./ingest.ts";
import { readRulesFile, subscribe } from "./subscriptions.ts";
import { explainWildcards } from "./wildcards.ts";

/**
 * Hits and bars into notifications: a function for each stream, and one that the clock calls, which share a table of
 * states and publish to the topic that people and programs subscribe to.
 */
export class AlertingStack extends Stack {
	/** What people and programs subscribe to. */
	readonly topic: Topic;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config; streams: Streams; latest: TableV2 }) {
		super(scope, id, props);
		const { config, streams, latest } = props;
		const rules = readRulesFile(config.rulesFile);
		const deadLetters = deadLetterQueue(this, "DeadLetters");
		this.topic = new Topic(this, "Alerts", {
			topicName: `${config.prefix}-alerts`,
			displayName: "Tidemark",
			masterKey: Alias.fromAliasName(this, "SnsKey", "alias/aws/sns"),
			enforceSSL: true,
		});
		const { topic } = this;
		const table = new TableV2(this, "States", {
			partitionKey: { name: "pk", type: AttributeType.STRING },
			sortKey: { name: "sk", type: AttributeType.STRING },
			globalSecondaryIndexes: [
				{
					indexName: "recent",
					partitionKey: { name: "day", type: AttributeType.STRING },
					sortKey: { name: "updated_at", type: AttributeType.STRING },
					projectionType: ProjectionType.ALL,
				},
			],
			timeToLiveAttribute: "expires",
			billing: Billing.onDemand(),
			encryption: TableEncryptionV2.dynamoOwnedKey(),
			// States begin anew with the next records; what was notified is in the lake's bars and hits.
			removalPolicy: RemovalPolicy.DESTROY,
		});
		// A message here says that a group of alerts is complete.
		const groupEnds = encryptedQueue(this, "GroupEnds", {
			visibilityTimeout: Duration.minutes(2),
			deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
		});
		const environment = {
			TOPIC_ARN: topic.topicArn,
			ALERTS_TABLE: table.tableName,
			MEMORY_DAYS: String(config.alertMemoryDays),
			FLUSH_URL: groupEnds.queueUrl,
			...(config.liveData ? { LIVE_DATA: "true" } : {}),
			...(config.endpoints.sns === undefined ? {} : { AWS_ENDPOINT_URL_SNS: config.endpoints.sns }),
		};
		const files = { "rules.yaml": config.rulesFile };
		const consumers = (["hits", "bars"] as const).map((name) =>
			streamConsumer(this, name === "hits" ? "AlertHits" : "AlertBars", {
				config,
				name: `alerting-${name}`,
				entry: `alerting/${name}.lambda.ts`,
				stream: streams[name],
				batchSize: config.alertingBatch,
				deadLetters,
				environment,
				files,
			}),
		);
		const watch = nodeFunction(this, "Watch", {
			config,
			name: "alerting-watch",
			entry: "alerting/watch.lambda.ts",
			deadLetters,
			environment: { ...environment, LATEST_TABLE: latest.tableName },
			files,
		});
		watch.addEventSource(new SqsEventSource(groupEnds, { batchSize: 1 }));
		new Rule(this, "EachMinute", {
			ruleName: `${config.prefix}-alerting-watch`,
			description: "Looks for symbols and a pipeline without results, and sends what was left over",
			schedule: Schedule.rate(Duration.minutes(1)),
			// The next minute looks again.
			targets: [new LambdaFunction(watch, { retryAttempts: 0 })],
		});
		latest.grant(watch, "dynamodb:Scan");
		for (const each of [...consumers, watch]) grantAlerting(each, { topic, table, groupEnds });

		new CfnOutput(this, "AlertsTopicArn", { value: topic.topicArn });
		new CfnOutput(this, "AlertsTable", { value: table.tableName });
		new CfnOutput(this, "AlertingDeadLettersUrl", { value: deadLetters.queueUrl });
		for (const subscription of rules.subscriptions) subscribe(this, topic, subscription);
		if (config.alertsQueue) {
			const queue = new Queue(this, "AlertsQueue", {
				retentionPeriod: Duration.days(14),
				encryption: QueueEncryption.SQS_MANAGED,
				enforceSSL: true,
			});
			const reason = "It is for looking at what was published; nobody works through it who could fail";
			Validations.of(queue).acknowledge({ id: "AwsSolutions-SQS3", reason });
			topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
			new CfnOutput(this, "AlertsQueueUrl", { value: queue.queueUrl });
		}
	}
}

/** All that an alerting function does: states and notifications in the table, messages, and the end of a group. */
function grantAlerting(
	grantee: Lambda,
	{ topic, table, groupEnds }: { topic: Topic; table: TableV2; groupEnds: Queue },
) {
	topic.grantPublish(grantee);
	groupEnds.grantSendMessages(grantee);
	table.grant(
		grantee,
		"dynamodb:BatchGetItem",
		"dynamodb:GetItem",
		"dynamodb:PutItem",
		"dynamodb:UpdateItem",
		"dynamodb:Query",
	);
	explainWildcards([grantee.role], [/\/index\/\*$/, "The indexes of the table of states, of which there is one"]);
}
