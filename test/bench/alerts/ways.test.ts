import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRules } from "../../../alerting/rules/load.ts";
import type { Bar, Hit } from "../../../contracts.ts";
import { root } from "../../../local/paths.ts";
import { inPlainCode } from "./plain.ts";
import { waysOf } from "./ways.ts";

const rules = loadRules(readFileSync(join(root, "alerting/rules.yaml"), "utf8"));
const OPEN = Date.parse("2026-11-25T14:30:00.000Z");

/** A calm hour of one symbol with one fast minute, and a hit that comes and goes. */
function hour(): (Bar | Hit)[] {
	const bars = Array.from({ length: 60 }, (_, minute): Bar => {
		const fast = minute === 40;
		const [start, end] = [OPEN + minute * 60_000, OPEN + (minute + 1) * 60_000];
		return {
			symbol: "AIG",
			interval: "1m",
			window_start: new Date(start).toISOString(),
			window_end: new Date(end).toISOString(),
			open: 50,
			high: fast ? 51 : 50,
			low: 50,
			close: fast ? 51 : 50,
			volume: fast ? 9_000 : 1_000,
			trade_count: 10,
			vwap: 50,
			change: fast ? 1 : 0,
			change_pct: fast ? 2 : 0,
			move_pct: minute === 0 ? null : fast ? 2 : 0,
			day_move_pct: null,
			emitted_at: new Date(end).toISOString(),
		};
	});
	const hits = (["crossed", "cleared"] as const).map((state, at): Hit => {
		const event_time = new Date(OPEN + at * 1_000).toISOString();
		return {
			hit_id: `AIG|5m|${state}|up|${event_time}`,
			symbol: "AIG",
			event_time,
			price: 50,
			base_price: 50,
			move_pct: 4,
			lookback: "5m",
			threshold_pct: 1,
			clear_pct: 0.5,
			direction: "up",
			state,
			emitted_at: event_time,
		};
	});
	return [...bars, ...hits];
}

test("every way of the engine evaluates the same rules and tells the same alerts", () => {
	const ways = waysOf(hour(), rules);
	const [engine, plain, texts, conditions, plainly] = ways.map(({ pass }) => pass());
	// Four rules on bars, one on hits; a fast minute that is a new high, and a move.
	expect(engine).toEqual({ evaluated: 4 * 60 + 2, said: 3 });
	expect(plain).toEqual(engine);
	expect(texts).toEqual(engine);
	expect(conditions).toEqual({ evaluated: 4 * 60 + 2, said: 3 });
	expect(plainly).toEqual(conditions);
});

test("each pass begins anew", () => {
	const [engine] = waysOf(hour(), rules);
	expect(engine?.pass()).toEqual(engine?.pass());
});

test("each way that is compared with plain code names one that there is", () => {
	const ways = waysOf(hour(), rules);
	const names = ways.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	const compared = ways.flatMap(({ plain }) => plain ?? []);
	expect(compared.length).toBe(2);
	for (const name of compared) expect(names).toContain(name);
});

test("a rule without a plain function is named", () => {
	const more = loadRules(`rules:
  - { name: wide, on: 1m, when: high > 2 * low, subject: "{{ symbol }}", message: "{{ symbol }}" }
`);
	expect(() => inPlainCode(more, ["1m"])).toThrow("The rule wide has no plain function");
});

test("plain conditions that say something else are an error", () => {
	const text = readFileSync(join(root, "alerting/rules.yaml"), "utf8");
	const other = loadRules(text.replaceAll("session_bars >= 30", "session_bars >= 50"));
	expect(() => waysOf(hour(), other)).toThrow("The engine should come to the same in each way");
});
