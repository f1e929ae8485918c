import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
	type ApplicationDetail,
	DescribeApplicationCommand,
	KinesisAnalyticsV2Client,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { UserError } from "./errors.ts";
import { localCredentials, region } from "./stack.ts";

/** What the deployed application says about how it is to be run. */
export interface Application {
	groups: { PropertyGroupId: string; PropertyMap: Record<string, string> }[];
	checkpointMs: number;
	parallelism: number;
}

/** Reads the deployed Managed Flink application, from which Flink is run here as it is there. */
export async function describeApplication(aws: string, name: string): Promise<Application> {
	const client = new KinesisAnalyticsV2Client({ endpoint: aws, region, credentials: localCredentials });
	try {
		const { ApplicationDetail } = await client.send(new DescribeApplicationCommand({ ApplicationName: name }));
		return applicationOf(ApplicationDetail, name);
	} finally {
		client.destroy();
	}
}

/** The settings within what `DescribeApplication` answers. Throws {@link UserError} naming every one that is missing. */
export function applicationOf(detail: ApplicationDetail | undefined, name: string): Application {
	const description = detail?.ApplicationConfigurationDescription;
	const flink = description?.FlinkApplicationConfigurationDescription;
	const groups = description?.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions;
	const checkpointMs = flink?.CheckpointConfigurationDescription?.CheckpointInterval;
	const parallelism = flink?.ParallelismConfigurationDescription?.Parallelism;
	const missing = Object.entries({ "property groups": groups?.length, checkpointMs, parallelism })
		.filter(([, value]) => !value)
		.map(([what]) => what);
	if (!groups || !checkpointMs || !parallelism) {
		throw new UserError(
			`The deployed application ${name} has no ${missing.join(", ")}: see infra/application-configuration.ts`,
		);
	}
	return {
		checkpointMs,
		parallelism,
		groups: groups.map(({ PropertyGroupId = "", PropertyMap = {} }) => ({ PropertyGroupId, PropertyMap })),
	};
}

/** Writes the property groups as Managed Flink hands them to the job. */
export function writeProperties(file: string, { groups }: Application): void {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${JSON.stringify(groups, null, "\t")}\n`);
}

/** One property of the application. Throws {@link UserError} if it is not there. */
export function property({ groups }: Pick<Application, "groups">, group: string, key: string): string {
	const value = groups.find(({ PropertyGroupId }) => PropertyGroupId === group)?.PropertyMap[key];
	if (value !== undefined) return value;
	throw new UserError(
		`The deployed application has no property ${key} in the group ${group}: see infra/application-configuration.ts`,
	);
}

/** How long windows stay open after their end, in milliseconds. */
export function latenessOf(application: Application): number {
	const text = property(application, "tidemark.sql", "LATENESS_SECONDS");
	const seconds = Number(text);
	if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
	throw new UserError(`The application's LATENESS_SECONDS is ${JSON.stringify(text)}: a number of seconds, 0 or more`);
}
