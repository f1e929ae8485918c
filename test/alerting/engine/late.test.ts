import { describe, expect, test } from "vitest";
import { type Incoming, incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { Surroundings } from "../../../alerting/engine/types.ts";
import type { RuleSet } from "../../../alerting/rules/load.ts";
import { hit } from "../../support/samples.ts";
import { fold, minute, rule, rulesOf } from "./support.ts";

const simple = rulesOf([rule()]);
/** Bars as `[minute, close]`, delivered in this order. */
const arriving = (bars: [number, number][], rules = simple): Incoming[] =>
	bars.map(([n, close]) => incomingBar(minute(n, { close }), rules));

/** What is said after the bars came in this order: the minute that it is about, `late` behind it where that is said. */
function said(bars: [number, number][], rules: RuleSet = simple, around: Surroundings = {}): string[] {
	return fold(rules, arriving(bars, rules), around).outcomes.flatMap((outcome) => {
		if (!("alert" in outcome)) return [];
		const { alert } = outcome;
		const what = outcome.kind === "suppress" ? ` kept for ${outcome.reason}` : "";
		return [`${alert.since.slice(11, 16)}${alert.late ? " late" : ""}${what}`];
	});
}

test("a record that comes after newer ones is told on its own, as an episode that is over", () => {
	const bars: [number, number][] = [
		[0, 100],
		[3, 100],
		[1, 101],
		[4, 100],
	];
	const { steps, outcomes } = fold(simple, arriving(bars));
	expect(steps.map(({ as }) => as)).toEqual(["in turn", "in turn", "late", "in turn"]);
	expect(outcomes).toMatchObject([
		{
			kind: "notify",
			alert: { late: true, since: "2013-10-07T14:02:00.000Z", event_time: "2013-10-07T14:02:00.000Z", state: "firing" },
		},
	]);
});

test("nothing comes of one for which the condition does not hold", () => {
	expect(
		said([
			[0, 100],
			[3, 100],
			[1, 100],
		]),
	).toEqual([]);
});

test("it changes nothing for the records that follow in turn", () => {
	const inTurn: [number, number][] = [
		[0, 100],
		[3, 101],
		[4, 101],
		[5, 100],
		[6, 101],
	];
	const withLate: [number, number][] = [...inTurn.slice(0, 3), [1, 101], [2, 100], ...inTurn.slice(3)];
	expect(said(withLate)).toEqual(["14:04", "14:02 late", "14:07"]);
	expect(said(inTurn)).toEqual(["14:04", "14:07"]);
	const { state } = fold(simple, arriving(withLate));
	expect(state.episodes.high).toMatchObject({ status: "firing", told: true });
	expect(state.context).toEqual(fold(simple, arriving(inTurn)).state.context);
});

describe("a known episode covers it:", () => {
	const over: [number, number][] = [
		[2, 101],
		[6, 100],
	];

	test("one that is over, from its first moment to its last", () => {
		for (const [n, covered] of [
			[1, false],
			[3, true],
			[5, true],
		] as const) {
			expect(said([...over, [8, 100], [n, 105]]), `minute ${n}`).toHaveLength(covered ? 1 : 2);
		}
		expect(said([...over, [8, 100], [7, 105]])).toEqual(["14:03", "14:08 late"]);
	});

	test("one that goes on, but not what was before it", () => {
		expect(
			said([
				[2, 101],
				[5, 101],
				[3, 101],
			]),
		).toEqual(["14:03"]);
		expect(
			said([
				[2, 101],
				[5, 101],
				[1, 101],
			]),
		).toEqual(["14:03", "14:02 late"]);
	});

	test("one that was kept back", () => {
		expect(said([...over, [8, 100], [3, 105]], simple, { silenced: () => true })).toEqual(["14:03 kept for silence"]);
	});

	test("one that came late itself, at the same time", () => {
		const rules = rulesOf([
			rule({ on: "hit", when: "abs(move_pct) > 0.5", clear: "price < 0", subject: "s", message: "m" }),
		]);
		const at = (time: string) => `2013-10-07T${time}:00.000Z`;
		const hits = [
			hit({ event_time: at("13:50"), move_pct: 0 }),
			hit({ event_time: at("14:00"), move_pct: 0 }),
			hit({ event_time: at("13:55"), direction: "up" }),
			hit({ event_time: at("13:55"), direction: "down" }),
		];
		const { steps, outcomes } = fold(rules, hits.map(incomingHit));
		expect(steps.map(({ as }) => as)).toEqual(["in turn", "in turn", "late", "late"]);
		expect(outcomes).toHaveLength(1);
	});

	test("also the first of many short ones", () => {
		const flapping = Array.from({ length: 30 }, (_, n): [number, number] => [2 * n + 1, n % 2 === 0 ? 101 : 100]);
		expect(said([...flapping, [2, 101]])).toEqual(said(flapping));
		expect(said([...flapping, [4, 101]])).toEqual([...said(flapping), "14:05 late"]);
	});
});

describe("the cooldown holds for it too:", () => {
	const rules = rulesOf([rule({ cooldown: "5m" })]);
	const told: [number, number][] = [
		[10, 101],
		[11, 100],
	];

	test("on both sides of what was told", () => {
		for (const [n, count] of [
			[5, 2],
			[6, 1],
			[9, 1],
			[14, 1],
			[15, 2],
		] as const) {
			expect(said([...told, [20, 100], [n, 101]], rules), `minute ${n}`).toHaveLength(count);
		}
	});

	test("of each telling, not of the last one only", () => {
		const twice: [number, number][] = [...told, [18, 101], [19, 100], [27, 100]];
		expect(said([...twice, [7, 101]], rules)).toEqual(["14:11", "14:19"]);
		expect(said([...twice, [14, 101]], rules)).toEqual(["14:11", "14:19"]);
		expect(said([...twice, [24, 101], [4, 101]], rules)).toEqual(["14:11", "14:19", "14:25 late", "14:05 late"]);
	});

	test("and what it told itself counts", () => {
		expect(
			said(
				[
					[0, 100],
					[4, 100],
					[3, 101],
					[5, 101],
					[7, 101],
					[8, 101],
				],
				rules,
			),
		).toEqual(["14:04 late", "14:06 kept for cooldown", "14:06"]);
		expect(
			said(
				[
					[0, 100],
					[10, 100],
					[3, 101],
					[5, 101],
					[9, 101],
				],
				rules,
			),
		).toEqual(["14:04 late", "14:10 late"]);
	});

	test("but an older one does not move the last telling back", () => {
		const bars: [number, number][] = [
			[10, 101],
			[11, 100],
			[1, 101],
			[12, 101],
		];
		expect(said(bars, rules)).toEqual(["14:11", "14:02 late", "14:13 kept for cooldown"]);
	});
});

test("a rule with for cannot tell whether it held so long, and says nothing", () => {
	expect(
		said(
			[
				[0, 100],
				[3, 100],
				[1, 101],
			],
			rulesOf([rule({ for: "1s" })]),
		),
	).toEqual([]);
});

test("what keeps others back keeps it back, and its end is never told", () => {
	const silenced = { silenced: () => true };
	expect(
		said(
			[
				[0, 100],
				[3, 100],
				[1, 101],
			],
			simple,
			silenced,
		),
	).toEqual(["14:02 late kept for silence"]);
	const hours = rulesOf([rule({ hours: "regular" })]);
	expect(
		said(
			[
				[-50, 100],
				[3, 100],
				[-40, 101],
				[1, 101],
			],
			hours,
		),
	).toEqual(["13:21 late kept for hours", "14:02 late"]);
	const old = { now: Date.parse("2013-10-07T14:20:00Z") };
	expect(
		said(
			[
				[18, 100],
				[19, 100],
				[1, 101],
			],
			simple,
			old,
		),
	).toEqual(["14:02 late kept for max_age"]);
	const resolved = rulesOf([rule({ resolved: true })]);
	expect(
		said(
			[
				[0, 100],
				[3, 100],
				[1, 101],
				[4, 100],
			],
			resolved,
		),
	).toEqual(["14:02 late"]);
});

test("of a bar that comes late, what was before it is not known", () => {
	const rules = rulesOf([rule({ when: "day_high > 0 or volume_ratio > 0 or session_bars > 0" })]);
	expect(
		said(
			[
				[0, 100],
				[1, 100],
				[9, 100],
			],
			rules,
		),
	).toEqual(["14:02"]);
	expect(
		said(
			[
				[9, 100],
				[5, 100],
			],
			rules,
		),
	).toEqual([]);
});
