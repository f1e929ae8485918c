import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Bar, Hit } from "../../contracts.ts";
import { root } from "../../local/paths.ts";
import { mostWithin, oracle, RULES, RULES_OF_THE_CLOCK } from "../e2e/alerts/oracle.ts";
import { bar, hit } from "../support/samples.ts";

// The computation that the deployed alerting is compared with has to be right by itself: hand-made bars and hits, told by hand.
const at = (time: string) => `2013-10-07T${time}${time.length === 5 ? ":00.000" : ""}Z`;

/** Bars of one minute after another, all alike and quiet but for the given changes, from `start` (`HH:MM`). */
function minutes(start: string, changes: Partial<Bar>[], day = "2013-10-07"): Bar[] {
	const begin = Date.parse(`${day}T${start}:00.000Z`);
	return changes.map((change, i) =>
		bar({
			window_start: new Date(begin + i * 60_000).toISOString(),
			window_end: new Date(begin + (i + 1) * 60_000).toISOString(),
			...{ open: 100, high: 101, low: 99, close: 100, volume: 1000, move_pct: 0, day_move_pct: null },
			...change,
		}),
	);
}
const quiet = (count: number): Partial<Bar>[] => Array.from({ length: count }, () => ({}));
const crossed = (time: string, changes: Partial<Hit> = {}) => hit({ event_time: at(time), move_pct: 1.2, ...changes });
const cleared = (time: string) => hit({ event_time: at(time), state: "cleared", move_pct: 0.4 });

/** The alerts as `rule|symbol|series|since`, followed by when they were told where that is later. */
function told(bars: Bar[], hits: Hit[] = []): string[] {
	return oracle(bars, hits).told.map(({ alert_id, since, event_time }) =>
		since === event_time ? alert_id : `${alert_id} told ${event_time}`,
	);
}
const untold = (bars: Bar[], hits: Hit[] = []) =>
	oracle(bars, hits).untold.map(({ alert_id, reason }) => `${alert_id} ${reason}`);

test("its rules are those of alerting/rules.yaml", () => {
	const { rules } = parse(readFileSync(join(root, "alerting/rules.yaml"), "utf8")) as { rules: { name: string }[] };
	expect([...RULES, ...RULES_OF_THE_CLOCK]).toEqual(rules.map(({ name }) => name));
});

test("nothing comes of nothing, nor of quiet bars", () => {
	expect(oracle([], [])).toEqual({ told: [], untold: [] });
	expect(oracle(minutes("13:00", quiet(120)), [])).toEqual({ told: [], untold: [] });
});

describe("move", () => {
	test("tells a crossing with all that an alert says", () => {
		expect(oracle([], [crossed("14:00")]).told).toEqual([
			{
				alert_id: `move|AAPL|hit 5m|${at("14:00")}`,
				rule: "move",
				symbol: "AAPL",
				series: "hit 5m",
				state: "firing",
				severity: "warning",
				since: at("14:00"),
				event_time: at("14:00"),
				move_pct: 1.2,
			},
		]);
	});

	test("is critical from three times the level on, up or down", () => {
		const severity = (move_pct: number) => oracle([], [crossed("14:00", { move_pct })]).told[0]?.severity;
		expect([2.999999, 3, -3, -1].map(severity)).toEqual(["warning", "critical", "critical", "warning"]);
	});

	test("tells an episode once, until it has cleared", () => {
		expect(told([], [crossed("14:00"), crossed("14:30"), crossed("15:00")])).toEqual([
			`move|AAPL|hit 5m|${at("14:00")}`,
		]);
		expect(told([], [crossed("14:00"), cleared("14:20"), crossed("14:30")])).toHaveLength(2);
	});

	test("says nothing in the ten minutes after the last alert, and counts from that, not from what it kept", () => {
		const hits = [
			crossed("14:00"),
			cleared("14:01"),
			crossed("14:09:59.999"),
			cleared("14:09:59.999"),
			crossed("14:10"),
		];
		expect(told([], hits)).toEqual([`move|AAPL|hit 5m|${at("14:00")}`, `move|AAPL|hit 5m|${at("14:10")}`]);
		expect(untold([], hits)).toEqual([`move|AAPL|hit 5m|${at("14:09:59.999")} cooldown`]);
	});

	test("tells an episode that crosses again when the cooldown is over, as since it began", () => {
		const hits = [crossed("14:00"), cleared("14:01"), crossed("14:05"), crossed("14:11")];
		expect(told([], hits)[1]).toBe(`move|AAPL|hit 5m|${at("14:05")} told ${at("14:11")}`);
		expect(untold([], hits)).toEqual([]);
	});

	test("a clearing without a crossing is nothing", () => {
		expect(oracle([], [cleared("14:00"), cleared("14:05")])).toEqual({ told: [], untold: [] });
	});

	test("keeps symbols and lookbacks apart, and takes hits in any order", () => {
		const hits = [
			crossed("14:03", { symbol: "MSFT" }),
			crossed("14:02", { lookback: "1m" }),
			crossed("14:05"),
			crossed("14:01"),
		];
		expect(told([], hits)).toEqual([
			`move|AAPL|hit 5m|${at("14:01")}`,
			`move|AAPL|hit 1m|${at("14:02")}`,
			`move|MSFT|hit 5m|${at("14:03")}`,
		]);
	});
});

