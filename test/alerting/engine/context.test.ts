import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noContext, observeBar, observeLateBar } from "../../../alerting/engine/context.ts";
import type { Fields } from "../../../alerting/engine/types.ts";
import { fieldsOf } from "../../../alerting/rules/fields.ts";
import type { Bar } from "../../../contracts.ts";
import { bar } from "../../support/samples.ts";
import { minute } from "./support.ts";

/** The fields of each bar, one after the other. */
function observed(bars: readonly Bar[], calendar = "XNYS"): Fields[] {
	let context = noContext;
	return bars.map((each) => {
		const done = observeBar(each, context, calendar);
		context = done.context;
		return done.fields;
	});
}
const last = (bars: readonly Bar[], calendar?: string) => observed(bars, calendar).at(-1) as Fields;
const quiet = (count: number, from = 0) => Array.from({ length: count }, (_, n) => minute(from + n));
const at = (iso: string, changes: Partial<Bar> = {}) =>
	minute(0, {
		window_start: `${iso}:00.000Z`,
		window_end: new Date(Date.parse(`${iso}:00Z`) + 60_000).toISOString(),
		...changes,
	});

test("a bar's own fields stay as they are, and all that rules may name are there", () => {
	const [fields = {}] = observed([bar()]);
	expect(fields).toMatchObject(bar());
	expect(Object.keys(fields).sort()).toEqual(Object.keys(fieldsOf("1m")).sort());
});

describe("the average volume", () => {
	test("needs five bars before", () => {
		const volumes = [10, 20, 30, 40, 50, 60].map((volume, n) => minute(n, { volume }));
		expect(observed(volumes).map(({ avg_volume }) => avg_volume)).toEqual([null, null, null, null, null, 30]);
		expect(last(volumes).volume_ratio).toBe(2);
		expect(last(volumes.slice(0, 5)).volume_ratio).toBeNull();
	});

	test("is of the last twenty before, whatever day they are of", () => {
		const bars = [minute(-1, { volume: 1e9 }), ...quiet(20), minute(20, { volume: 500 })];
		expect(last(bars)).toMatchObject({ avg_volume: 1000, volume_ratio: 0.5 });
		expect(last(bars.slice(0, -2)).avg_volume).toBeCloseTo((1e9 + 18 * 1000) / 19);
		expect(last([...quiet(20), at("2013-10-09T14:00")])).toMatchObject({ avg_volume: 1000 });
	});

	test("of nothing but empty bars makes no ratio", () => {
		const bars = Array.from({ length: 6 }, (_, n) => minute(n, { volume: 0 }));
		expect(last(bars)).toMatchObject({ avg_volume: 0, volume_ratio: null });
	});
});

describe("the day", () => {
	test("is what came before a bar, not the bar itself", () => {
		const bars = [
			minute(0, { open: 10, high: 12, low: 9 }),
			minute(1, { open: 11, high: 15, low: 11 }),
			minute(2, { open: 14, high: 14, low: 8 }),
			minute(3),
		];
		const days = observed(bars).map(({ day_open, day_high, day_low, day_bars }) => [
			day_open,
			day_high,
			day_low,
			day_bars,
		]);
		expect(days).toEqual([
			[null, null, null, 0],
			[10, 12, 9, 1],
			[10, 15, 9, 2],
			[10, 15, 8, 3],
		]);
	});

	test("begins anew at 05:00 UTC", () => {
		const evening = at("2013-10-07T23:59", { high: 200 });
		const night = at("2013-10-08T04:59", { high: 300 });
		expect(last([evening, night])).toMatchObject({ day_high: 200, day_bars: 1 });
		expect(last([evening, night, at("2013-10-08T05:00")])).toMatchObject({
			day_high: null,
			day_open: null,
			day_bars: 0,
		});
	});
});

describe("the session", () => {
	test("counts its own bars only, and is unknown outside", () => {
		const bars = ["13:28", "13:29", "13:30", "13:31", "19:59", "20:00"].map((clock) => at(`2013-10-07T${clock}`));
		expect(observed(bars).map(({ session_bars }) => session_bars)).toEqual([null, null, 0, 1, 2, null]);
	});

	test("begins anew the next day, also where nothing came in between", () => {
		const bars = [at("2013-10-07T19:58"), at("2013-10-07T19:59"), at("2013-10-08T13:30"), at("2013-10-08T13:31")];
		expect(observed(bars).map(({ session_bars }) => session_bars)).toEqual([0, 1, 0, 1]);
	});

	test("goes on over a lunch break", () => {
		const bars = ["01:30", "02:00", "04:00", "05:00", "05:01"].map((clock) => at(`2013-10-07T${clock}`));
		expect(observed(bars, "XHKG").map(({ session_bars }) => session_bars)).toEqual([0, 1, null, 2, 3]);
	});

	test("of what always trades is the UTC day", () => {
		const bars = ["2013-10-05T23:59", "2013-10-06T00:00", "2013-10-06T00:01"].map((time) => at(time));
		expect(observed(bars, "24/7").map(({ session_bars }) => session_bars)).toEqual([0, 0, 1]);
	});
});

