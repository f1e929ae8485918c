import type { Bar, Hit, Tick } from "../../contracts.ts";

/** A good bar, with what a test wants to be different. */
export function bar(changes: Partial<Bar> = {}): Bar {
	return {
		symbol: "AAPL",
		interval: "1m",
		window_start: "2013-10-07T13:30:00.000Z",
		window_end: "2013-10-07T13:31:00.000Z",
		open: 486.56,
		high: 487.1,
		low: 486.5,
		close: 487,
		volume: 123_456,
		trade_count: 789,
		vwap: 486.831234,
		change: 0.44,
		change_pct: 0.090431,
		move_pct: -0.25,
		day_move_pct: 1.5,
		emitted_at: "2013-10-07T13:31:02.100Z",
		...changes,
	};
}

/** A good tick, with what a test wants to be different. */
export function tick(changes: Partial<Tick> = {}): Tick {
	return {
		symbol: "AAPL",
		event_time: "2013-10-07T13:30:01.000Z",
		open: 486.56,
		high: 486.9,
		low: 486.56,
		close: 486.75,
		volume: 1_200,
		trade_count: 12,
		day_open: 486.56,
		day_high: 486.9,
		day_low: 486.4,
		day_volume: 50_000,
		previous_close: 483.03,
		day_move_pct: 0.770139,
		emitted_at: "2013-10-07T13:30:04.050Z",
		...changes,
	};
}

/** A good hit, with what a test wants to be different; its id follows from the rest, as in the SQL. */
export function hit(changes: Partial<Hit> = {}): Hit {
	const made: Hit = {
		hit_id: "",
		symbol: "AAPL",
		event_time: "2013-10-07T13:30:05.250Z",
		price: 491.6,
		base_price: 486.56,
		move_pct: 1.035844,
		lookback: "5m",
		threshold_pct: 1,
		clear_pct: 0.5,
		direction: "up",
		state: "crossed",
		emitted_at: "2013-10-07T13:30:07.300Z",
		...changes,
	};
	const { symbol, lookback, state, direction, event_time } = made;
	return { ...made, hit_id: changes.hit_id ?? [symbol, lookback, state, direction, event_time].join("|") };
}
