import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { streamConsumer } from "./consumer.ts";
import type { LandingProps } from "./landing.ts";

/** The stream `bars`, and `ticks` where that is configured, into a table with the history of each symbol. */
export function landInDynamoDb(scope: Construct, { config, streams, deadLetters }: LandingProps): void {
	const history = new TableV2(scope, "History", {
		partitionKey: { name: "symbol", type: AttributeType.STRING },
		sortKey: { name: "series_time", type: AttributeType.STRING },
		timeToLiveAttribute: "expires",
		billing: Billing.onDemand(),
		encryption: TableEncryptionV2.dynamoOwnedKey(),
		// The lake has all of it.
		removalPolicy: RemovalPolicy.DESTROY,
	});
	for (const name of config.historyTicks ? (["bars", "ticks"] as const) : (["bars"] as const)) {
		const land = streamConsumer(scope, name === "bars" ? "KeepBars" : "KeepTicks", {
			config,
			name: `landing-history-${name}`,
			entry: `landing/dynamodb/history-${name}.lambda.ts`,
			stream: streams[name],
			batchSize: config.landingBatch,
			deadLetters,
			environment: { HISTORY_TABLE: history.tableName, HISTORY_DAYS: String(config.historyDays) },
		});
		history.grant(land, "dynamodb:PutItem");
	}
	new CfnOutput(scope, "HistoryTable", { value: history.tableName });
}
