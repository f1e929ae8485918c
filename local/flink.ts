import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { newestCheckpoint, writeFlinkConf } from "./flink-config.ts";
import { flinkRest } from "./flink-rest.ts";
import { root, tools } from "./paths.ts";
import { requireFree } from "./ports.ts";
import { type Child, startChild, waitReady } from "./process.ts";
import { localCredentials, placesIn, region } from "./stack.ts";

/** How to start Flink. */
export interface FlinkStart {
	/** The stack's directory. */
	dir: string;
	port: number;
	java: string;
	checkpointMs: number;
	parallelism: number;
	signal?: AbortSignal;
	onStart?: (child: Child) => void;
}

/** For an emulator without CBOR: the first is the source's property (its package is relocated), the second the sink's. */
const NO_CBOR = ["-Dorg.apache.flink.kinesis.shaded.com.amazonaws.sdk.disableCbor=1", "-Daws.cborEnabled=false"];

/** Together these keep the JVM below 1.6 GiB. */
const MEMORY = [
	"-Xms128m",
	"-Xmx896m",
	"-XX:MaxMetaspaceSize=320m",
	"-XX:MaxDirectMemorySize=192m",
	"-XX:ReservedCodeCacheSize=96m",
	"-XX:+UseSerialGC",
];

/**
 * Starts the runner on a Flink of one JVM, from the newest complete checkpoint in the stack's directory if there is one,
 * and waits until the job runs.
 */
export async function startFlink({ dir, port, java, checkpointMs, parallelism, ...rest }: FlinkStart): Promise<Child> {
	await requireFree("flink", port);
	const places = placesIn(dir);
	const temporary = join(places.flink, "tmp");
	// Flink unpacks its planner here at each start; what a killed one left is of no use.
	rmSync(temporary, { recursive: true, force: true });
	mkdirSync(temporary, { recursive: true });
	writeFlinkConf(places.flinkConf, {
		port,
		checkpoints: places.checkpoints,
		checkpointMs,
		parallelism,
		restoreFrom: newestCheckpoint(places.checkpoints),
	});
	const child = await startChild({
		name: "Flink",
		command: java,
		args: [
			...opensOf(readFileSync(join(root, "sql", "runner", "pom.xml"), "utf8")),
			...MEMORY,
			...NO_CBOR,
			`-Djava.io.tmpdir=${temporary}`,
			`-Dlog4j2.configurationFile=${join(places.flinkConf, "log4j2.properties")}`,
			`-Dtidemark.properties=${places.properties}`,
			`-Dtidemark.flink.conf=${places.flinkConf}`,
			`-Dtidemark.plan=${places.plan}`,
			"-cp",
			[tools().runnerJar, join(tools().flinkLib, "*")].join(":"),
			"io.tidemark.runner.Main",
		],
		cwd: places.flink,
		env: {
			PATH: process.env.PATH,
			HOME: process.env.HOME,
			AWS_REGION: region,
			AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
			AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
		},
		log: places.log("flink"),
	});
	rest.onStart?.(child);
	const flink = flinkRest(`http://127.0.0.1:${port}`);
	await waitReady(child, async () => (await flink.job())?.state === "RUNNING", {
		// Planning takes some 15 s of one core, which a busy machine gives late.
		timeoutMs: 300_000,
		everyMs: 250,
		...(rest.signal ? { signal: rest.signal } : {}),
	});
	return child;
}

/** The JVM options that open what Flink and Iceberg reach into, as the runner's own tests use them. */
export function opensOf(pom: string): string[] {
	const text = /<flink\.opens>([^<]*)<\/flink\.opens>/.exec(pom)?.[1];
	if (text === undefined) throw new Error("sql/runner/pom.xml has no property flink.opens");
	return text.split(/\s+/).filter((option) => option.startsWith("--add-"));
}
