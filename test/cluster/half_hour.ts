/** Half an hour of trades in two parts, and the repository's job on a cluster over them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeProperties } from "../../local/application.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { makeRelease } from "../../sql/workbench/release-command.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { expectedOf } from "../e2e/expected.ts";
import { type Row, tradesBetween, writeCsv } from "../e2e/market.ts";
import { readManifest } from "../support/manifest.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { BUCKET, stream } from "./places.ts";
import { configHere, groupsHere } from "./settings.ts";

export interface HalfHour {
	rows: Row[];
	/** The trades before 13:45 UTC, and those from then on. */
	parts: [Row[], Row[]];
	expected: Awaited<ReturnType<typeof expectedOf>>;
	/** Sends a part; resolves to how many clocks went with it, and when the stream was closed. */
	send(part: 0 | 1, endpoint: string, close: boolean): ReturnType<typeof publish>;
}

/** 13:30 to 14:00 of the day of the tests, in files of a directory. */
export async function halfHour(dir: string): Promise<HalfHour> {
	const parts: HalfHour["parts"] = [await tradesBetween("13:30", "13:45"), await tradesBetween("13:45", "14:00")];
	const rows = parts.flat();
	const files = parts.map((part, i) => writeCsv(dir, `trades-${i}.csv`, part));
	return {
		rows,
		parts,
		expected: await expectedOf(writeCsv(dir, "trades.csv", rows)),
		async send(part, endpoint, close) {
			const feed = await openFeed({ kind: "replay", files: [files[part] ?? ""], speed: "max" });
			return publish(feed, { stream: stream("TRADES"), kinesis: { endpoint }, close });
		},
	};
}

/** Makes a release of the repository's SQL; what is returned starts it, with state or without. */
export async function released(
	dir: string,
	endpoint: string,
	java: string,
): Promise<(name: string, fromSavepoint?: string) => Promise<Cluster>> {
	const release = join(dir, "release");
	const propertiesIn = (folder: string) => {
		const file = join(folder, "application_properties.json");
		writeProperties(file, { groups: groupsHere(endpoint, release, BUCKET), checkpointMs: 0, parallelism: 0 });
		return file;
	};
	const workbench = await startWorkbench({ java });
	await makeRelease(workbench, { sql: sqlDir, dir: release, properties: propertiesIn(dir) }).finally(workbench.stop);
	return (name, fromSavepoint) => {
		const own = join(dir, name);
		mkdirSync(own);
		return startCluster({
			dir: own,
			java,
			entryClass: readManifest().FlinkDeployment.spec.job.entryClass,
			config: configHere(dir, propertiesIn(own), 1),
			taskManagers: 1,
			...(fromSavepoint === undefined ? {} : { fromSavepoint }),
		});
	};
}
