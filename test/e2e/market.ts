import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { realData } from "../support/data.ts";

const HEADER = "trade_id,event_time,symbol,price,size,exchange,condition,sequence";

/** One trade as the real file has it. */
export interface Row {
	trade_id: string;
	event_time: string;
	symbol: string;
	price: string;
	size: string;
	exchange: string;
	condition: string;
	sequence: string;
}

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/**
 * Trades of 2013-10-07 from `from` to `to` (UTC, `HH:MM`), in the order of time: the real ones where they are, else a
 * seeded walk of the same four symbols with as many ties in time.
 */
export async function tradesBetween(from: string, to: string): Promise<Row[]> {
	const file = realData("trades-2013-10-07.csv.gz");
	if (!file) return seededTrades(from, to);
	const names = HEADER.split(",") as (keyof Row)[];
	const rows: Row[] = [];
	for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
		const time = line.slice(line.indexOf("T") + 1).slice(0, 5);
		if (line === HEADER || time < from || time >= to) continue;
		const cells = line.split(",");
		rows.push(Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""])) as unknown as Row);
	}
	return rows;
}

function seededTrades(from: string, to: string): Row[] {
	const random = seeded(20131007);
	const start = Date.parse(`2013-10-07T${from}:00.000Z`);
	const end = Date.parse(`2013-10-07T${to}:00.000Z`);
	const price: Record<string, number> = { SPY: 167.4, BAC: 14, AIG: 48.8, IBM: 183 };
	const count: Record<string, number> = {};
	const rows: Row[] = [];
	for (let time = start; time < end; time += Math.floor(random() * 140)) {
		const symbol = ["SPY", "SPY", "SPY", "BAC", "AIG", "IBM"][Math.floor(random() * 6)] as string;
		for (let ties = 1 + Math.floor(random() * 3); ties > 0; ties--) {
			price[symbol] = (price[symbol] as number) * (1 + (random() - 0.5) * 0.002);
			const sequence = count[symbol] ?? 0;
			count[symbol] = sequence + 1;
			rows.push({
				trade_id: `${symbol}-${sequence}`,
				event_time: new Date(time).toISOString(),
				symbol,
				price: (price[symbol] as number).toFixed(2),
				size: String(100 * Math.floor(random() * 9)),
				exchange: "P",
				condition: "1",
				sequence: String(sequence),
			});
		}
	}
	return rows;
}

/** Writes the rows as a CSV file with the real file's columns; returns its path. */
export function writeCsv(dir: string, name: string, rows: Row[]): string {
	const file = join(dir, name);
	writeFileSync(file, `${HEADER}\n${rows.map((row) => Object.values(row).join(",")).join("\n")}\n`);
	return file;
}

/** Who traded: nothing of it is in the real file, so that it is made of the sequence. Some have no trader. */
export function partyOf({ sequence }: Row): { currency: string; side: "buy" | "sell"; trader: string | null } {
	const n = Number(sequence);
	return { currency: "USD", side: n % 3 === 0 ? "sell" : "buy", trader: n % 11 === 0 ? null : `T${n % 7}` };
}

function record(row: Row): Record<string, unknown> {
	const { condition: _condition, ...rest } = row;
	const { trader, ...party } = partyOf(row);
	return {
		...rest,
		...party,
		...(trader === null ? {} : { trader }),
		price: Number(row.price),
		size: Number(row.size),
		sequence: Number(row.sequence),
		source: "replay",
	};
}

/**
 * The rows as JSON lines for `--raw`, spoilt in counted ways: shuffled within a second, a tenth of them doubled nearby,
 * and broken ones strewn in. The good trades are all still there.
 */
export function spoil(rows: Row[], { malformed, invalid, seed }: { malformed: number; invalid: number; seed: number }) {
	const random = seeded(seed);
	const lines: { at: number; text: string }[] = [];
	let duplicates = 0;
	for (const row of rows) {
		const text = JSON.stringify(record(row));
		const at = Date.parse(row.event_time);
		lines.push({ at: at + random() * 900, text });
		if (random() < 0.1) {
			lines.push({ at: at + random() * 900, text });
			duplicates++;
		}
	}
	const anywhere = () => rows[Math.floor(random() * rows.length)] as Row;
	for (let i = 0; i < malformed; i++) {
		const row = anywhere();
		const good = record(row);
		const broken = [
			() => JSON.stringify(good).slice(0, -1 - Math.floor(random() * 30)),
			() => JSON.stringify({ ...good, price: "twelve" }),
			() => JSON.stringify({ ...good, trade_id: undefined }),
			() => JSON.stringify({ ...good, size: 1.5 }),
			() => JSON.stringify({ ...good, event_time: "yesterday" }),
			() => JSON.stringify([good]),
			() => `${JSON.stringify(good)} ${JSON.stringify(good)}`,
			() => "not JSON at all",
			() => JSON.stringify({ source: "clock", event_time: "soon" }),
		];
		lines.push({ at: Date.parse(row.event_time), text: (broken[i % broken.length] as () => string)() });
	}
	for (let i = 0; i < invalid; i++) {
		const row = anywhere();
		const good = record(row);
		const wrong = [
			{ ...good, event_time: "2099-01-01T00:00:00.000Z" },
			{ ...good, price: 0 },
			{ ...good, price: -1.25 },
			{ ...good, size: -100 },
			{ ...good, high: 1, low: 2 },
		];
		lines.push({ at: Date.parse(row.event_time), text: JSON.stringify(wrong[i % wrong.length]) });
	}
	lines.sort((a, b) => a.at - b.at);
	return { text: `${lines.map(({ text }) => text).join("\n")}\n`, duplicates };
}
