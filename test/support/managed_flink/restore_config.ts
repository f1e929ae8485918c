import type { ApplicationConfigurationDescription } from "@aws-sdk/client-kinesis-analytics-v2";
import type { Detail } from "./life.ts";

/** The input of UpdateApplication that brings an application back to what it was, as far as Flink applications have settings. */
export function asUpdate(detail: Detail): object {
	const config: ApplicationConfigurationDescription = detail.ApplicationConfigurationDescription ?? {};
	const code = config.ApplicationCodeConfigurationDescription;
	const content = code?.CodeContentDescription;
	const s3 = content?.S3ApplicationCodeLocationDescription;
	const flink = config.FlinkApplicationConfigurationDescription;
	return {
		RuntimeEnvironmentUpdate: detail.RuntimeEnvironment,
		ServiceExecutionRoleUpdate: detail.ServiceExecutionRole,
		ApplicationConfigurationUpdate: {
			ApplicationCodeConfigurationUpdate: {
				CodeContentTypeUpdate: code?.CodeContentType,
				CodeContentUpdate: s3
					? // The emulator merges: an object version that was not there has to be taken away.
						{ S3ContentLocationUpdate: suffixed({ ObjectVersion: null, ...s3 }) }
					: { TextContentUpdate: content?.TextContent },
			},
			FlinkApplicationConfigurationUpdate: {
				CheckpointConfigurationUpdate: suffixed(flink?.CheckpointConfigurationDescription),
				MonitoringConfigurationUpdate: suffixed(flink?.MonitoringConfigurationDescription),
				ParallelismConfigurationUpdate: suffixed({
					...flink?.ParallelismConfigurationDescription,
					CurrentParallelism: undefined,
				}),
			},
			EnvironmentPropertyUpdates: {
				PropertyGroups: config.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? [],
			},
			ApplicationSnapshotConfigurationUpdate: suffixed(config.ApplicationSnapshotConfigurationDescription),
			ApplicationSystemRollbackConfigurationUpdate: suffixed(config.ApplicationSystemRollbackConfigurationDescription),
		},
	};
}

/** Members of an update are named after what they set: `FileKey` is set by `FileKeyUpdate`. */
function suffixed(description: object = {}): object {
	return Object.fromEntries(Object.entries(description).map(([name, value]) => [`${name}Update`, value]));
}
