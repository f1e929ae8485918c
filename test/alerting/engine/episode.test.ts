import { describe, expect, test } from "vitest";
import { incoming, incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { Alert, Observation } from "../../../alerting/engine/types.ts";
import { hit } from "../../support/samples.ts";
import { closes, fold, minute, play, rule, rulesOf, START } from "./support.ts";

const simple = rulesOf([rule()]);

describe("an episode", () => {
	test("is told once, however long it lasts, and again only after its end", () => {
		expect(play(simple, closes(100, 101, 102, 103, 100, 101))).toEqual([
			"14:02 told, since 14:02",
			"14:05 over",
			"14:06 told, since 14:06",
		]);
	});

	test("is none where the condition's value is not known", () => {
		const unknown = rulesOf([rule({ when: "gap_pct < 5" }), rule({ name: "other", when: "gap_pct >= 5" })]);
		expect(play(unknown, closes(100, 101))).toEqual([]);
	});

	test("is kept for each rule, symbol and series by itself", () => {
		const rules = rulesOf([rule(), rule({ name: "higher", when: "close > 101" })]);
		expect(play(rules, closes(101, 102, 100))).toEqual([
			"14:01 told, since 14:01",
			"14:02 told, since 14:02",
			"14:03 over",
			"14:03 over",
		]);
	});
});

describe("with for", () => {
	const lasting = rulesOf([rule({ for: "2m" })]);

	test("it is pending until the condition held so long, and told as since it began", () => {
		expect(play(lasting, closes(101, 101, 101, 101))).toEqual(["14:01 pending", "14:03 told, since 14:01"]);
	});

	test("a break in between begins it anew", () => {
		expect(play(lasting, closes(101, 101, 100, 101, 101))).toEqual(["14:01 pending", "14:04 pending"]);
	});

	test("time counts, not records", () => {
		expect(play(lasting, closes(101, undefined, undefined, undefined, 101))).toEqual([
			"14:01 pending",
			"14:05 told, since 14:01",
		]);
		const seconds = rulesOf([rule({ for: "59s" })]);
		expect(play(seconds, closes(101, 101))).toEqual(["14:01 pending", "14:02 told, since 14:01"]);
	});

	test("its end needs no time", () => {
		expect(play(lasting, closes(101, 101, 101, 100, 101))).toEqual([
			"14:01 pending",
			"14:03 told, since 14:01",
			"14:04 over",
			"14:05 pending",
		]);
	});
});

describe("with clear", () => {
	const rules = rulesOf([rule({ clear: "close < 99" })]);

	test("it goes on between the two levels, and ends beyond the second", () => {
		expect(play(rules, closes(101, 100, 101, 99, 98, 99, 101))).toEqual([
			"14:01 told, since 14:01",
			"14:05 over",
			"14:07 told, since 14:07",
		]);
	});

	test("it ends not where both conditions hold", () => {
		const both = rulesOf([rule({ clear: "volume > 0" })]);
		expect(play(both, closes(101, 101, 100))).toEqual(["14:01 told, since 14:01", "14:03 over"]);
	});

	test("between the levels a pending one is none any more", () => {
		const lasting = rulesOf([rule({ clear: "close < 99", for: "2m" })]);
		expect(play(lasting, closes(101, 100, 101, 101, 101))).toEqual([
			"14:01 pending",
			"14:03 pending",
			"14:05 told, since 14:03",
		]);
	});

	test("one that was kept back is told only at a record for which the condition holds", () => {
		const silence = (n: number) => ({ silenced: () => n < 2 });
		expect(play(rules, closes(101, 100, 100, 101), silence)).toEqual([
			"14:01 kept for silence, since 14:01",
			"14:04 told, since 14:01",
		]);
	});
});

describe("its end", () => {
	const rules = rulesOf([rule({ resolved: true })]);

	test("is told where the rule says so", () => {
		expect(play(rules, closes(101, 100))).toEqual([
			"14:01 told, since 14:01",
			"14:02 over",
			"14:02 told it is over, since 14:01",
		]);
	});

	test("is not told of an episode that was not", () => {
		expect(play(rules, closes(101, 100), { silenced: () => true })).toEqual([
			"14:01 kept for silence, since 14:01",
			"14:02 over, untold",
		]);
	});

	test("has the id of its beginning", () => {
		const bars = closes(101, 100).map((each) => incomingBar(each, rules));
		const ids = fold(rules, bars).outcomes.flatMap((each) => ("alert" in each ? each.alert.alert_id : []));
		expect(ids).toEqual(Array(2).fill("high|AAPL|1m|2013-10-07T14:01:00.000Z"));
	});
});

describe("what keeps it back, and that it is told when that is over:", () => {
	test("a cooldown after the last one told, the moment of its end not included", () => {
		const rules = rulesOf([rule({ cooldown: "3m" })]);
		expect(play(rules, closes(101, 100, 101, 101, 101))).toEqual([
			"14:01 told, since 14:01",
			"14:02 over",
			"14:03 kept for cooldown, since 14:03",
			"14:04 told, since 14:03",
		]);
	});

	test("a cooldown counts from what was told, not from what was kept back", () => {
		const rules = rulesOf([rule({ cooldown: "3m" })]);
		expect(play(rules, closes(101, 100, 101, 100, 101))).toEqual([
			"14:01 told, since 14:01",
			"14:02 over",
			"14:03 kept for cooldown, since 14:03",
			"14:04 over, untold",
			"14:05 told, since 14:05",
		]);
	});

	test("the exchange's hours, to which a bar belongs that ends with them", () => {
		const rules = rulesOf([rule({ hours: "regular" })]);
		const opening = [-32, -31, -30].map((n) => minute(n, { close: 101 }));
		expect(play(rules, opening)).toEqual(["13:29 kept for hours, since 13:29", "13:31 told, since 13:29"]);
		expect(play(rules, [minute(359, { close: 101 })])).toEqual(["20:00 told, since 20:00"]);
		expect(play(rules, [minute(360, { close: 101 })])).toEqual(["20:01 kept for hours, since 20:01"]);
		const elsewhere = [minute(-32, { symbol: "BTC-USD", close: 101 })];
		const open = rulesOf([rule({ hours: "regular" })], { exchanges: [{ symbols: ["*-USD"], calendar: "24/7" }] });
		expect(play(open, elsewhere)).toEqual(["13:29 told, since 13:29"]);
	});

	test("a time of the week that the file mutes, for some severities only", () => {
		const mute = [{ from: "16:00", to: "16:02", time_zone: "Europe/Berlin", severity: ["warning"] }];
		const rules = rulesOf([rule({ critical_when: "close > 200" })], { mute });
		expect(play(rules, closes(101, 101))).toEqual(["14:01 kept for mute, since 14:01", "14:02 told, since 14:01"]);
		expect(play(rules, closes(201))).toEqual(["14:01 told, since 14:01"]);
	});

	test("a silence that somebody set", () => {
		const around = (n: number) => ({
			silenced: (symbol: string, name: string) => symbol === "AAPL" && name === "high" && n === 0,
		});
		expect(play(simple, closes(101, 101), around)).toEqual([
			"14:01 kept for silence, since 14:01",
			"14:02 told, since 14:01",
		]);
		const other = play(simple, [minute(0, { symbol: "MSFT", close: 101 })], around);
		expect(other).toEqual(["14:01 told, since 14:01"]);
	});

	test("its age by the clock, where records are of the present", () => {
		const rules = rulesOf([rule({ max_age: "15m" })]);
		const end = START + 60_000;
		expect(play(rules, closes(101), { now: end + 900_000 })).toEqual(["14:01 told, since 14:01"]);
		const late = (n: number) => ({ now: end + (n === 0 ? 900_001 : 0) });
		expect(play(rules, closes(101, 101), late)).toEqual([
			"14:01 kept for max_age, since 14:01",
			"14:02 told, since 14:01",
		]);
		expect(play(rules, closes(101))).toEqual(["14:01 told, since 14:01"]);
	});

	test("the first reason counts, and each change of it is said once", () => {
		const rules = rulesOf([rule({ hours: "regular", cooldown: "30m" })]);
		const bars = [-60, -59, -40, -39, -31, -30, -29, -28, -27].map((n) => minute(n, { close: n === -59 ? 100 : 101 }));
		const around = (n: number) => ({ silenced: () => n === 5 || n === 6, now: n === 7 ? START : START - 1_800_000 });
		expect(play(rules, bars, around)).toEqual([
			"13:01 kept for hours, since 13:01",
			"13:02 over, untold",
			"13:21 kept for hours, since 13:21",
			"13:31 kept for silence, since 13:21",
			"13:33 kept for max_age, since 13:21",
			"13:34 told, since 13:21",
		]);
	});
});

describe("an edited rule", () => {
	const before = rulesOf([rule(), rule({ name: "other" })]);
	const bars = closes(101, 101).map((each) => incomingBar(each, before));

	test("begins anew, and no other rule with it", () => {
		const { state } = fold(before, bars.slice(0, 1));
		const edited = rulesOf([rule({ when: "close > 100.5" }), rule({ name: "other" })]);
		const { outcomes } = fold(edited, bars.slice(1), {}, state);
		expect(outcomes).toMatchObject([{ kind: "notify", alert: { rule: "high", since: "2013-10-07T14:02:00.000Z" } }]);
	});

	test("goes on where only its texts are new", () => {
		const { state } = fold(before, bars.slice(0, 1));
		const edited = rulesOf([rule({ subject: "new", group: "1m", severity: "info" }), rule({ name: "other" })]);
		expect(fold(edited, bars.slice(1), {}, state).outcomes).toEqual([]);
	});
});

describe("on other records", () => {
	const seen = (observations: Observation[], rules = quietRules, around = {}) =>
		fold(rules, observations.map(incoming), around).outcomes.map((each) =>
			each.kind === "suppress" ? each.reason : each.kind === "notify" ? each.alert.state : each.kind,
		);
	const quietRules = rulesOf([
		rule({ name: "silent", on: "quiet", hours: "regular", when: "quiet_minutes >= 15", subject: "s", message: "m" }),
		rule({ name: "down", on: "pipeline", hours: "regular", when: "lag_minutes >= 5", subject: "s", message: "m" }),
	]);
	const observation = (on: string, n: number, fields: Observation["fields"], symbol = "AAPL"): Observation => {
		const time = START + n * 60_000;
		return { on, symbol, series: on, key: new Date(time).toISOString(), time, fields: { symbol, ...fields } };
	};

	test("hits are told at their own time, each lookback for itself", () => {
		const rules = rulesOf([
			rule({ on: "hit", when: 'state == "crossed"', clear: 'state == "cleared"', subject: "s", message: "m" }),
		]);
		const hits = ["13:30:00.000", "13:40:00.000"].map((time) => hit({ event_time: `2013-10-07T${time}Z` }));
		const { outcomes } = fold(rules, hits.map(incomingHit));
		expect(outcomes).toMatchObject([{ kind: "notify", alert: { series: "hit 5m", event_time: hits[0]?.event_time } }]);
		expect(incomingHit(hit({ lookback: "1m" })).series).toBe("hit 1m");
	});

	test("the session's first minute is in its hours, and its end is not", () => {
		expect(seen([observation("quiet", -30, { quiet_minutes: 15 })])).toEqual(["firing"]);
		expect(seen([observation("quiet", 360, { quiet_minutes: 15 })])).toEqual(["hours"]);
	});

	test("a symbol's silence says nothing while the pipeline is down", () => {
		const observations = [0, 1].map((n) => observation("quiet", n, { quiet_minutes: 15 + n }));
		expect(seen(observations, quietRules, (n: number) => ({ pipelineDown: n === 0 }))).toEqual(["pipeline", "firing"]);
	});

	test("the pipeline's own alert is kept back neither by that nor by hours", () => {
		expect(
			seen([observation("pipeline", 500, { lag_minutes: 9 }, "pipeline")], quietRules, { pipelineDown: true }),
		).toEqual(["firing"]);
	});
});

test("severity and price are those of the record at which it is told or kept back, and since stays", () => {
	const rules = rulesOf([rule({ critical_when: "close > 105" })]);
	const around = (n: number) => ({ silenced: () => n < 1 });
	const bars = closes(101, 106).map((each) => incomingBar(each, rules));
	const alerts = fold(rules, bars, around).outcomes.flatMap((each): Alert[] => ("alert" in each ? [each.alert] : []));
	expect(alerts).toMatchObject([
		{ severity: "warning", price: 101, since: "2013-10-07T14:01:00.000Z", event_time: "2013-10-07T14:01:00.000Z" },
		{ severity: "critical", price: 106, since: "2013-10-07T14:01:00.000Z", event_time: "2013-10-07T14:02:00.000Z" },
	]);
});
