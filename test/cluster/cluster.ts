/** A Flink cluster of several processes from Flink's own distribution, in application mode, as the operator starts one. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import getPort from "get-port";
import { log4jConfig } from "../../local/flink-config.ts";
import { type FlinkRest, flinkRest } from "../../local/flink-rest.ts";
import { tools } from "../../local/paths.ts";
import { type Child, startChild, waitReady } from "../../local/process.ts";
import { noCbor, workbenchEnv } from "../../sql/workbench/jvm.ts";
import { distribution } from "./install.ts";

/** How to start a cluster. */
export interface ClusterStart {
	/** A directory of its own. */
	dir: string;
	java: string;
	/** The class whose main() makes the job, from the runner's jar. */
	entryClass: string;
	/** Flink's configuration; addresses are chosen here. */
	config: Record<string, string>;
	taskManagers: number;
	fromSavepoint?: string;
	/** Options of every JVM, in place of those of a small one that shares its cores. */
	jvm?: string[];
	/** The cores that TaskManagers may use, as `taskset` names them. */
	cores?: string;
	/** Whether state may be left over that no operator takes. */
	dropState?: boolean;
}

export interface Cluster {
	url: string;
	rest: FlinkRest;
	jobManager: Child;
	taskManagers: Child[];
	/** Starts one more, which registers by itself; resolves to where its metrics can be read. */
	addTaskManager(): Promise<string>;
	/** Takes a savepoint below a directory; the job goes on. */
	takeSavepoint(directory: string): Promise<string>;
	/** Stops the job with a savepoint below a directory; resolves to its path when every process has ended. */
	stopWithSavepoint(directory: string): Promise<string>;
	/** SIGKILL to every process. */
	kill(): Promise<void>;
}

/** Small, and with the quick compiler alone: three JVMs share the cores with the emulator. */
const SMALL = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=96m"];
const LOOPBACK = "127.0.0.1";

/** Starts a JobManager with the job and so many TaskManagers; resolves when the job's tasks all run. */
export async function startCluster(start: ClusterStart): Promise<Cluster> {
	const { dir, java } = start;
	const [rpc, rest] = [await getPort(), await getPort()];
	const home = makeHome(dir, {
		...start.config,
		"jobmanager.rpc.address": LOOPBACK,
		"jobmanager.rpc.port": String(rpc),
		"jobmanager.bind-host": LOOPBACK,
		"taskmanager.host": LOOPBACK,
		"taskmanager.bind-host": LOOPBACK,
		"rest.address": LOOPBACK,
		"rest.bind-address": LOOPBACK,
		"rest.port": String(rest),
		"rest.bind-port": String(rest),
	});
	const run = async (kind: "jobmanager" | "taskmanager", name: string, main: string, args: string[]) => {
		const temporary = join(dir, name);
		mkdirSync(temporary);
		const port = await getPort();
		const { jvm, flink } = await resources(start, home, kind);
		const pinned = kind === "taskmanager" && start.cores !== undefined ? ["taskset", "--cpu-list", start.cores] : [];
		const [command = java, ...before] = [...pinned, java];
		const child = await startChild({
			name,
			command,
			args: [
				...before,
				...jvm,
				...optionsIn(start.config, kind),
				...(start.jvm ?? SMALL),
				...noCbor,
				`-Djava.io.tmpdir=${temporary}`,
				`-Dlog4j.configurationFile=${join(home, "log4j2.properties")}`,
				"-cp",
				join(distribution(), "lib", "*"),
				main,
				"--configDir",
				home,
				...flink,
				...["-D", `io.tmp.dirs=${temporary}`, "-D", `metrics.reporter.prom.port=${port}`],
				...args,
			],
			env: { ...workbenchEnv(), ...environmentOf(home) },
			cwd: home,
			log: join(dir, `${name}.log`),
		});
		return { child, metrics: `http://${LOOPBACK}:${port}/metrics` };
	};

	const url = `http://${LOOPBACK}:${rest}`;
	const from = start.fromSavepoint === undefined ? [] : ["--fromSavepoint", start.fromSavepoint];
	const entry = "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint";
	const drop = start.dropState ? ["--allowNonRestoredState"] : [];
	const job = ["--job-classname", start.entryClass, ...from, ...drop];
	const { child: jobManager } = await run("jobmanager", "JobManager", entry, ["--executionMode", "cluster", ...job]);
	const cluster: Cluster = {
		url,
		rest: flinkRest(url),
		jobManager,
		taskManagers: [],
		async addTaskManager() {
			const name = `TaskManager-${cluster.taskManagers.length + 1}`;
			const main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
			const { child, metrics } = await run("taskmanager", name, main, []);
			cluster.taskManagers.push(child);
			return metrics;
		},
		takeSavepoint: async (targetDirectory) =>
			savepoint(url, await jobOf(cluster.rest), "savepoints", {
				"cancel-job": false,
				"target-directory": targetDirectory,
			}),
		async stopWithSavepoint(targetDirectory) {
			const path = await savepoint(url, await jobOf(cluster.rest), "stop", { drain: false, targetDirectory });
			await jobManager.exited;
			await cluster.kill();
			return path;
		},
		async kill() {
			const children = [jobManager, ...cluster.taskManagers];
			for (const child of children) child.kill();
			await Promise.all(children.map(({ exited }) => exited));
		},
	};
	try {
		for (let i = 0; i < start.taskManagers; i++) await cluster.addTaskManager();
		await waitReady(jobManager, () => runs(cluster.rest), { timeoutMs: 400_000, everyMs: 500 });
		return cluster;
	} catch (error) {
		await cluster.kill();
		throw error;
	}
}

