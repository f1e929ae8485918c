import type {
	ApplicationConfiguration,
	ApplicationEncryptionConfiguration,
} from "@aws-sdk/client-kinesis-analytics-v2";
import type { Config } from "./config.ts";
import { type Places, sqlProperties } from "./properties.ts";

/** Where the parts of an application are: plain text, or what CloudFormation fills in. */
export interface ApplicationParts {
	/** The runner's jar. */
	code: { bucketArn: string; fileKey: string };
	/** The zip with the job's SQL, as `s3://bucket/key`. */
	sqlLocation: string;
	places: Places;
}

/**
 * How an application's checkpoints and snapshots are encrypted, which is said when it is made and which no release changes.
 * A key of your own needs a policy that lets the service and the job's role use it.
 */
export const applicationEncryption = { KeyType: "AWS_OWNED_KEY" } satisfies ApplicationEncryptionConfiguration;

/**
 * All that a release tells a Managed Flink application, in the words of the service's API, which are CloudFormation's too: the
 * stack makes the application with it, and a deployment brings one that runs to it.
 */
export function applicationConfiguration(config: Config, { code, sqlLocation, places }: ApplicationParts) {
	return {
		ApplicationCodeConfiguration: {
			CodeContentType: "ZIPFILE",
			CodeContent: { S3ContentLocation: { BucketARN: code.bucketArn, FileKey: code.fileKey } },
		},
		EnvironmentProperties: {
			PropertyGroups: [
				{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": sqlLocation } },
				{ PropertyGroupId: "tidemark.sql", PropertyMap: sqlProperties(config, places) },
			],
		},
		ApplicationSnapshotConfiguration: { SnapshotsEnabled: true },
		// The service goes back to the version before when an update or a start fails.
		ApplicationSystemRollbackConfiguration: { RollbackEnabled: true },
		FlinkApplicationConfiguration: {
			CheckpointConfiguration: {
				ConfigurationType: "CUSTOM",
				CheckpointingEnabled: true,
				CheckpointInterval: config.checkpointMs,
				MinPauseBetweenCheckpoints: Math.ceil(config.checkpointMs / 10),
			},
			ParallelismConfiguration: {
				ConfigurationType: "CUSTOM",
				Parallelism: config.parallelism,
				ParallelismPerKPU: config.parallelismPerKpu,
				AutoScalingEnabled: false,
			},
			MonitoringConfiguration: { ConfigurationType: "CUSTOM", LogLevel: "INFO", MetricsLevel: "OPERATOR" },
		},
	} satisfies ApplicationConfiguration;
}
