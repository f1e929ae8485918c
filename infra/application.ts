import { DescribeApplicationCommand, KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { emulated } from "./emulated.ts";

export type Application = {
	parallelism: number;
	/** Milliseconds. */
	checkpointInterval: number;
	/** Property group id → property → value. */
	propertyGroups: Record<string, Record<string, string>>;
};

/**
 * The Managed Flink application as it is deployed on the emulator at `endpoint`.
 *
 * @throws if there is none of this name, or it lacks a setting that the local Flink needs
 */
export async function readApplication(endpoint: string, name: string): Promise<Application> {
	const client = new KinesisAnalyticsV2Client(emulated(endpoint));
	try {
		const { ApplicationDetail: detail } = await client.send(new DescribeApplicationCommand({ ApplicationName: name }));
		const { FlinkApplicationConfigurationDescription: flink, EnvironmentPropertyDescriptions: environment } =
			detail?.ApplicationConfigurationDescription ?? {};
		const parallelism = flink?.ParallelismConfigurationDescription?.Parallelism;
		const checkpointInterval = flink?.CheckpointConfigurationDescription?.CheckpointInterval;
		const groups = environment?.PropertyGroupDescriptions;
		if (parallelism === undefined || checkpointInterval === undefined || groups === undefined) {
			throw new Error(
				`The application ${name} lacks its parallelism (${parallelism}), checkpoint interval (${checkpointInterval}) or property groups (${groups?.length ?? "none"}). Deploy it again: infra/compute.ts sets all three.`,
			);
		}
		const propertyGroups = Object.fromEntries(
			groups.map(({ PropertyGroupId, PropertyMap }) => [PropertyGroupId, { ...PropertyMap }]),
		);
		return { parallelism, checkpointInterval, propertyGroups };
	} finally {
		client.destroy();
	}
}
