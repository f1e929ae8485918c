/** One way of sending in a process of its own, so that its CPU is its own: warms up, measures, prints the result as JSON. */
import { Session } from "node:inspector/promises";
import { cpuSecondsOf } from "../support/process_stat.ts";
import { hottest } from "./profile.ts";
import { readTrades, respaced } from "./trades.ts";
import { VARIANTS, type Variant } from "./variants.ts";

/** What is to be done, as the only argument, in JSON. */
export interface Task {
	readonly variant: string;
	readonly endpoint: string;
	readonly stream: string;
	readonly warmUpStream: string;
	/** A file of trades. */
	readonly file: string;
	/** At most so many, and for so long. */
	readonly count: number;
	readonly seconds: number;
	readonly profile: boolean;
	/** The emulator's process. */
	readonly serverPid: number;
}

/** What came out of it. */
export interface Measured {
	readonly sent: number;
	readonly retried: number;
	readonly seconds: number;
	/** Of all threads of the process. */
	readonly cpuSeconds: number;
	/** Of the emulator meanwhile; undefined where the system does not tell. */
	readonly serverCpuSeconds?: number;
	/** Where the time of the main thread went, if it was asked for. */
	readonly hot?: string;
}

const WARM_UP_TRADES = 20_000;
const WARM_UP_MS = 2000;

async function main(task: Task): Promise<Measured> {
	const { variant, endpoint, stream, warmUpStream, file, count, seconds, profile, serverPid } = task;
	const { send, times } = VARIANTS[variant] as Variant;
	const read = readTrades(file);
	const trades = times === "dense" ? respaced(read, 25_000) : read;
	const until = (ms: number): number => Date.now() + ms;
	await send({ endpoint, stream: warmUpStream, trades: trades.slice(0, WARM_UP_TRADES), until: until(WARM_UP_MS) });

	const profiler = profile ? await startProfile() : undefined;
	const [start, before, serverBefore] = [performance.now(), process.cpuUsage(), cpuSecondsOf(serverPid)];
	const done = await send({ endpoint, stream, trades: trades.slice(0, count), until: until(seconds * 1000) });
	const { user, system } = process.cpuUsage(before);
	const took = (performance.now() - start) / 1000;
	const serverAfter = cpuSecondsOf(serverPid);
	const hot = await profiler?.();
	return {
		...done,
		seconds: took,
		cpuSeconds: (user + system) / 1e6,
		...(serverBefore === undefined || serverAfter === undefined
			? {}
			: { serverCpuSeconds: serverAfter - serverBefore }),
		...(hot === undefined ? {} : { hot }),
	};
}

async function startProfile(): Promise<() => Promise<string>> {
	const session = new Session();
	session.connect();
	await session.post("Profiler.enable");
	await session.post("Profiler.start");
	return async () => {
		const { profile } = await session.post("Profiler.stop");
		session.disconnect();
		return hottest(profile);
	};
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? "")))}\n`);