describe("fast-move", () => {
	const fast = { move_pct: -0.4, volume: 3000 };

	test("needs the level and three times the volume of at least five bars", () => {
		expect(told(minutes("14:00", [...quiet(5), fast]))).toEqual([`fast-move|AAPL|1m|${at("14:06")}`]);
		expect(told(minutes("14:00", [...quiet(4), fast]))).toEqual([]);
		expect(told(minutes("14:00", [...quiet(5), { ...fast, move_pct: 0.399999 }]))).toEqual([]);
		expect(told(minutes("14:00", [...quiet(5), { ...fast, move_pct: null }]))).toEqual([]);
		expect(told(minutes("14:00", [...quiet(5), { ...fast, volume: 2999 }]))).toEqual([]);
	});

	test("takes the volumes of the last twenty bars only", () => {
		expect(told(minutes("14:00", [{ volume: 90_000 }, ...quiet(20), fast]))).toHaveLength(1);
		expect(told(minutes("14:00", [{ volume: 90_000 }, ...quiet(19), fast]))).toEqual([]);
	});

	test("has a lower level for index funds", () => {
		const bars = (symbol: string) =>
			minutes("14:00", [...quiet(5), { ...fast, move_pct: 0.2 }]).map((one) => ({ ...one, symbol }));
		expect(told([...bars("SPY"), ...bars("IBM")])).toEqual([`fast-move|SPY|1m|${at("14:06")}`]);
	});

	test("is one episode until the move is below half of the level", () => {
		const bars = (between: number | null) =>
			minutes("14:00", [...quiet(5), fast, { move_pct: between }, { ...fast, volume: 30_000 }]);
		for (const same of [0.2, -0.3, null]) expect(untold(bars(same)), String(same)).toEqual([]);
		expect(untold(bars(0.199999))).toEqual([`fast-move|AAPL|1m|${at("14:08")} cooldown`]);
	});

	test("says nothing outside the regular session, which is told by the bar's window", () => {
		for (const [begin, count] of [
			["13:29", 0],
			["13:30", 1],
			["19:59", 1],
			["20:00", 0],
		] as const) {
			const before = minutes("11:00", quiet(5));
			expect(told([...before, ...minutes(begin, [fast])]), begin).toHaveLength(count);
		}
	});

	test("tells in the session what began before it and still holds", () => {
		const bars = minutes("13:23", [...quiet(5), fast, { move_pct: 0.3 }, { ...fast, volume: 30_000 }]);
		expect(told(bars)).toEqual([`fast-move|AAPL|1m|${at("13:29")} told ${at("13:31")}`]);
		expect(untold(bars.slice(0, -1))).toEqual([`fast-move|AAPL|1m|${at("13:29")} hours`]);
	});

	test("bars of other intervals are not its own", () => {
		const bars = minutes("14:00", [...quiet(5), fast]);
		expect(told(bars.map((one) => ({ ...one, interval: "5m" })))).toEqual([]);
	});
});

