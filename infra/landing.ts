import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { type Config, type Store, storesOf } from "./config.ts";
import { deadLetterQueue, streamConsumer } from "./consumer.ts";
import { landInDynamoDb } from "./history.ts";
import { landInInfluxDb } from "./influxdb.ts";
import type { Streams } from "./ingest.ts";
import { landInLiveAnalytics } from "./live_analytics.ts";
import type { StoreStack } from "./store.ts";

/** What each store's part of the stack is made of. */
export type LandingProps = {
	config: Config;
	streams: Streams;
	deadLetters: Queue;
	/** The instance of Timestream for InfluxDB, where one is made. */
	store?: StoreStack | undefined;
};

const land: Record<Store, (scope: Construct, props: LandingProps) => void> = {
	influxdb: landInInfluxDb,
	"live-analytics": landInLiveAnalytics,
	dynamodb: landInDynamoDb,
};

/** Bars into each chosen store, ticks into the table of latest prices: a function for each, so that each fails alone. */
export class LandingStack extends Stack {
	/** The latest price of each symbol. */
	readonly latest: TableV2;

	constructor(
		scope: Construct,
		id: string,
		props: StackProps & { config: Config; streams: Streams; store?: StoreStack | undefined },
	) {
		super(scope, id, props);
		const { config, streams, store } = props;
		const deadLetters = deadLetterQueue(this, "DeadLetters");
		this.latest = new TableV2(this, "Latest", {
			partitionKey: { name: "symbol", type: AttributeType.STRING },
			billing: Billing.onDemand(),
			encryption: TableEncryptionV2.dynamoOwnedKey(),
			// The next ticks fill it again.
			removalPolicy: RemovalPolicy.DESTROY,
		});

		const parts = { config, streams, deadLetters, store };
		for (const store of new Set(storesOf(config))) land[store](this, parts);
		const landTicks = streamConsumer(this, "LandTicks", {
			config,
			name: "landing-ticks",
			entry: "landing/dynamodb/ticks.lambda.ts",
			stream: streams.ticks,
			batchSize: config.landingBatch,
			deadLetters,
			environment: { LATEST_TABLE: this.latest.tableName },
		});
		this.latest.grant(landTicks, "dynamodb:PutItem");

		new CfnOutput(this, "LandingDeadLettersUrl", { value: deadLetters.queueUrl });
		new CfnOutput(this, "LatestTable", { value: this.latest.tableName });
	}
}
