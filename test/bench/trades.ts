import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { isRejected, openFeed } from "../../producer/index.ts";
import { seededRandom } from "../../producer/synthetic/random.ts";
import { realData } from "../support/data.ts";

/** A trade as every way of sending it is given it: an object, not yet JSON. */
export type BenchTrade = {
	readonly trade_id: string;
	readonly symbol: string;
	readonly event_time: string;
	readonly price: number;
	readonly size: number;
	readonly source: string;
	readonly sequence: number;
};

/** Writes the trades that all ways of sending will send, a JSON object a line: of the real day where it is, else invented ones. */
export async function writeTrades(file: string, count: number): Promise<{ count: number; origin: string }> {
	const real = realData("trades-2013-10-07.csv.gz");
	const out = createWriteStream(file);
	let written = 0;
	for await (const lines of real === undefined ? invented(count) : replayed(real)) {
		const taken = lines.slice(0, count - written);
		written += taken.length;
		if (!out.write(`${taken.join("\n")}\n`)) await once(out, "drain");
		if (written === count) break;
	}
	out.end();
	await once(out, "finish");
	return { count: written, origin: real === undefined ? "invented" : "the real day of 2013-10-07" };
}

/** The trades in the file, as objects. */
export function readTrades(file: string): BenchTrade[] {
	return readFileSync(file, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as BenchTrade);
}

/** The same trades with the event times of a market in which so many happen in each second. */
export function respaced(trades: readonly BenchTrade[], perSecond: number): BenchTrade[] {
	const start = Date.parse(trades[0]?.event_time ?? "2013-10-07T13:30:00.000Z");
	return trades.map((trade, at) => ({
		...trade,
		event_time: new Date(start + Math.floor((at * 1000) / perSecond)).toISOString(),
	}));
}

async function* replayed(file: string): AsyncGenerator<string[]> {
	const feed = await openFeed({ kind: "replay", files: [file] });
	for await (const batch of feed.batches(new AbortController().signal)) {
		yield batch.flatMap((item) => (isRejected(item) ? [] : item.data.toString("utf8")));
	}
}

const SYMBOLS = ["SPY", "IBM", "AIG", "BAC"];

/** About as dense as the real day: an hour has some 30,000 trades, most of the time several in one millisecond. */
async function* invented(count: number): AsyncGenerator<string[]> {
	const random = seededRandom(5);
	let time = Date.parse("2013-10-07T13:30:00.000Z");
	for (let sequence = 0; sequence < count; sequence++) {
		if (random() < 0.4) time += Math.floor(random() * 500);
		const symbol = SYMBOLS[Math.floor(random() ** 2 * SYMBOLS.length)] as string;
		const trade: BenchTrade = {
			trade_id: `${symbol}-${sequence}`,
			symbol,
			event_time: new Date(time).toISOString(),
			price: Math.round(10_000 + 1000 * random()) / 100,
			size: 100 * Math.ceil(20 * random()),
			source: "bench",
			sequence,
		};
		yield [JSON.stringify(trade)];
	}
}
