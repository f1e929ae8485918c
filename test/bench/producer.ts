/**
 * `npm run bench`: how many trades a second the producer sends into the emulator, and for how much CPU, against the ways
 * in which simple scripts do it. Everything that was sent is read back; a way of sending that lost or doubled a trade
 * ends the run. Writes nothing but a temporary folder.
 */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeleteStreamCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { Command, Option } from "commander";
import { execa } from "execa";
import { startEmulator } from "../../local/emulator.ts";
import { choosePorts } from "../../local/ports.ts";
import type { Child } from "../../local/process.ts";
import { kinesisClient } from "../../producer/client.ts";
import { parseNumber } from "../../producer/options.ts";
import { makeStream, readBack } from "../support/read_back.ts";
import { type Measurement, rowsOf, tableOf, targetsOf } from "./measured.ts";
import type { Measured, Task } from "./sender.ts";
import { writeTrades } from "./trades.ts";
import { VARIANTS, type Variant } from "./variants.ts";

const { rounds, seconds, trades, plainTrades, shards, only, profile } = new Command("bench")
	.option("--rounds <number>", "how often each way of sending gets its turn", parseNumber, 3)
	.option("--seconds <number>", "how long each turn lasts at most", parseNumber, 6)
	.option("--trades <number>", "how many each turn sends at most", parseNumber, 200_000)
	.option("--plain-trades <number>", "how many, where each trade is a Kinesis record", parseNumber, 50_000)
	.option("--shards <number>", "shards of the stream", parseNumber, 4)
	.addOption(
		new Option("--only <letters>", `which ways, of ${Object.keys(VARIANTS).join("")}`).default(
			Object.keys(VARIANTS).join(""),
		),
	)
	.option("--profile", "show in which functions each way spends its time (which costs time itself)", false)
	.parse()
	.opts<{
		rounds: number;
		seconds: number;
		trades: number;
		plainTrades: number;
		shards: number;
		only: string;
		profile: boolean;
	}>();

const letters = [...only];
for (const letter of letters) if (!(letter in VARIANTS)) throw new Error(`There is no way of sending ${letter}.`);

const dir = await mkdtemp(join(tmpdir(), "tidemark-bench-"));
let emulator: Child | undefined;
try {
	const file = join(dir, "trades.jsonl");
	const { count, origin } = await writeTrades(file, trades);
	say(`${count.toLocaleString("en-US")} trades (${origin}), ${shards} shards, ${rounds} rounds`);
	say(`Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}`);
	const { aws: port } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const endpoint = `http://127.0.0.1:${port}`;
	emulator = await startEmulator(dir, port);
	const kinesis = kinesisClient({ endpoint });
	const measurements: Measurement[] = [];
	for (let round = 1; round <= rounds; round++) {
		for (const variant of letters) {
			const task = { variant, endpoint, file, seconds, profile, serverPid: emulator.id.pid };
			const measurement = await measure(kinesis, task, `${variant}-${round}`);
			measurements.push(measurement);
			const { trades: sent, seconds: took, cpuSeconds } = measurement;
			say(`round ${round} ${variant}: ${Math.round(sent / took)} trades/s, ${(cpuSeconds / took).toFixed(2)} cores`);
		}
	}
	kinesis.destroy();
	const rows = rowsOf(measurements);
	const names = Object.fromEntries(Object.entries(VARIANTS).map(([letter, { name }]) => [letter, name]));
	process.stdout.write(`\n${tableOf(rows, names)}\n\n`);
	for (const ours of ["d", "e"]) {
		for (const { what, atLeast, measured } of targetsOf(rows, ours)) {
			const met = measured >= atLeast ? "met   " : "MISSED";
			process.stdout.write(`${met} ${ours}: ${what}: ${measured.toFixed(1)}, of at least ${atLeast}\n`);
		}
	}
} finally {
	emulator?.kill();
	await emulator?.exited;
	rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

async function measure(
	kinesis: KinesisClient,
	task: Omit<Task, "stream" | "warmUpStream" | "count">,
	name: string,
): Promise<Measurement> {
	const { plain } = VARIANTS[task.variant] as Variant;
	const [stream, warmUpStream] = [
		await makeStream(kinesis, name, shards),
		await makeStream(kinesis, `${name}-w`, shards),
	];
	const given: Task = { ...task, stream, warmUpStream, count: plain ? Math.min(plainTrades, trades) : trades };
	const sender = fileURLToPath(new URL("sender.ts", import.meta.url));
	const { stdout } = await execa(process.execPath, [sender, JSON.stringify(given)], { stderr: "inherit" });
	const { hot, sent, ...measured } = JSON.parse(stdout) as Measured;
	if (hot) say(`${task.variant} spent its time in\n${hot}`);
	const kinesisRecords = await verify(kinesis, stream, sent);
	for (const StreamName of [stream, warmUpStream]) await kinesis.send(new DeleteStreamCommand({ StreamName }));
	return { serverCpuSeconds: undefined, ...measured, variant: task.variant, trades: sent, kinesisRecords };
}

/** How many Kinesis records hold the trades. @throws unless each trade that was sent is there once */
async function verify(kinesis: KinesisClient, stream: string, sent: number): Promise<number> {
	const ids = new Set<string>();
	let [records, found] = [0, 0];
	for await (const { inside } of readBack(kinesis, stream)) {
		let trades = 0;
		for (const text of inside) {
			const { trade_id, source } = JSON.parse(text) as { trade_id?: string; source: string };
			if (source === "clock" || trade_id === undefined) continue;
			ids.add(trade_id);
			trades++;
		}
		found += trades;
		if (trades > 0) records++;
	}
	if (found !== sent || ids.size !== sent) {
		throw new Error(`${stream}: ${sent} trades were sent, but ${found} arrived, ${ids.size} of them different.`);
	}
	return records;
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}
