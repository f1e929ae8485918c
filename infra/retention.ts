import { type App, RemovalPolicies, type Stack } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Config } from "./config.ts";

/** What holds data, or would leave data without its key or its rule that only TLS may reach it. */
const holdsData = [
	"AWS::Kinesis::Stream",
	"AWS::S3::Bucket",
	"AWS::S3::BucketPolicy",
	"AWS::Glue::Database",
	"AWS::DynamoDB::GlobalTable",
	"AWS::SQS::Queue",
	"AWS::SQS::QueuePolicy",
	"AWS::Timestream::Database",
	"AWS::Timestream::Table",
	"AWS::Timestream::InfluxDBInstance",
	"AWS::SecretsManager::Secret",
	"AWS::KMS::Key",
	"AWS::Logs::LogGroup",
	"AWS::Logs::LogStream",
	// Its snapshots go with it.
	"AWS::KinesisAnalyticsV2::Application",
];

/** Keeps all that holds data, whatever its stack says and whatever becomes of it; the stacks refuse to be deleted. */
export function retainData(app: App, stacks: readonly Stack[]): void {
	RemovalPolicies.of(app).retain({ applyToResourceTypes: holdsData });
	for (const stack of stacks) stack.terminationProtection = true;
}

/** For how long a log group keeps what is in it. */
export function logRetention({ logDays }: Config): RetentionDays {
	return logDays satisfies RetentionDays as RetentionDays;
}