describe("gap", () => {
	const friday = minutes("19:58", [{ close: 90 }, { close: 100 }, { close: 50 }], "2013-10-04");

	test("compares the session's first bar with the last close of the session before", () => {
		expect(told([...friday, ...minutes("13:30", [{ open: 102 }])])).toEqual([`gap|AAPL|1m|${at("13:31")}`]);
		expect(told([...friday, ...minutes("13:30", [{ open: 98 }])])).toHaveLength(1);
		expect(told([...friday, ...minutes("13:30", [{ open: 101.9 }])])).toEqual([]);
	});

	test("only the first bar, and not one before the session", () => {
		expect(told([...friday, ...minutes("13:30", [{}, { open: 110 }])])).toEqual([]);
		expect(oracle([...friday, ...minutes("13:29", [{ open: 110 }, {}])], [])).toEqual({ told: [], untold: [] });
		expect(told([...friday, ...minutes("13:29", [{ open: 110 }, { open: 110 }])])).toHaveLength(1);
	});

	test("believes the feed's previous close before its own", () => {
		const first = { open: 100, close: 110, day_move_pct: 10 };
		expect(told([...friday, ...minutes("13:30", [{ ...first, open: 102 }])])).toHaveLength(1);
		expect(told(minutes("13:30", [{ ...first, open: 97 }]))).toHaveLength(1);
		expect(told([...friday, ...minutes("13:30", [{ open: 110, close: 110, day_move_pct: 0 }])])).toEqual([]);
	});

	test("says nothing where no previous close is known", () => {
		expect(told(minutes("13:30", [{ open: 110 }]))).toEqual([]);
	});
});

describe("day-high and day-low", () => {
	test("tell from the session's thirty-first bar on", () => {
		expect(told(minutes("13:30", [...quiet(30), { high: 102, low: 98 }]))).toEqual([
			`day-high|AAPL|1m|${at("14:01")}`,
			`day-low|AAPL|1m|${at("14:01")}`,
		]);
		expect(told(minutes("13:30", [...quiet(29), { high: 102 }]))).toEqual([]);
		expect(told(minutes("13:00", [...quiet(59), { high: 102 }]))).toEqual([]);
	});

	test("need a new one: the same price again is none", () => {
		expect(told(minutes("13:30", [...quiet(30), { high: 101, low: 99 }]))).toEqual([]);
	});

	test("count prices before the session, but none of the day before 05:00 UTC", () => {
		const day = minutes("13:30", [...quiet(30), { high: 102 }]);
		expect(told([...minutes("05:00", [{ high: 103 }]), ...day])).toEqual([]);
		expect(told([...minutes("04:59", [{ high: 103 }]), ...day])).toHaveLength(1);
	});

	test("are silent for an hour; an episode that goes on beyond is told then", () => {
		const rising = Array.from({ length: 70 }, (_, i) => ({ high: 102 + i }));
		expect(told(minutes("13:30", [...quiet(30), ...rising]))).toEqual([`day-high|AAPL|1m|${at("14:01")}`]);
		const paused = [...rising.slice(0, 40), {}, ...rising.slice(41)];
		const bars = minutes("13:30", [...quiet(30), ...paused]);
		expect(told(bars)).toEqual([
			`day-high|AAPL|1m|${at("14:01")}`,
			`day-high|AAPL|1m|${at("14:42")} told ${at("15:01")}`,
		]);
		expect(untold(bars.slice(0, -20))).toEqual([`day-high|AAPL|1m|${at("14:42")} cooldown`]);
	});

	test("have the record's move and say that they only inform", () => {
		const [alert] = oracle(minutes("13:30", [...quiet(30), { high: 102, move_pct: 0.25 }]), []).told;
		expect(alert).toMatchObject({ series: "1m", severity: "info", move_pct: 0.25 });
	});
});

test("takes bars in any order, and lists in the order of time", () => {
	const bars = minutes("13:30", [...quiet(30), { high: 102 }, { low: 98 }]);
	const hits = [crossed("13:50")];
	expect(told(bars.toReversed(), hits)).toEqual([
		`move|AAPL|hit 5m|${at("13:50")}`,
		`day-high|AAPL|1m|${at("14:01")}`,
		`day-low|AAPL|1m|${at("14:02")}`,
	]);
});

test("the most within some minutes counts both ends", () => {
	const alerts = ["14:00", "14:01", "14:03", "14:03:00.001", "14:05"].map((time) => ({ event_time: at(time) }));
	expect(mostWithin(3, alerts)).toBe(3);
	expect(mostWithin(4, alerts)).toBe(4);
	expect(mostWithin(3, [])).toBe(0);
});
