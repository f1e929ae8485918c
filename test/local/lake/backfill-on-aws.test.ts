import type { ApplicationDetail } from "@aws-sdk/client-kinesis-analytics-v2";
import { expect, test } from "vitest";
import { applicationOf } from "../../../local/lake/backfill-on-aws.ts";

/** As DescribeApplication answers for the application of infra/compute.ts, less what is not looked at. */
const job: ApplicationDetail = {
	ApplicationARN: "arn:aws:kinesisanalytics:eu-west-1:111122223333:application/tidemark",
	ApplicationName: "tidemark",
	RuntimeEnvironment: "FLINK-1_20",
	ApplicationStatus: "RUNNING",
	ApplicationVersionId: 7,
	ServiceExecutionRole: "arn:aws:iam::111122223333:role/tidemark",
	CloudWatchLoggingOptionDescriptions: [
		{ CloudWatchLoggingOptionId: "1.1", LogStreamARN: "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s" },
	],
	ApplicationConfigurationDescription: {
		ApplicationCodeConfigurationDescription: {
			CodeContentType: "ZIPFILE",
			CodeContentDescription: {
				S3ApplicationCodeLocationDescription: { BucketARN: "arn:aws:s3:::assets", FileKey: "runner.jar" },
			},
		},
		EnvironmentPropertyDescriptions: {
			PropertyGroupDescriptions: [
				{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": "s3://assets/sql.zip" } },
				{ PropertyGroupId: "tidemark.sql", PropertyMap: { LAKE_WAREHOUSE: "s3://lake/lake" } },
			],
		},
		FlinkApplicationConfigurationDescription: {
			CheckpointConfigurationDescription: { ConfigurationType: "CUSTOM", CheckpointingEnabled: true },
			ParallelismConfigurationDescription: { ConfigurationType: "CUSTOM", Parallelism: 4, ParallelismPerKPU: 2 },
		},
	},
};
const asked = { from: "2026-01-05", to: "2026-01-06", layer: "bronze", result: "s3://lake/backfills/1/result.json" };
const groups = (made: ReturnType<typeof applicationOf>) =>
	Object.fromEntries(
		(made.ApplicationConfiguration?.EnvironmentProperties?.PropertyGroups ?? []).map((group) => [
			group.PropertyGroupId,
			group.PropertyMap,
		]),
	);

test("the second application is the job's with what is to be computed", () => {
	const made = applicationOf("tidemark-backfill-1", job, asked, undefined);
	expect(made).toMatchObject({
		ApplicationName: "tidemark-backfill-1",
		RuntimeEnvironment: "FLINK-1_20",
		ServiceExecutionRole: job.ServiceExecutionRole,
		CloudWatchLoggingOptions: [{ LogStreamARN: expect.stringContaining(":log-stream:s") }],
	});
	expect(made.ApplicationConfiguration?.ApplicationCodeConfiguration?.CodeContent?.S3ContentLocation).toEqual({
		BucketARN: "arn:aws:s3:::assets",
		FileKey: "runner.jar",
	});
	expect(groups(made)).toEqual({
		"tidemark.runner": { "sql.location": "s3://assets/sql.zip" },
		"tidemark.sql": { LAKE_WAREHOUSE: "s3://lake/lake" },
		"tidemark.backfill": asked,
	});
	expect(made.ApplicationConfiguration?.FlinkApplicationConfiguration).toMatchObject({
		CheckpointConfiguration: { CheckpointingEnabled: false },
		ParallelismConfiguration: { Parallelism: 4, AutoScalingEnabled: false },
	});
	expect(made.ApplicationConfiguration?.ApplicationSnapshotConfiguration).toEqual({ SnapshotsEnabled: false });
});

test("another SQL takes the place of the job's in the runner's group only, and a parallelism that of the job's", () => {
	const made = applicationOf("tidemark-backfill-1", job, asked, "s3://lake/backfills/1/sql.zip", 16);
	expect(groups(made)["tidemark.runner"]).toEqual({ "sql.location": "s3://lake/backfills/1/sql.zip" });
	expect(groups(made)["tidemark.sql"]).toEqual({ LAKE_WAREHOUSE: "s3://lake/lake" });
	expect(made.ApplicationConfiguration?.FlinkApplicationConfiguration?.ParallelismConfiguration?.Parallelism).toBe(16);
});

test("a job without a log needs none", () => {
	const { CloudWatchLoggingOptionDescriptions: _, ...without } = job;
	expect(applicationOf("b", without, asked, undefined)).not.toHaveProperty("CloudWatchLoggingOptions");
});
