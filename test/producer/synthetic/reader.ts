/** DESIGN.md's rules of correctness, worked out once more: what a reader makes of records, whoever made them. */
import type { Outgoing } from "../../../producer/feed.ts";
import { seededRandom } from "../../../producer/synthetic/random.ts";

export interface Tally {
	malformed: number;
	late: number;
	duplicates: number;
	trades: number;
	/** Trades that the watermark had passed. */
	behind: number;
	/** Trades of each symbol. */
	symbols: Record<string, number>;
}

const REQUIRED = ["trade_id", "symbol", "event_time", "price", "size", "source"] as const;

/** Whether this is no trade: not one JSON object, or a required field is missing or not readable as its type. */
export function isMalformed(text: string): boolean {
	let value: Record<string, unknown>;
	try {
		value = JSON.parse(text);
	} catch {
		return true;
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) return true;
	if (REQUIRED.some((name) => value[name] === undefined || value[name] === null)) return true;
	if ([value.trade_id, value.symbol, value.source].some((each) => typeof each === "object")) return true;
	if (timeOf(value) === undefined) return true;
	return !Number.isFinite(Number(value.price)) || !/^-?\d+(\.0+)?$/.test(String(value.size));
}

/** The event time, if it can be read; of malformed records too, for they move the watermark as well. */
function timeOf(value: Record<string, unknown>): number | undefined {
	const text = value.event_time;
	if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined;
	const time = Date.parse(text);
	return Number.isNaN(time) ? undefined : time;
}

interface Read {
	readonly text: string;
	readonly key: string;
}

/**
 * What a reader counts that has read the shards in a random interleaving, some far ahead of others, after a first record
 * with a time of each. Its watermark is the least of its shards' newest times, less the lateness.
 */
export function readShards(shards: readonly (readonly Read[])[], latenessMs: number, seed: number): Tally {
	const random = seededRandom(seed);
	const tally: Tally = { malformed: 0, late: 0, duplicates: 0, trades: 0, behind: 0, symbols: {} };
	const newest = shards.map(() => Number.NEGATIVE_INFINITY);
	const at = shards.map(() => 0);
	const seen = new Set<string>();
	const read = (shard: number): void => {
		const next = at[shard] as number;
		at[shard] = next + 1;
		const { text, key } = (shards[shard] as readonly Read[])[next] as Read;
		const watermark = Math.min(...newest) - latenessMs;
		const malformed = isMalformed(text);
		const time = timeIn(text);
		if (time !== undefined) newest[shard] = Math.max(newest[shard] as number, time);
		if (key === "clock") return;
		if (malformed) {
			tally.malformed++;
			return;
		}
		const { trade_id, symbol, event_time } = JSON.parse(text);
		if (symbol !== key) throw new Error(`${symbol} came under the key ${key}`);
		if (watermark >= Math.floor((time as number) / 60_000) * 60_000 + 60_000 - 1) {
			tally.late++;
			return;
		}
		const id = [symbol, event_time, trade_id].join("|");
		if (seen.has(id)) {
			tally.duplicates++;
			return;
		}
		seen.add(id);
		tally.trades++;
		tally.symbols[symbol] = (tally.symbols[symbol] ?? 0) + 1;
		if ((time as number) <= watermark) tally.behind++;
	};
	for (const [shard, records] of shards.entries()) {
		while ((newest[shard] as number) < 0 && (at[shard] as number) < records.length) read(shard);
	}
	for (;;) {
		const open = shards.flatMap((records, shard) => ((at[shard] as number) < records.length ? [shard] : []));
		if (open.length === 0) return tally;
		const shard = open[Math.floor(random() * open.length)] as number;
		// A poll takes some at once, so that shards get far apart.
		for (let left = 1 + Math.floor(random() ** 3 * 400); left > 0; left--) {
			if ((at[shard] as number) < (shards[shard] as readonly Read[]).length) read(shard);
		}
	}
}

function timeIn(text: string): number | undefined {
	try {
		return timeOf(Object(JSON.parse(text)));
	} catch {
		return undefined;
	}
}

/**
 * The shards after a publisher has sent these, in plain flights (see publish/flight.ts): a flight spans half the lateness,
 * and what is in it lands in any order.
 */
export function land(records: readonly Outgoing[], shards: number, latenessMs: number, seed: number): Read[][] {
	const random = seededRandom(seed);
	const landed: Read[][] = Array.from({ length: shards }, () => []);
	let flight: { record: Outgoing; order: number }[] = [];
	let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	const takeOff = (): void => {
		flight.sort((one, other) => one.order - other.order);
		for (const { record } of flight) {
			const shard = [...record.key].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % shards;
			landed[shard]?.push({ text: record.data.toString("utf8"), key: record.key });
		}
		flight = [];
		[oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	};
	for (const record of records) {
		const { time } = record;
		if (time !== undefined) {
			if (Math.max(newest, time) - Math.min(oldest, time) > latenessMs / 2) takeOff();
			[oldest, newest] = [Math.min(oldest, time), Math.max(newest, time)];
		}
		flight.push({ record, order: random() });
	}
	takeOff();
	return landed.filter((shard) => shard.length > 0);
}
