/** The manifest's own configuration and properties, at this machine's places and sizes. */
import { pathToFileURL } from "node:url";
import type { Application } from "../../local/application.ts";
import { region } from "../../local/stack.ts";
import { groupsOf, readManifest } from "../support/manifest.ts";

/** What has no place here: Kubernetes. */
const ELSEWHERE = /^(high-availability|kubernetes)\./;

/** Three small JVMs instead of pods. */
const SIZES = {
	"jobmanager.memory.process.size": "1100m",
	"taskmanager.memory.process.size": "1500m",
	"taskmanager.memory.managed.size": "32m",
	"taskmanager.memory.network.min": "64m",
	"taskmanager.memory.network.max": "64m",
};

/** For a machine that is busy with other things: a process that is slow is not lost. One that is killed refuses connections. */
const PATIENCE = {
	"pekko.ask.timeout": "1 min",
	"heartbeat.interval": "2 s",
	"heartbeat.timeout": "3 min",
	"slot.request.timeout": "10 min",
	"task.cancellation.timeout": "10 min",
};

/** The manifest's `flinkConfiguration`, with checkpoints in a directory. */
export function configHere(state: string, properties: string, parallelism: number): Record<string, string> {
	const { flinkConfiguration } = readManifest().FlinkDeployment.spec;
	const kept = Object.entries(flinkConfiguration).filter(([key]) => !ELSEWHERE.test(key));
	const options = flinkConfiguration["env.java.opts.jobmanager"] ?? "";
	return {
		...Object.fromEntries(kept),
		...SIZES,
		...PATIENCE,
		"parallelism.default": String(parallelism),
		"execution.checkpointing.dir": pathToFileURL(`${state}/checkpoints`).href,
		"execution.checkpointing.savepoint-dir": pathToFileURL(`${state}/savepoints`).href,
		"env.java.opts.jobmanager": options.replace(/(?<=-Dtidemark\.properties=)\S+/, properties),
		// The default is that numbers are ten seconds old.
		"metrics.fetcher.update-interval": "1000",
	};
}

/** The manifest's property groups, with the emulator in place of AWS and the SQL in a folder or zip of this machine. */
export function groupsHere(aws: string, sql: string, bucket: string): Application["groups"] {
	const here: Record<string, string> = {
		"sql.location": sql,
		AWS_REGION: region,
		KINESIS_ENDPOINT: aws,
		GLUE_ENDPOINT: aws,
		S3_ENDPOINT: aws,
		S3_PATH_STYLE: "true",
	};
	return groupsOf(readManifest().ConfigMap).map(({ PropertyGroupId, PropertyMap }) => ({
		PropertyGroupId,
		PropertyMap: Object.fromEntries(
			Object.entries(PropertyMap).map(([name, value]) => [name, here[name] ?? value.replace("YOUR-BUCKET", bucket)]),
		),
	}));
}
