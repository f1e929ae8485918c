/** Bars and rejects that the dashboards' queries are run over: three hours of three symbols, and some outside of them. */
import type { Bar } from "../../contracts.ts";
import { bar, hit } from "../support/samples.ts";

/** The time range of the dashboards: bars before and after it must be in no answer. */
export const range = { from: new Date("2013-10-07T13:30:00.000Z"), to: new Date("2013-10-07T16:29:59.000Z") };
export const symbols = ["AAPL", "BRK B", "O'X"];
export const minutes = 180;

/** What is in the samples, each its number of minutes. */
export const intervals = { "1m": 1, "5m": 5, "1h": 60 } as const;

/** A minute in which BRK B had no trade. */
const missing = "2013-10-07T15:10:00.000Z";

/** Bars as the job would emit them: the first of a symbol has no move, BRK B no previous close, each tenth no volume. */
export function sampleBars(): Bar[] {
	return symbols.flatMap((symbol, place) =>
		Object.entries(intervals).flatMap(([interval, length]) =>
			Array.from({ length: minutes / length }, (_, index) => barAt(symbol, place, interval, length, index)).filter(
				({ window_start }) => symbol !== "BRK B" || window_start !== missing,
			),
		),
	);
}

/** The same an hour before the range and two after it, with prices that would be seen. */
export function barsOutside(): Bar[] {
	return symbols.flatMap((symbol) =>
		[-60, minutes + 120].map((minute) =>
			bar({ symbol, ...windowAt(minute, 1), open: 9_999, high: 9_999, low: 1, close: 9_999, move_pct: 99 }),
		),
	);
}

function barAt(symbol: string, place: number, interval: string, length: number, index: number): Bar {
	const swing = (step: number) => Math.sin((step + place * 7) / 9) * (place + 1);
	const [open, close] = [100 * (place + 1) + swing(index), 100 * (place + 1) + swing(index + 1)];
	const [high, low] = [Math.max(open, close) + 0.25, Math.min(open, close) - 0.25];
	const volume = index % 10 === 3 ? 0 : 1_000 + index;
	return bar({
		symbol,
		interval,
		...windowAt(index * length, length),
		...{ open, high, low, close, volume, trade_count: 1 + (index % 50) },
		vwap: volume === 0 ? null : (open + close) / 2,
		change: close - open,
		change_pct: ((close - open) / open) * 100,
		move_pct: index === 0 ? null : ((close - open) / open) * 100,
		day_move_pct: symbol === "BRK B" ? null : close - 100 * (place + 1),
	});
}

function windowAt(minute: number, length: number) {
	const start = range.from.getTime() + minute * 60_000;
	const at = (ms: number) => new Date(ms).toISOString();
	const end = start + length * 60_000;
	return { window_start: at(start), window_end: at(end), emitted_at: at(end + 2_000 + (minute % 7) * 10) };
}

/** The lake's tables with these bars, and what else the dashboards look at. */
export function sampleLake(bars: readonly Bar[]): Record<string, object[]> {
	const at = (minute: number, ms = 0) => new Date(range.from.getTime() + minute * 60_000 + ms).toISOString();
	const day = "2013-10-07";
	const trades = symbols.flatMap((symbol, place) =>
		Array.from({ length: minutes }, (_, minute) => ({
			trade_id: `${symbol}-${minute}`,
			symbol,
			event_time: at(minute, 500),
			price: 100 * (place + 1) + (minute % 9),
			size: 100 + minute,
			source: "test",
			exchange: "X",
			currency: "USD",
			side: minute % 3 === 0 ? "sell" : "buy",
			trader: `T${place}`,
			arrived_at: at(minute, 700),
			day,
		})),
	);
	const counts = Array.from({ length: minutes }, (_, minute) => ({
		symbol: "AAPL",
		window_start: at(minute),
		trades: 10,
		duplicates: minute % 4,
		out_of_order: minute % 5,
		day,
	}));
	const rejects = Array.from({ length: 90 }, (_, index) => ({
		reason: ["late", "invalid", "malformed"][index % 3],
		payload: "{}",
		detail: "a test",
		shard_id: `shardId-00000000000${index % 2}`,
		sequence_number: String(index),
		sub_sequence_number: 0,
		arrived_at: at(2 * index, 900),
		day,
	}));
	// A reject of another day: no panel and no rule may see it.
	rejects.push({
		...(rejects[0] as (typeof rejects)[number]),
		reason: "late",
		arrived_at: "2013-10-09T13:30:00.000Z",
		day: "2013-10-09",
	});
	const hits = (["crossed", "cleared"] as const).flatMap((state, index) =>
		symbols.map((symbol) => ({ ...hit({ symbol, state, event_time: at(10 + index, 250) }), day })),
	);
	const own = bars.map((bar) => ({ ...bar, day: bar.window_start.slice(0, 10) }));
	return { bars: own, trades, counts, rejects, hits };
}
