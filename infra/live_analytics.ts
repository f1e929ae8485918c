import { CfnOutput, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-timestream";
import type { Construct } from "constructs";
import { privateBucket } from "./bucket.ts";
import { streamConsumer } from "./consumer.ts";
import type { LandingProps } from "./landing.ts";
import { explainWildcards } from "./wildcards.ts";

/** Timestream bills each call by the KiB: bars of one minute that come within seconds of one another share a call. */
const batchingWindow = Duration.seconds(5);

/** The stream `bars` into a table of Timestream for LiveAnalytics. */
export function landInLiveAnalytics(scope: Construct, { config, streams, deadLetters }: LandingProps): void {
	// Bars that are older than the memory store are taken at once and written later; what is refused then is told here.
	const reports = privateBucket(scope, "LiveAnalyticsReports", {
		lifecycleRules: [{ expiration: Duration.days(30) }],
		removalPolicy: RemovalPolicy.RETAIN,
	});
	const database = new CfnDatabase(scope, "LiveAnalyticsDatabase", { databaseName: config.prefix });
	const table = new CfnTable(scope, "LiveAnalyticsBars", {
		databaseName: database.ref,
		tableName: "bars",
		retentionProperties: {
			MemoryStoreRetentionPeriodInHours: String(config.memoryStoreHours),
			MagneticStoreRetentionPeriodInDays: String(config.magneticStoreDays),
		},
		magneticStoreWriteProperties: {
			EnableMagneticStoreWrites: true,
			MagneticStoreRejectedDataLocation: {
				S3Configuration: { BucketName: reports.bucketName, EncryptionOption: "SSE_S3" },
			},
		},
	});
	// The lake has all of it.
	table.applyRemovalPolicy(RemovalPolicy.DESTROY);
	Validations.of(database).acknowledge({
		id: "AwsSolutions-TS3",
		reason: "AWS' own key encrypts it, as it does the streams that the same bars come from",
	});
	for (const each of [database, table]) {
		const reason = "Whoever chooses this store has Timestream for LiveAnalytics already";
		Validations.of(each).acknowledge({ id: "CloudFormation-Validate::W3697", reason });
	}
	const land = streamConsumer(scope, "WriteBars", {
		config,
		name: "landing-live-analytics",
		entry: "landing/live_analytics/bars.lambda.ts",
		stream: streams.bars,
		batchSize: config.landingBatch,
		batchingWindow,
		deadLetters,
		environment: { TIMESTREAM_DATABASE: config.prefix, TIMESTREAM_TABLE: "bars" },
	});
	land.addToRolePolicy(new PolicyStatement({ actions: ["timestream:WriteRecords"], resources: [table.attrArn] }));
	// Where to write is asked for first; AWS knows no resource for this question.
	land.addToRolePolicy(new PolicyStatement({ actions: ["timestream:DescribeEndpoints"], resources: ["*"] }));
	explainWildcards([land.role], [/^Resource::\*$/, "AWS knows no resource for timestream:DescribeEndpoints"]);
	new CfnOutput(scope, "LiveAnalyticsTable", { value: table.ref });
}
