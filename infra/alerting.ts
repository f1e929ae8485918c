import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Alias } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { deadLetterQueue, streamConsumer } from "./consumer.ts";
import type { Streams } from "./ingest.ts";

/** Hits into notifications: a function that publishes each hit once to the topic that people and programs subscribe to. */
export class AlertingStack extends Stack {
	constructor(scope: Construct, id: string, props: StackProps & { config: Config; streams: Streams }) {
		super(scope, id, props);
		const { config, streams } = props;
		const deadLetters = deadLetterQueue(this, "DeadLetters");
		const topic = new Topic(this, "Alerts", {
			topicName: `${config.prefix}-alerts`,
			displayName: "Tidemark",
			masterKey: Alias.fromAliasName(this, "SnsKey", "alias/aws/sns"),
			enforceSSL: true,
		});
		const published = new TableV2(this, "Published", {
			partitionKey: { name: "id", type: AttributeType.STRING },
			timeToLiveAttribute: "expiration",
			billing: Billing.onDemand(),
			encryption: TableEncryptionV2.dynamoOwnedKey(),
			removalPolicy: RemovalPolicy.DESTROY,
		});
		const alertHits = streamConsumer(this, "AlertHits", {
			config,
			name: "alerting-hits",
			entry: "alerting/hits.lambda.ts",
			stream: streams.hits,
			batchSize: config.alertingBatch,
			deadLetters,
			environment: {
				TOPIC_ARN: topic.topicArn,
				PUBLISHED_TABLE: published.tableName,
				MEMORY_DAYS: String(config.alertMemoryDays),
			},
		});
		topic.grantPublish(alertHits);
		published.grant(alertHits, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem");

		new CfnOutput(this, "AlertsTopicArn", { value: topic.topicArn });
		new CfnOutput(this, "AlertingDeadLettersUrl", { value: deadLetters.queueUrl });
		if (config.alertsQueue) {
			const queue = new Queue(this, "AlertsQueue", {
				retentionPeriod: Duration.days(14),
				encryption: QueueEncryption.SQS_MANAGED,
				enforceSSL: true,
			});
			topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
			new CfnOutput(this, "AlertsQueueUrl", { value: queue.queueUrl });
		}
	}
}
