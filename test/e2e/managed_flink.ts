/** Does for an application of the emulator, which only keeps it, what Managed Flink does: runs its jar with its properties. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeApplicationCommand, KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { execa } from "execa";
import { writeProperties } from "../../local/application.ts";
import { log4jConfig } from "../../local/flink-config.ts";
import { localCredentials, region } from "../../local/stack.ts";
import { workbenchArgs, workbenchEnv } from "../../sql/workbench/jvm.ts";

/**
 * Runs the program of an application that was started, to its end.
 *
 * @param deployed where the emulator was when the stacks were deployed, as the properties say; it answers at `aws` now
 */
export async function runApplication(name: string, aws: string, deployed: string, java: string): Promise<void> {
	const client = new KinesisAnalyticsV2Client({ endpoint: aws, region, credentials: localCredentials });
	const dir = mkdtempSync(join(tmpdir(), "tidemark-e2e-managed-"));
	try {
		const { ApplicationDetail } = await client.send(new DescribeApplicationCommand({ ApplicationName: name }));
		const groups = ApplicationDetail?.ApplicationConfigurationDescription?.EnvironmentPropertyDescriptions;
		// A backfill takes no checkpoints, so there is no interval of which an application that runs the job has one.
		const properties = join(dir, "application_properties.json");
		const given = (groups?.PropertyGroupDescriptions ?? []).map(({ PropertyGroupId = "", PropertyMap = {} }) => ({
			PropertyGroupId,
			PropertyMap: Object.fromEntries(
				Object.entries(PropertyMap).map(([name, value]) => [name, value.replace(deployed, aws)]),
			),
		}));
		writeProperties(properties, { groups: given, checkpointMs: 0, parallelism: 1 });
		const log4j = join(dir, "log4j2.properties");
		writeFileSync(log4j, log4jConfig);
		const options = [
			`-Dtidemark.properties=${properties}`,
			`-Djava.io.tmpdir=${dir}`,
			"-Xmx2g",
			"-XX:TieredStopAtLevel=1",
		];
		const args = [...workbenchArgs({ options, log4j }).slice(0, -1), "io.tidemark.runner.Main"];
		await execa(java, args, { env: workbenchEnv(), extendEnv: false });
	} finally {
		client.destroy();
		rmSync(dir, { recursive: true, force: true });
	}
}

/** Whether there is such an application. */
export async function isThere(name: string, aws: string): Promise<boolean> {
	const client = new KinesisAnalyticsV2Client({ endpoint: aws, region, credentials: localCredentials });
	try {
		await client.send(new DescribeApplicationCommand({ ApplicationName: name }));
		return true;
	} catch (error) {
		if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
		throw error;
	} finally {
		client.destroy();
	}
}
