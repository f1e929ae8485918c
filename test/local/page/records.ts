/** Records for the page's tests. */
import type { Alert } from "../../../alerting/engine/types.ts";
import type { Bar, Hit, Interval, Tick } from "../../../contracts.ts";

/** A symbol that would run a script where it is taken for markup. */
export const MARKUP = "<img src=x onerror=alert(1)>";

const MS: Record<Interval, number> = { "1m": 60_000, "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 };

/** A closed bar around a close; `over` replaces any field. */
export function bar(symbol: string, start: string, close: number, over: Partial<Bar> = {}): Bar {
	const interval = (over.interval ?? "1m") as Interval;
	const begin = Date.parse(start);
	const open = over.open ?? close - 0.1;
	return {
		symbol,
		interval,
		window_start: new Date(begin).toISOString(),
		window_end: new Date(begin + MS[interval]).toISOString(),
		open,
		high: Math.max(open, close) + 0.05,
		low: Math.min(open, close) - 0.05,
		close,
		volume: 1_000,
		trade_count: 10,
		vwap: close,
		change: close - open,
		change_pct: (100 * (close - open)) / open,
		move_pct: 0.1,
		day_move_pct: 1.5,
		emitted_at: new Date(begin + MS[interval] + 2_000).toISOString(),
		...over,
	};
}

/** One second at one price; `over` replaces any field. */
export function tick(symbol: string, time: string, price: number, over: Partial<Tick> = {}): Tick {
	const at = new Date(time).toISOString();
	return {
		symbol,
		event_time: at,
		open: price,
		high: price,
		low: price,
		close: price,
		volume: 100,
		trade_count: 1,
		day_open: price - 1,
		day_high: price + 1,
		day_low: price - 2,
		day_volume: 50_000,
		previous_close: price - 2,
		day_move_pct: 1.25,
		emitted_at: new Date(Date.parse(at) + 1_000).toISOString(),
		...over,
	};
}

/** A crossing of the default level. */
export function hit(symbol: string, time: string, price: number, over: Partial<Hit> = {}): Hit {
	const direction = over.direction ?? "up";
	return {
		hit_id: `${symbol}|5m|crossed|${direction}|${time}`,
		symbol,
		event_time: new Date(time).toISOString(),
		price,
		base_price: price / (direction === "up" ? 1.012 : 0.988),
		move_pct: direction === "up" ? 1.2 : -1.2,
		lookback: "5m",
		threshold_pct: 1,
		clear_pct: 0.5,
		direction,
		state: "crossed",
		emitted_at: new Date(Date.parse(time) + 500).toISOString(),
		...over,
	};
}

/** An alert of the rule `move` that fires at once; `over` replaces any field. */
export function alert(symbol: string, time: string, over: Partial<Alert> = {}): Alert {
	const since = new Date(time).toISOString();
	const { rule = "move", series = "hit 5m" } = over;
	return {
		alert_id: [rule, symbol, series, over.since ?? since].join("|"),
		rule,
		symbol,
		series,
		state: "firing",
		severity: "warning",
		direction: "up",
		since,
		event_time: since,
		price: 31.5,
		move_pct: 1.2,
		subject: `${symbol} up +1.20 % in 5m at 31.50`,
		text: `${symbol} moved up by +1.20 % within 5m: from 31.13 to 31.50.`,
		link: null,
		record: {},
		...over,
	};
}
