import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What Flink's configuration depends on. */
export interface FlinkSettings {
	port: number;
	/** Directory that keeps the checkpoints. */
	checkpoints: string;
	checkpointMs: number;
	parallelism: number;
	/** The checkpoint or savepoint to start from. */
	restoreFrom?: string | undefined;
	/** Whether state that no operator takes is dropped; otherwise it is an error. */
	dropState?: boolean | undefined;
}

/**
 * The contents of Flink's config.yaml: JSON, which YAML includes. Checkpoints outlive the process, so that a process
 * that was killed goes on from the newest one; a job that fails again and again ends instead of trying for ever.
 */
export function flinkConfig({
	port,
	checkpoints,
	checkpointMs,
	parallelism,
	restoreFrom,
	dropState = false,
}: FlinkSettings): string {
	const config: Record<string, string | number | boolean> = {
		"rest.address": "127.0.0.1",
		"rest.bind-address": "127.0.0.1",
		"rest.port": port,
		"rest.bind-port": String(port),
		"parallelism.default": parallelism,
		"execution.checkpointing.interval": `${checkpointMs} ms`,
		"execution.checkpointing.min-pause": `${Math.ceil(checkpointMs / 2)} ms`,
		"execution.checkpointing.timeout": "2 min",
		"execution.checkpointing.dir": pathToFileURL(checkpoints).href,
		"execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
		"execution.checkpointing.num-retained": 2,
		"state.backend.type": "hashmap",
		"restart-strategy.type": "failure-rate",
		"restart-strategy.failure-rate.max-failures-per-interval": 3,
		"restart-strategy.failure-rate.failure-rate-interval": "10 min",
		"restart-strategy.failure-rate.delay": "1 s",
		"taskmanager.memory.network.min": "64 mb",
		"taskmanager.memory.network.max": "64 mb",
		"taskmanager.memory.managed.size": "32 mb",
		// Numbers in `tidemark` are asked for every second; the default is that they are ten seconds old.
		"metrics.fetcher.update-interval": 500,
		// For as long what REST says of a job is kept: by default it is three seconds until one sees that a job runs.
		"web.refresh-interval": "200 ms",
		"web.submit.enable": false,
		"web.cancel.enable": false,
	};
	if (restoreFrom !== undefined) {
		config["execution.state-recovery.path"] = pathToFileURL(restoreFrom).href;
		config["execution.state-recovery.claim-mode"] = "CLAIM";
		config["execution.state-recovery.ignore-unclaimed-state"] = dropState;
	}
	return `${JSON.stringify(config, null, "\t").replaceAll("\t", "  ")}\n`;
}

/** The log settings of the JVM: everything from warnings up, and what tells of the job's life, into its one log file. */
export const log4jConfig = `rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
appender.out.name = out
appender.out.type = CONSOLE
# stdout is for answers.
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS}{UTC}Z %-5p %c{1} - %m%n
logger.tidemark.name = io.tidemark
logger.tidemark.level = INFO
logger.checkpoints.name = org.apache.flink.runtime.checkpoint.CheckpointCoordinator
logger.checkpoints.level = INFO
logger.tasks.name = org.apache.flink.runtime.executiongraph.ExecutionGraph
logger.tasks.level = INFO
# Both warn of nothing that can be changed, the second with a stack trace for each table.
logger.hadoop.name = org.apache.flink.runtime.util.HadoopUtils
logger.hadoop.level = ERROR
logger.s3.name = org.apache.iceberg.aws.s3.S3FileIO
logger.s3.level = ERROR
`;

/** Writes Flink's configuration directory. */
export function writeFlinkConf(dir: string, settings: FlinkSettings): void {
	mkdirSync(dir, { recursive: true });
	mkdirSync(settings.checkpoints, { recursive: true });
	writeFileSync(join(dir, "config.yaml"), flinkConfig(settings));
	writeFileSync(join(dir, "log4j2.properties"), log4jConfig);
}

/** Where savepoints are kept below a checkpoint directory. */
export const SAVEPOINTS = "savepoints";

/**
 * The newest complete checkpoint below a checkpoint directory (`<job>/chk-N` with its metadata), or savepoint
 * (`savepoints/savepoint-…`), if there is one.
 */
export function newestCheckpoint(checkpoints: string): string | undefined {
	if (!existsSync(checkpoints)) return undefined;
	const complete = readdirSync(checkpoints, { withFileTypes: true })
		.filter((job) => job.isDirectory())
		.flatMap((job) => readdirSync(join(checkpoints, job.name)).map((name) => join(checkpoints, job.name, name)))
		.flatMap((path) => {
			const [, number] = /[\\/](?:chk-(\d+)|savepoint-[^\\/]+)$/.exec(path) ?? [path, "none"];
			const metadata = statSync(join(path, "_metadata"), { throwIfNoEntry: false });
			// A savepoint ends its job.
			const order = number === undefined ? Number.POSITIVE_INFINITY : Number(number);
			return metadata?.size && !Number.isNaN(order) ? [{ path, number: order, at: metadata.mtimeMs }] : [];
		});
	// Numbers go on over a restore, so within a second of the clock they decide.
	complete.sort((a, b) => b.at - a.at || (a.number === b.number ? 0 : b.number - a.number));
	return complete[0]?.path;
}
