/**
 * `npm run bench:state`: how many trades a second the job takes on one core with the memory of a KPU, with its state in the heap and
 * in RocksDB, as Managed Flink has it, and less and less memory for that. All trades are in the stream before the job begins.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { writeProperties } from "../../local/application.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { type ClusterStart, startCluster } from "../cluster/cluster.ts";
import { installDistribution } from "../cluster/install.ts";
import { BUCKET, makePlaces, stream } from "../cluster/places.ts";
import { configHere, groupsHere } from "../cluster/settings.ts";
import { tradesBetween, writeCsv } from "../e2e/market.ts";
import { testEmulator } from "../support/emulator.ts";
import { readManifest } from "../support/manifest.ts";
import { table } from "./alerts/table.ts";

const { until } = new Command("bench:state")
	.option("--until <HH:MM>", "the trades of 2013-10-07 from 13:30 to then", "14:00")
	.parse()
	.opts<{ until: string }>();
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Of a KPU's 4 GiB, AWS gives 3 to the heap; what RocksDB gets of the other is not documented. */
const WAYS = [
	{ name: "heap", managed: "32m", settings: { "state.backend.type": "hashmap" } },
	{ name: "RocksDB", managed: "512m", settings: { "state.backend.type": "rocksdb" } },
	{
		name: "RocksDB, small write buffers",
		managed: "512m",
		settings: { "state.backend.type": "rocksdb", "state.backend.rocksdb.writebuffer.size": "4mb" },
	},
	{
		name: "RocksDB, small write buffers",
		managed: "256m",
		settings: { "state.backend.type": "rocksdb", "state.backend.rocksdb.writebuffer.size": "4mb" },
	},
];
/** After so long without a trade it is said to stand still. */
const STANDS_STILL_MS = 180_000;

const progress = startProgress();
await setUp(progress);
await installDistribution(progress);
const { java } = await findPrerequisites(["jdk"]);
const trades = await tradesBetween("13:30", until);
say(`${trades.length} trades; Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}`);

const rows: string[][] = [];
for (const { name, managed, settings } of WAYS) {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	await makePlaces(endpoint, 1);
	const feed = await openFeed({ kind: "replay", files: [writeCsv(dir, "trades.csv", trades)], speed: "max" });
	await publish(feed, { stream: stream("TRADES"), kinesis: { endpoint }, close: true });
	const own = join(dir, "cluster");
	mkdirSync(own);
	const properties = join(own, "application_properties.json");
	writeProperties(properties, { groups: groupsHere(endpoint, sqlDir, BUCKET), checkpointMs: 0, parallelism: 0 });
	const start: ClusterStart = {
		dir: own,
		java,
		entryClass: readManifest().FlinkDeployment.spec.job.entryClass,
		config: {
			...configHere(dir, properties, 1),
			...settings,
			"execution.checkpointing.incremental": "true",
			"taskmanager.memory.process.size": "4g",
			"taskmanager.memory.managed.size": managed,
		},
		taskManagers: 1,
		jvm: ["-XX:+UseSerialGC"],
		cores: "0",
	};
	const cluster = await startCluster(start);
	try {
		const took = await readAll(async () => {
			const job = await cluster.rest.job();
			return job ? (await cluster.rest.numbers(job)).recordsRead : 0;
		});
		const [rate, seconds] = took ? [took.rate.toFixed(0), took.seconds.toFixed(0)] : ["stands still", "–"];
		rows.push([name, managed, seconds, rate]);
		say(rows.at(-1)?.join("  ") ?? "");
	} finally {
		await cluster.kill();
	}
}
say(`\n${table(["state", "managed memory", "seconds", "trades/s"], rows)}`);

/** From the first trade that was seen to be read to the last; undefined where it stands still. */
async function readAll(read: () => Promise<number>): Promise<{ seconds: number; rate: number } | undefined> {
	let first: { at: number; count: number } | undefined;
	let last = { at: performance.now(), count: 0 };
	for (;;) {
		const count = await read().catch(() => last.count);
		const at = performance.now();
		if (count > last.count) last = { at, count };
		if (count > 0) first ??= { at, count };
		if (first && last.count >= trades.length) {
			const seconds = (last.at - first.at) / 1000;
			return { seconds, rate: (last.count - first.count) / seconds };
		}
		if (at - last.at > STANDS_STILL_MS) return undefined;
		await sleep(250);
	}
}
