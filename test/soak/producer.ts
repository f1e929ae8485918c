/**
 * `npm run soak`: ten minutes at 5,000 trades a second through everything that can go wrong on the way into Kinesis: it
 * throttles for 60 s, it is gone for 60 s, and the producer is terminated meanwhile and started again. Afterwards the
 * stream is read back. Ends with 1 if a trade is missing, doubled without having been counted, or late, if counts do not
 * add up, or if memory grew. What the processes said is kept if so.
 */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "commander";
import { startEmulator } from "../../local/emulator.ts";
import { choosePorts } from "../../local/ports.ts";
import type { Child } from "../../local/process.ts";
import { kinesisClient } from "../../producer/client.ts";
import { DEFAULT_LATENESS_MS } from "../../producer/feed.ts";
import { parseNumber } from "../../producer/options.ts";
import { seededRandom } from "../../producer/synthetic/random.ts";
import { makeStream, readBack } from "../support/read_back.ts";
import { Arrivals } from "./arrivals.ts";
import { accountsOf, copiesIn, gapsIn, type Life, memoryOf, orderIn } from "./checks.ts";
import type { Feeding } from "./feeding.ts";
import { type Living, startLife } from "./life.ts";
import { Throttling } from "./limits.ts";
import { KinesisProxy } from "./proxy.ts";
import { type During, scheduleOf } from "./schedule.ts";
import { summaryOf } from "./summary.ts";

interface Options {
	readonly minutes: number;
	readonly trouble?: number;
	readonly rate: number;
	readonly shards: number;
	readonly aggregate: Feeding["aggregate"];
	readonly terminate: During;
	readonly throttleTo: number;
	readonly memory: number;
	readonly semiSpace: number;
	readonly keep: boolean;
}

const options = new Command("soak")
	.option("--minutes <number>", "how long the trades come", parseNumber, 10)
	.option("--trouble <seconds>", "how long each trouble lasts (default: 60, at most a tenth of it all)", parseNumber)
	.option("--rate <number>", "trades a second", parseNumber, 5000)
	.option("--shards <number>", "shards of the stream", parseNumber, 4)
	.addOption(new Option("--aggregate <when>").choices(["auto", "on", "off"]).default("auto"))
	.addOption(
		new Option("--terminate <during>", "what goes on when the producer is terminated")
			.choices(["outage", "throttling", "calm"])
			.default("outage"),
	)
	.option("--throttle-to <share>", "what a throttled stream takes, of what comes", parseNumber, 0.6)
	.option("--memory <megabytes>", "what the producer may take", parseNumber, 250)
	.option("--semi-space <megabytes>", "for short-lived objects; default as npm run produce has it", parseNumber, 8)
	.option("--keep", "keep the logs though all is well", false)
	.parse()
	.opts<Options>();

/** About what a trade of the soak has. */
const TRADE_BYTES = 130;
const STREAM = "soak";

const schedule = scheduleOf(options.minutes, options.terminate, options.trouble);
const count = Math.round(schedule.end * options.rate);
const dir = await mkdtemp(join(tmpdir(), "tidemark-soak-"));
const { aws: port } = await choosePorts({}, { pickFree: true, names: ["aws"] });
const kinesis = kinesisClient({ endpoint: `http://127.0.0.1:${port}` });
const proxy = new KinesisProxy(`http://127.0.0.1:${port}`);
const livings: Living[] = [];
let emulator: Child | undefined;
let problems: string[] = ["It did not come to its end."];
let start = Date.now();
try {
	emulator = await startEmulator(dir, port);
	await makeStream(kinesis, STREAM, options.shards);
	const endpoint = await proxy.listen();
	start = Date.now();
	const [lives, goneFor] = await Promise.all([live(endpoint), stopEmulator(), throttle()]);
	say("Reading the stream back");
	const arrivals = await readArrivals();
	problems = [
		...gapsIn(arrivals),
		...copiesIn(arrivals, lives),
		...orderIn(arrivals, DEFAULT_LATENESS_MS),
		...accountsOf(lives, count),
		...livings.flatMap(({ samples }, at) =>
			memoryOf(samples, options.memory).map((problem) => `Process ${at + 1}: ${problem}`),
		),
		...nothingHappened(goneFor),
	];
	const { refused, broken } = proxy;
	process.stdout.write(`${summaryOf({ arrivals, lives, livings, goneFor, refused, broken })}\n`);
} finally {
	for (const { kill } of livings) kill();
	emulator?.kill();
	await emulator?.exited;
	await proxy.close();
	kinesis.destroy();
	for (const problem of problems) process.stdout.write(`✗ ${problem}\n`);
	process.stdout.write(problems.length === 0 ? "✓ All checks passed\n" : `The logs are in ${dir}\n`);
	if (problems.length === 0 && !options.keep)
		rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	if (problems.length > 0) process.exitCode = 1;
}

