import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, tools } from "../../local/paths.ts";
import { localCredentials, region } from "../../local/stack.ts";

/** For an emulator without CBOR: the first is the source's property (its package is relocated), the second the sink's. */
export const noCbor = ["-Dorg.apache.flink.kinesis.shaded.com.amazonaws.sdk.disableCbor=1", "-Daws.cborEnabled=false"];

/** The arguments of `java` that start the workbench. */
export function workbenchArgs({ options, log4j }: { options: readonly string[]; log4j: string }): string[] {
	return [
		...opensOf(readFileSync(join(root, "sql", "runner", "pom.xml"), "utf8")),
		...options,
		...noCbor,
		`-Dlog4j2.configurationFile=${log4j}`,
		"-cp",
		[tools().runnerJar, join(tools().flinkLib, "*")].join(":"),
		"io.tidemark.runner.workbench.Workbench",
	];
}

/** The environment of the workbench: nothing of ours but what finds programs, and the emulator's account. */
export function workbenchEnv(): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		AWS_REGION: region,
		AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
	};
}

/** The JVM options that open what Flink and Iceberg reach into, as the runner's own tests use them. */
export function opensOf(pom: string): string[] {
	const text = /<flink\.opens>([^<]*)<\/flink\.opens>/.exec(pom)?.[1];
	if (text === undefined) throw new Error("sql/runner/pom.xml has no property flink.opens");
	return text.split(/\s+/).filter((option) => option.startsWith("--add-"));
}