/** Whether the newest job runs with all of its tasks. */
export async function runs(rest: FlinkRest): Promise<boolean> {
	const job = await rest.job();
	return job?.state === "RUNNING" && job.vertices.every(({ status }) => status === "RUNNING");
}

/** As `FLINK_HOME` of an image: the configuration, and the runner's jar as user code. */
function makeHome(dir: string, config: Record<string, string>): string {
	const home = join(dir, "home");
	mkdirSync(join(home, "usrlib"), { recursive: true });
	symlinkSync(join(distribution(), "lib"), join(home, "lib"));
	symlinkSync(tools().runnerJar, join(home, "usrlib", "tidemark-runner.jar"));
	writeFileSync(join(home, "config.yaml"), `${JSON.stringify(config, null, "\t").replaceAll("\t", "  ")}\n`);
	writeFileSync(join(home, "log4j2.properties"), log4jConfig);
	return home;
}

function environmentOf(home: string): NodeJS.ProcessEnv {
	return {
		FLINK_HOME: home,
		FLINK_CONF_DIR: home,
		FLINK_LIB_DIR: join(home, "lib"),
		FLINK_PLUGINS_DIR: join(distribution(), "plugins"),
	};
}

/** The options that Flink's scripts would give to a JVM. */
function optionsIn(config: Record<string, string>, kind: string): string[] {
	return [config["env.java.opts.all"], config[`env.java.opts.${kind}`]].flatMap((text) => text?.split(/\s+/) ?? []);
}

/** What Flink's scripts ask Flink itself: the sizes of a JVM, and of the parts of its memory, that the configuration means. */
async function resources({ java }: ClusterStart, home: string, kind: "jobmanager" | "taskmanager") {
	const command = kind === "jobmanager" ? "GET_JM_RESOURCE_PARAMS" : "GET_TM_RESOURCE_PARAMS";
	const classes = [join(distribution(), "bin", "bash-java-utils.jar"), join(distribution(), "lib", "*")].join(":");
	const main = "org.apache.flink.runtime.util.bash.BashJavaUtils";
	const quick = ["-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", classes, main, command, "--configDir", home];
	const { stdout } = await execa(java, quick, { env: environmentOf(home) });
	const lines = stdout.split("\n").flatMap((line) => line.split("BASH_JAVA_UTILS_EXEC_RESULT:")[1] ?? []);
	const [jvm = "", flink = ""] = lines;
	return { jvm: jvm.split(/\s+/).filter(Boolean), flink: flink.split(/\s+/).filter(Boolean) };
}

async function jobOf(rest: FlinkRest): Promise<string> {
	const job = await rest.job();
	if (!job) throw new Error("No job runs of which a savepoint could be taken");
	return job.id;
}

/** What `flink savepoint` and `flink stop` do. Throws with Flink's reason where the savepoint fails. */
async function savepoint(url: string, job: string, how: "savepoints" | "stop", body: object): Promise<string> {
	const call = async <T>(path: string, init: RequestInit = {}) => {
		const response = await fetch(`${url}/jobs/${job}/${path}`, init);
		const text = await response.text();
		if (!response.ok) throw new Error(`Flink answers ${response.status} to ${path}: ${text.slice(0, 500)}`);
		return JSON.parse(text) as T;
	};
	const { "request-id": request } = await call<{ "request-id": string }>(how, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	while (true) {
		const { status, operation } = await call<{
			status: { id: string };
			operation?: { location?: string; "failure-cause"?: { "stack-trace": string } };
		}>(`savepoints/${request}`);
		const failure = operation?.["failure-cause"]?.["stack-trace"];
		if (failure) throw new Error(`The savepoint failed: ${failure}`);
		if (status.id === "COMPLETED" && operation?.location) return operation.location;
		await sleep(200);
	}
}
