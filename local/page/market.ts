/** What the page knows of the market in memory: a quote for each symbol, and the newest bars, seconds and hits. */
import type { Bar, Hit, Interval, Tick } from "../../contracts.ts";
import type { Quote } from "./messages.ts";
import { Sparks } from "./sparks.ts";

/** Closed bars kept for each symbol and interval, for those that have not reached the store yet. */
const BARS = 64;
/** Seconds kept for each symbol: more than a minute and any sensible lateness. */
const TICK_MS = 180_000;
const HITS = 5_000;

/** A row of the table of latest prices. */
export interface LatestPrice {
	symbol: string;
	event_time: string;
	price: number;
	day_open: number | null;
	day_high: number | null;
	day_low: number | null;
	day_volume: number | null;
	day_move_pct: number | null;
}

interface Line {
	price?: LatestPrice;
	minute?: Bar;
}

/** Everything given to it is keyed, so that what comes twice counts once; of two versions the later `emitted_at` stays. */
export class Market {
	readonly #lines = new Map<string, Line>();
	readonly #changed = new Set<string>();
	readonly #bars = new Map<string, Map<string, Bar>>();
	readonly #ticks = new Map<string, Map<string, Tick>>();
	readonly #hits = new Map<string, Hit>();
	/** The closes of each symbol's last hour. */
	readonly sparks = new Sparks();

	/** Takes a closed bar; false where it was known already. */
	addBar(bar: Bar): boolean {
		const bars = at(this.#bars, `${bar.interval} ${bar.symbol}`);
		if (!isNewer(bar, bars.get(bar.window_start))) return false;
		bars.set(bar.window_start, bar);
		if (bars.size > BARS) bars.delete([...bars.keys()].sort()[0] ?? "");
		if (bar.interval === "1m") {
			this.#addMinute(bar);
			this.sparks.add(bar);
		}
		return true;
	}

	/** Takes a second; false where it was known already. */
	addTick(tick: Tick): boolean {
		const ticks = at(this.#ticks, tick.symbol);
		if (!isNewer(tick, ticks.get(tick.event_time))) return false;
		ticks.set(tick.event_time, tick);
		const oldest = new Date(Date.parse(tick.event_time) - TICK_MS).toISOString();
		for (const time of ticks.keys()) if (time < oldest) ticks.delete(time);
		this.addPrice({ ...tick, price: tick.close });
		return true;
	}

	/** Takes a latest price, unless a later one is known. */
	addPrice(price: LatestPrice): void {
		const line = this.#line(price.symbol);
		if (line.price && line.price.event_time > price.event_time) return;
		line.price = price;
	}

	/** Takes a hit; false where it was known already. */
	addHit(hit: Hit): boolean {
		if (this.#hits.has(hit.hit_id)) return false;
		this.#hits.set(hit.hit_id, hit);
		if (this.#hits.size > HITS) this.#hits.delete(this.#hits.keys().next().value ?? "");
		return true;
	}

	has(symbol: string): boolean {
		return this.#lines.has(symbol);
	}

	quotes(): Quote[] {
		return [...this.#lines].map(([symbol, line]) => toQuote(symbol, line));
	}

	/** The quotes that changed since this was last asked. */
	takeChanged(): Quote[] {
		const symbols = [...this.#changed];
		this.#changed.clear();
		return symbols.map((symbol) => toQuote(symbol, this.#lines.get(symbol) ?? {}));
	}

	/** The newest closed bars, in no order. */
	bars(symbol: string, interval: Interval): Bar[] {
		return [...(this.#bars.get(`${interval} ${symbol}`)?.values() ?? [])];
	}

	ticks(symbol: string): Tick[] {
		return [...(this.#ticks.get(symbol)?.values() ?? [])];
	}

	hits(symbol: string): Hit[] {
		return [...this.#hits.values()].filter((hit) => hit.symbol === symbol);
	}

	#addMinute(bar: Bar): void {
		const line = this.#line(bar.symbol);
		if (line.minute && line.minute.window_start > bar.window_start) return;
		line.minute = bar;
	}

	#line(symbol: string): Line {
		this.#changed.add(symbol);
		const line = this.#lines.get(symbol) ?? {};
		this.#lines.set(symbol, line);
		return line;
	}
}

/** The line of the table: from the latest price, or, where only closed minutes are known, from the last of those. */
function toQuote(symbol: string, { price, minute }: Line): Quote {
	const isPrice = price !== undefined && (minute === undefined || price.event_time >= minute.window_start);
	const last = isPrice ? price.price : (minute?.close ?? Number.NaN);
	const open = price?.day_open;
	const sinceClose = isPrice ? price.day_move_pct : (minute?.day_move_pct ?? null);
	const sinceOpen = open ? (100 * (last - open)) / open : null;
	return {
		symbol,
		time: isPrice ? price.event_time : (minute?.window_end ?? ""),
		last,
		changePct: sinceClose ?? sinceOpen,
		changeBase: sinceClose !== null ? "previous close" : sinceOpen !== null ? "day open" : null,
		minuteMovePct: minute?.move_pct ?? null,
		dayLow: price?.day_low ?? null,
		dayHigh: price?.day_high ?? null,
		dayVolume: price?.day_volume ?? null,
	};
}

function at<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
	const known = maps.get(key);
	if (known) return known;
	const made = new Map<string, Value>();
	maps.set(key, made);
	return made;
}

function isNewer(record: { emitted_at: string }, known: { emitted_at: string } | undefined): boolean {
	return known === undefined || record.emitted_at > known.emitted_at;
}
