import { expect } from "vitest";
import type { ExpectedBar, ExpectedHit, ExpectedMove } from "./expected.ts";

type Rows<T> = Map<string, T>;

const barKey = (bar: { symbol: string; interval: string; window_start: string }) =>
	`${bar.symbol} ${bar.interval} ${bar.window_start}`;

function byKey<T>(rows: T[], key: (row: T) => string): Rows<T> {
	const map = new Map(rows.map((row) => [key(row), row]));
	expect(map.size, "keys are unique").toBe(rows.length);
	return map;
}

/** Every expected bar is there and no other; prices, volume and count are equal, quotients to a millionth. */
export function expectSameBars(actual: ExpectedBar[], expected: ExpectedBar[]): void {
	const rows = byKey(actual, barKey);
	expect([...rows.keys()].sort()).toEqual(expected.map(barKey).sort());
	const wrong: string[] = [];
	for (const bar of expected) {
		const row = rows.get(barKey(bar)) as ExpectedBar;
		const exact = (["open", "high", "low", "close", "volume", "trade_count"] as const).every((c) => row[c] === bar[c]);
		const near = close(row.vwap, bar.vwap, 1e-9) && close(row.move_pct, bar.move_pct, 2e-6);
		if (!exact || !near) wrong.push(`expected ${JSON.stringify(bar)}\nreceived ${JSON.stringify(row)}`);
	}
	expect(wrong.slice(0, 5)).toEqual([]);
}

/** The same moves, each once; those of a symbol's first price have no base. */
export function expectSameMoves(actual: ExpectedMove[], expected: ExpectedMove[]): void {
	const key = (move: ExpectedMove) => `${move.symbol} ${move.lookback} ${move.event_time}`;
	const rows = byKey(actual, key);
	expect(rows.size).toBe(expected.length);
	const wrong = expected.filter((move) => {
		const row = rows.get(key(move));
		const exact = row?.price === move.price && row.base_price === move.base_price;
		return !row || !exact || !close(row.move_pct, move.move_pct, 2e-6);
	});
	expect(wrong.slice(0, 5).map((move) => [move, rows.get(key(move))])).toEqual([]);
	expect(expected.some(({ base_price }) => base_price === null)).toBe(true);
}

/** The same hits, each once. */
export function expectSameHits(actual: ExpectedHit[], expected: ExpectedHit[]): void {
	const rows = byKey(actual, (hit) => hit.hit_id);
	expect([...rows.keys()].sort()).toEqual(expected.map((hit) => hit.hit_id).sort());
	for (const hit of expected) {
		const row = rows.get(hit.hit_id) as ExpectedHit;
		expect([row.price, row.base_price], hit.hit_id).toEqual([hit.price, hit.base_price]);
		expect(close(row.move_pct, hit.move_pct, 2e-6), hit.hit_id).toBe(true);
	}
}

function close(a: number | null, b: number | null, within: number): boolean {
	return a === null || b === null ? a === b : Math.abs(a - b) <= within * Math.max(1, Math.abs(b));
}
