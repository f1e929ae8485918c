import type {
	ApplicationConfiguration,
	ApplicationConfigurationUpdate,
	ApplicationDetail,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { UserError } from "../../local/errors.ts";

/** What of an application a release decides: its code, properties, sizes, checkpoints, snapshots. */
export type Configuration = Pick<
	ApplicationConfiguration,
	| "ApplicationCodeConfiguration"
	| "EnvironmentProperties"
	| "FlinkApplicationConfiguration"
	| "ApplicationSnapshotConfiguration"
	| "ApplicationSystemRollbackConfiguration"
>;

/** The property group of the runner, and the property in it that says which release runs. */
export const RUNNER_GROUP = "tidemark.runner";
export const SQL_GROUP = "tidemark.sql";

/** The configuration that an application has, in the form in which it is given. */
export function configurationOf(detail: ApplicationDetail): Configuration {
	const all = detail.ApplicationConfigurationDescription ?? {};
	const code = all.ApplicationCodeConfigurationDescription;
	const place = code?.CodeContentDescription?.S3ApplicationCodeLocationDescription;
	const flink = all.FlinkApplicationConfigurationDescription ?? {};
	const { CurrentParallelism: _, ...parallelism } = flink.ParallelismConfigurationDescription ?? {};
	const groups = all.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? [];
	return withoutUndefined({
		ApplicationCodeConfiguration: {
			CodeContentType: code?.CodeContentType ?? "ZIPFILE",
			CodeContent: { S3ContentLocation: { BucketARN: place?.BucketARN, FileKey: place?.FileKey } },
		},
		EnvironmentProperties: { PropertyGroups: groups },
		FlinkApplicationConfiguration: {
			CheckpointConfiguration: flink.CheckpointConfigurationDescription,
			MonitoringConfiguration: flink.MonitoringConfigurationDescription,
			ParallelismConfiguration: parallelism,
		},
		ApplicationSnapshotConfiguration: all.ApplicationSnapshotConfigurationDescription,
		ApplicationSystemRollbackConfiguration: all.ApplicationSystemRollbackConfigurationDescription,
	}) as Configuration;
}

/**
 * The same as `UpdateApplication` wants it: each member is called as what it changes, with `Update` behind it; properties
 * are replaced as a whole.
 */
export function updateOf({ EnvironmentProperties, ...rest }: Configuration): ApplicationConfigurationUpdate {
	return { ...renamed(rest), ...(EnvironmentProperties ? { EnvironmentPropertyUpdates: EnvironmentProperties } : {}) };
}

function renamed(members: object): object {
	return Object.fromEntries(
		Object.entries(members).map(([name, value]) => [
			`${name}Update`,
			typeof value === "object" && value !== null ? renamed(value) : value,
		]),
	);
}

/** The properties of a group of a configuration. */
export function propertiesOf({ EnvironmentProperties }: Configuration, group: string): Record<string, string> {
	return EnvironmentProperties?.PropertyGroups?.find((each) => each.PropertyGroupId === group)?.PropertyMap ?? {};
}

/** Where the SQL of a configuration is: `s3://BUCKET/releases/ID/sql.zip`. */
export function sqlLocationOf(configuration: Configuration): string {
	const location = propertiesOf(configuration, RUNNER_GROUP)["sql.location"];
	if (location) return location;
	throw new UserError(
		`The application has no property sql.location in the group ${RUNNER_GROUP}: it is none of Tidemark's. Check --env and --region.`,
	);
}

/** Whether an application has the SQL of a configuration. */
export function hasSqlOf(detail: ApplicationDetail, { configuration }: { configuration: Configuration }): boolean {
	return sqlLocationOf(configurationOf(detail)) === sqlLocationOf(configuration);
}

/** Whether two configurations run the same code with the same settings, in whatever order they are written. */
export function isSameConfiguration(a: Configuration, b: Configuration): boolean {
	return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
	if (Array.isArray(value)) return JSON.stringify(value.map(canonical).sort());
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
	return JSON.stringify(
		Object.entries(value)
			.filter(([, each]) => each !== undefined)
			.map(([name, each]) => [name, canonical(each)])
			.sort(),
	);
}

function withoutUndefined(value: object): object {
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, each]) => each !== undefined)
			.map(([name, each]) => [
				name,
				typeof each === "object" && each !== null && !Array.isArray(each) ? withoutUndefined(each) : each,
			]),
	);
}