describe("the previous close", () => {
	const friday = [at("2013-10-04T19:58", { close: 90 }), at("2013-10-04T19:59", { close: 100 })];
	const after = at("2013-10-04T20:30", { close: 50 });

	test("is the last of the regular session before, all through the next one", () => {
		const monday = ["13:30", "13:31"].map((clock) => at(`2013-10-07T${clock}`, { open: 103, close: 110 }));
		const [first, second] = observed([...friday, after, ...monday]).slice(-2);
		expect(first).toMatchObject({ previous_close: 100, gap_pct: expect.closeTo(3) });
		expect(second).toMatchObject({ previous_close: 100 });
	});

	test("before and after a session is the last one's close", () => {
		expect(last([...friday, after])).toMatchObject({ previous_close: 100 });
		expect(last([...friday, after, at("2013-10-07T12:00")])).toMatchObject({ previous_close: 100 });
	});

	test("is not known before a session was seen, nor within the first", () => {
		expect(last([at("2013-10-07T12:00")])).toMatchObject({ previous_close: null, gap_pct: null });
		expect(observed(friday).map(({ previous_close }) => previous_close)).toEqual([null, null]);
	});

	test("is the feed's own where it says one", () => {
		const first = at("2013-10-07T13:30", { open: 102, close: 110, day_move_pct: 10 });
		expect(last([...friday, first])).toMatchObject({
			previous_close: expect.closeTo(100),
			gap_pct: expect.closeTo(2),
		});
		expect(last([at("2013-10-07T12:00", { close: 99, day_move_pct: -1 })])).toMatchObject({
			previous_close: expect.closeTo(100),
		});
	});

	test("is not made of a move that no price can have made", () => {
		for (const day_move_pct of [-100, -150]) {
			expect(last([...friday, at("2013-10-07T13:30", { day_move_pct })])).toMatchObject({
				previous_close: 100,
				gap_pct: 0,
			});
		}
	});
});

test("the direction is the sign of the move, else of the bar's own change", () => {
	const directions = [
		{ move_pct: 1, change: -1 },
		{ move_pct: -1, change: 1 },
		{ move_pct: null, change: 1 },
		{ move_pct: null, change: -1 },
		{ move_pct: 0, change: -1 },
		{ move_pct: 0, change: 0 },
		{ move_pct: null, change: 0 },
	].map((changes) => last([minute(0, changes)]).direction);
	expect(directions).toEqual(["up", "down", "up", "down", "down", null, null]);
});

test("of a bar that comes late only its own fields and its direction are known", () => {
	const { direction, ...fields } = observeLateBar(bar());
	expect(direction).toBe("down");
	expect(Object.keys({ ...fields, direction }).sort()).toEqual(Object.keys(fieldsOf("1m")).sort());
	expect(
		Object.entries(fields)
			.filter(([name]) => !(name in bar()))
			.every(([, value]) => value === null),
	).toBe(true);
	expect(fields).toMatchObject(bar());
});

describe("for any bars in order", () => {
	const price = fc.double({ min: 0.01, max: 1e6, noNaN: true });
	const some = fc.array(
		fc.record({
			gap: fc.integer({ min: 1, max: 900 }),
			open: price,
			close: price,
			volume: fc.nat(1_000_000),
			// JSON has no negative zero.
			day_move_pct: fc.option(fc.double({ min: -200, max: 1000, noNaN: true }).map((value) => value + 0)),
		}),
		{ minLength: 1, maxLength: 40 },
	);
	const made = (raw: { gap: number; open: number; close: number; volume: number; day_move_pct: number | null }[]) => {
		let n = 0;
		return raw.map(({ gap, ...fields }) => {
			n += gap;
			const { open, close } = fields;
			return minute(n, { ...fields, high: Math.max(open, close), low: Math.min(open, close) });
		});
	};

	test("every derived field is a number or unknown, and survives JSON", () => {
		fc.assert(
			fc.property(some, (raw) => {
				for (const fields of observed(made(raw))) expect(JSON.parse(JSON.stringify(fields))).toEqual(fields);
			}),
			{ numRuns: 500 },
		);
	});

	test("they are what the whole array says", () => {
		fc.assert(
			fc.property(some, (raw) => {
				const bars = made(raw);
				const dayOf = ({ window_start }: Bar) => Math.floor(Date.parse(window_start) / 3_600_000 / 24 - 5 / 24);
				for (const [index, fields] of observed(bars).entries()) {
					const before = bars.slice(0, index);
					const today = before.filter((each) => dayOf(each) === dayOf(bars[index] as Bar));
					const volumes = before.slice(-20).map(({ volume }) => volume);
					const sum = volumes.reduce((a, b) => a + b, 0);
					expect(fields).toMatchObject({
						avg_volume: volumes.length < 5 ? null : sum / volumes.length,
						day_open: today[0]?.open ?? null,
						day_high: today.length === 0 ? null : Math.max(...today.map(({ high }) => high)),
						day_low: today.length === 0 ? null : Math.min(...today.map(({ low }) => low)),
						day_bars: today.length,
					});
				}
			}),
			{ numRuns: 500 },
		);
	});
});
