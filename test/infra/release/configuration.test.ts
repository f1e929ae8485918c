import type { ApplicationDetail } from "@aws-sdk/client-kinesis-analytics-v2";
import { expect, test } from "vitest";
import { applicationConfiguration } from "../../../infra/application-configuration.ts";
import { readConfig } from "../../../infra/config.ts";
import {
	type Configuration,
	configurationOf,
	isSameConfiguration,
	propertiesOf,
	sqlLocationOf,
	updateOf,
} from "../../../infra/release/configuration.ts";
import { placesIn } from "../../../infra/release/stacks.ts";
import { place } from "./deploying.ts";

const config = readConfig({});
const given = applicationConfiguration(config, {
	code: { bucketArn: "arn:aws:s3:::code", fileKey: "runners/a.jar" },
	sqlLocation: "s3://code/releases/one/sql.zip",
	places: placesIn(place, config, "eu-west-1"),
}) as Configuration;

/** As DescribeApplication answers it: "ApplicationDetail" of the API reference. */
const detail = {
	ApplicationConfigurationDescription: {
		ApplicationCodeConfigurationDescription: {
			CodeContentType: "ZIPFILE",
			CodeContentDescription: {
				CodeMD5: "d41d8cd9",
				CodeSize: 210_000_000,
				S3ApplicationCodeLocationDescription: { BucketARN: "arn:aws:s3:::code", FileKey: "runners/a.jar" },
			},
		},
		EnvironmentPropertyDescriptions: {
			PropertyGroupDescriptions: [...(given.EnvironmentProperties?.PropertyGroups ?? [])].reverse(),
		},
		ApplicationSnapshotConfigurationDescription: { SnapshotsEnabled: true },
		ApplicationSystemRollbackConfigurationDescription: { RollbackEnabled: true },
		FlinkApplicationConfigurationDescription: {
			CheckpointConfigurationDescription: given.FlinkApplicationConfiguration?.CheckpointConfiguration,
			MonitoringConfigurationDescription: given.FlinkApplicationConfiguration?.MonitoringConfiguration,
			ParallelismConfigurationDescription: {
				...given.FlinkApplicationConfiguration?.ParallelismConfiguration,
				CurrentParallelism: 1,
			},
			JobPlanDescription: "{}",
		},
		ApplicationEncryptionConfigurationDescription: { KeyType: "AWS_OWNED_KEY" },
	},
} as ApplicationDetail;

test("what the service describes is what it was given, in whatever order", () => {
	expect(isSameConfiguration(configurationOf(detail), given)).toBe(true);
	expect(sqlLocationOf(configurationOf(detail))).toBe("s3://code/releases/one/sql.zip");
});

test.each<[string, (copy: Configuration) => void]>([
	[
		"the jar",
		(copy) => Object.assign(copy.ApplicationCodeConfiguration?.CodeContent?.S3ContentLocation ?? {}, { FileKey: "b" }),
	],
	["a property", (copy) => Object.assign(propertiesOf(copy, "tidemark.sql"), { LATENESS_SECONDS: "3" })],
	[
		"the parallelism",
		(copy) => Object.assign(copy.FlinkApplicationConfiguration?.ParallelismConfiguration ?? {}, { Parallelism: 2 }),
	],
	[
		"the checkpoints",
		(copy) =>
			Object.assign(copy.FlinkApplicationConfiguration?.CheckpointConfiguration ?? {}, { CheckpointInterval: 1 }),
	],
	["the snapshots", (copy) => Object.assign(copy.ApplicationSnapshotConfiguration ?? {}, { SnapshotsEnabled: false })],
])("a configuration differs by %s", (_, change) => {
	const copy = structuredClone(given);
	change(copy);
	expect(isSameConfiguration(copy, given)).toBe(false);
});

test("an update names each member with Update behind it, and gives the properties as a whole", () => {
	expect(updateOf(given)).toEqual({
		ApplicationCodeConfigurationUpdate: {
			CodeContentTypeUpdate: "ZIPFILE",
			CodeContentUpdate: {
				S3ContentLocationUpdate: { BucketARNUpdate: "arn:aws:s3:::code", FileKeyUpdate: "runners/a.jar" },
			},
		},
		EnvironmentPropertyUpdates: given.EnvironmentProperties,
		ApplicationSnapshotConfigurationUpdate: { SnapshotsEnabledUpdate: true },
		ApplicationSystemRollbackConfigurationUpdate: { RollbackEnabledUpdate: true },
		FlinkApplicationConfigurationUpdate: {
			CheckpointConfigurationUpdate: {
				ConfigurationTypeUpdate: "CUSTOM",
				CheckpointingEnabledUpdate: true,
				CheckpointIntervalUpdate: 60_000,
				MinPauseBetweenCheckpointsUpdate: 6_000,
			},
			ParallelismConfigurationUpdate: {
				ConfigurationTypeUpdate: "CUSTOM",
				ParallelismUpdate: 1,
				ParallelismPerKPUUpdate: 1,
				AutoScalingEnabledUpdate: false,
			},
			MonitoringConfigurationUpdate: {
				ConfigurationTypeUpdate: "CUSTOM",
				LogLevelUpdate: "INFO",
				MetricsLevelUpdate: "OPERATOR",
			},
		},
	});
});

test("an application that is none of Tidemark's is refused by name of what it lacks", () => {
	expect(() => sqlLocationOf(configurationOf({} as ApplicationDetail))).toThrow(
		/no property sql\.location in the group tidemark\.runner.*--env and --region/,
	);
});
