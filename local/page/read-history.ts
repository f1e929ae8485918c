/** The history of one symbol as the browser gets it: the store's bars, with those of the stream that have not reached it. */
import { calendarNamed } from "../../alerting/hours/calendar.ts";
import { calendarOf, type ExchangeEntry } from "../../alerting/hours/hours.ts";
import type { Bar, Interval } from "../../contracts.ts";
import { messageOf } from "../errors.ts";
import type { Store } from "./history.ts";
import type { Market } from "./market.ts";
import type { History } from "./messages.ts";

/** Bars of one answer of `/api/bars`, and the minutes that one bar of each interval can hold. */
const LIMIT = 500;
const MINUTES: Record<Interval, number> = { "1m": 0, "5m": 5, "1h": 60, "1d": 1_440 };

export interface HistoryOf {
	market: Market;
	store: Pick<Store, "bars">;
	/** Which exchange a symbol is of, by the alerting rules. */
	exchanges?: readonly ExchangeEntry[];
}

/** The newest bars, or those before an instant; null for a symbol that was never seen. Never throws for the store. */
export async function readHistory(
	{ market, store, exchanges = [] }: HistoryOf,
	symbol: string,
	interval: Interval,
	before: string | undefined,
): Promise<History | null> {
	if (!market.has(symbol)) return null;
	let stored: Bar[] = [];
	let minutes: Bar[] = [];
	let storeError: string | null = null;
	try {
		stored = await store.bars(symbol, interval, LIMIT, before);
		if (MINUTES[interval] > 0 && !before) minutes = await store.bars(symbol, "1m", MINUTES[interval]);
	} catch (error) {
		storeError = messageOf(error);
	}
	const bars = merge(stored, market.bars(symbol, interval)).filter((bar) => !before || bar.window_start < before);
	const closed = bars.at(-1)?.window_end ?? "";
	return {
		symbol,
		interval,
		zone: calendarNamed(calendarOf(symbol, exchanges)).zone,
		bars,
		minutes:
			before || interval === "1m"
				? []
				: merge(minutes, market.bars(symbol, "1m")).filter((bar) => bar.window_start >= closed),
		ticks: before ? [] : market.ticks(symbol),
		hits: before ? [] : market.hits(symbol),
		more: stored.length === LIMIT,
		storeError,
	};
}

/** Of two versions of a bar the one emitted later; oldest bar first. */
function merge(...lists: Bar[][]): Bar[] {
	const byStart = new Map<string, Bar>();
	for (const bar of lists.flat()) {
		const known = byStart.get(bar.window_start);
		if (!known || bar.emitted_at > known.emitted_at) byStart.set(bar.window_start, bar);
	}
	return [...byStart.values()].sort((a, b) => (a.window_start < b.window_start ? -1 : 1));
}