/** One process of the producer after the other, each from where the one before it ended. */
async function live(endpoint: string): Promise<Life[]> {
	const { rate, aggregate } = options;
	const begin = (from: number): Living => {
		const feeding = { endpoint, stream: STREAM, spool: join(dir, "spool"), from, until: count, start, rate, aggregate };
		const node = [`--max-semi-space-size=${options.semiSpace}`];
		const living = startLife(feeding, { node, log: join(dir, "producer.log") });
		livings.push(living);
		return living;
	};
	const first = begin(0);
	const [at, again] = schedule.terminated;
	await Promise.race([until(at), first.ended.then(() => Promise.reject(new Error("The producer ended too early")))]);
	say("Terminating the producer");
	first.terminate();
	const ended = await first.ended;
	say(`It ended: ${JSON.stringify(ended.result)}`);
	await until(again);
	say("Starting the producer again");
	const last = await begin(ended.next).ended;
	say(`It ended: ${JSON.stringify(last.result)}`);
	return [ended, last];
}

/** Stops the emulator for a while; gives for how many seconds nothing answered. */
async function stopEmulator(): Promise<number> {
	const [from, to] = schedule.stopped;
	await until(from);
	say("Stopping the emulator");
	const gone = performance.now();
	// It saves what it has before it ends, which takes as long as there is much.
	await emulator?.stop(120_000);
	await until(to);
	say("Starting the emulator again");
	emulator = await startEmulator(dir, port);
	say("It is there again");
	return (performance.now() - gone) / 1000;
}

async function throttle(): Promise<void> {
	const { shards, rate, throttleTo } = options;
	const [from, to] = schedule.throttled;
	await until(from);
	say("Throttling");
	const bytesPerSecond = (throttleTo * rate * TRADE_BYTES) / shards;
	const limits = { shards, recordsPerSecond: 1000, bytesPerSecond, requests: 0.1 };
	proxy.throttling = new Throttling(limits, seededRandom(5));
	await until(to);
	proxy.throttling = undefined;
	say("Throttling no more");
}

async function readArrivals(): Promise<Arrivals> {
	const arrivals = new Arrivals(count, DEFAULT_LATENESS_MS);
	for await (const { shard, inside } of readBack(kinesis, STREAM)) {
		for (const text of inside) {
			const { trade_id, event_time, source } = JSON.parse(text) as Record<string, string>;
			const time = Date.parse(event_time ?? "");
			if (source === "clock") arrivals.clock(shard, time);
			else arrivals.trade(shard, Number(trade_id), time);
		}
	}
	return arrivals;
}

/** A soak in which nothing went wrong shows nothing. */
function nothingHappened(goneFor: number): string[] {
	const { refused, broken } = proxy;
	const missing: string[] = [];
	if (refused.records === 0 || refused.requests === 0) missing.push("Nothing was throttled");
	if (broken === 0) missing.push("No request met the stopped emulator");
	if (goneFor < schedule.stopped[1] - schedule.stopped[0]) missing.push(`The emulator was gone for ${goneFor} s only`);
	return missing;
}

async function until(seconds: number): Promise<void> {
	await sleep(Math.max(0, start + seconds * 1000 - Date.now()));
}

function say(line: string): void {
	const seconds = ((Date.now() - start) / 1000).toFixed(0).padStart(4);
	process.stderr.write(`${seconds} s  ${line}\n`);
}
