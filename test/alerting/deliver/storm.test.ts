import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Admitted, admit, calm, overAt, type Storm } from "../../../alerting/deliver/storm.ts";

const limits = { moreThan: 4, within: 60_000 };

/** Admits messages at these seconds, each of one alert unless said otherwise. */
function admitAll(seconds: readonly number[], alerts = 1, from: Storm = calm): { storm: Storm; all: Admitted[] } {
	let storm = from;
	const all = seconds.map((second, n) => {
		const ids = Array.from({ length: alerts }, (_, each) => `a${second}.${n}.${each}`);
		const admitted = admit(
			storm,
			{ id: `m${second}.${n}`, time: second * 1_000, rule: n % 2 === 0 ? "even" : "odd", alerts: ids },
			limits,
		);
		storm = admitted.storm;
		return admitted;
	});
	return { storm, all };
}
const verdicts = (seconds: readonly number[]) => admitAll(seconds).all.map(({ verdict }) => verdict);

describe("a storm", () => {
	test("is none with as many messages as are allowed, or more over a longer time", () => {
		expect(verdicts([0, 10, 20, 30])).toEqual(Array(4).fill("send"));
		expect(verdicts([0, 15, 30, 45, 60, 75, 90])).toEqual(Array(7).fill("send"));
	});

	test("begins with the first message too many, which is held", () => {
		const { all } = admitAll([0, 10, 20, 30, 40, 50]);
		expect(all.map(({ verdict }) => verdict)).toEqual(["send", "send", "send", "send", "hold", "hold"]);
		expect(all.map(({ begins }) => begins !== undefined)).toEqual([false, false, false, false, true, false]);
		expect(all[4]?.begins).toEqual({ since: 40_000, held: 1, byRule: { even: 1 }, alerts: ["a40.4.0"] });
	});

	test("counts what it holds, by rule, with the first hundred by name", () => {
		const { storm } = admitAll([0, 1, 2, 3, 4, 5, 6], 40);
		expect(storm.active).toMatchObject({ since: 4_000, held: 120, byRule: { even: 80, odd: 40 } });
		expect(storm.active?.alerts).toHaveLength(100);
		expect(storm.active?.alerts[0]).toBe("a4.4.0");
	});

	test("goes on while more than half as many come, and ends before the first message after that", () => {
		const { all, storm } = admitAll([0, 1, 2, 3, 4, 40, 50, 55, 90, 141]);
		expect(all.map(({ verdict }) => verdict)).toEqual([...Array(4).fill("send"), ...Array(5).fill("hold"), "send"]);
		expect(all.at(-1)?.over).toMatchObject({ since: 4_000, held: 5 });
		expect(all.flatMap(({ over }) => over ?? [])).toHaveLength(1);
		expect(storm.active).toBeUndefined();
	});

	test("can end by time alone", () => {
		const { storm } = admitAll([0, 1, 2, 3, 4]);
		expect(overAt(storm, 61_999, limits)).toBeUndefined();
		expect(overAt(storm, 62_000, limits)).toEqual(storm.active);
		expect(overAt(calm, 1e9, limits)).toBeUndefined();
	});

	test("does not count a message twice that comes again after a fault", () => {
		const first = admitAll([0, 10, 20, 30]).storm;
		const again = admit(first, { id: "m30.3", time: 30_000, rule: "odd", alerts: ["x"] }, limits);
		expect(again).toEqual({ storm: first, verdict: "send" });
	});

	test("is not ended by a message of long ago", () => {
		const { storm } = admitAll([100, 101, 102, 103, 104]);
		expect(admit(storm, { id: "old", time: 0, rule: "even", alerts: ["x"] }, limits).verdict).toBe("hold");
	});
});

describe("of any sequence of messages", () => {
	const step = fc.record({
		// Calm and storms take turns.
		pause: fc.oneof(
			fc.integer({ min: 0, max: 5_000 }),
			fc.integer({ min: 0, max: 60_000 }),
			fc.integer({ min: -3_000, max: 0 }),
		),
		alerts: fc.integer({ min: 1, max: 9 }),
		rule: fc.constantFrom("a", "b", "c"),
		again: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
	});
	const sequences = fc.record({
		steps: fc.array(step, { maxLength: 60, size: "max" }),
		limits: fc.record({ moreThan: fc.integer({ min: 1, max: 15 }), within: fc.constantFrom(10_000, 60_000) }),
	});

	/** Admits them all; what comes again does so at once, and only if it went out. */
	function course({ steps, limits }: typeof sequences extends fc.Arbitrary<infer T> ? T : never) {
		let storm = calm;
		let time = 1_000_000;
		return steps.map(({ pause, alerts, rule, again }, n) => {
			time += pause;
			const message = { id: `m${n}`, time, rule, alerts: Array.from({ length: alerts }, (_, each) => `${n}.${each}`) };
			const admitted = admit(storm, message, limits);
			storm = admitted.storm;
			if (again && admitted.verdict === "send") {
				expect(admit(storm, message, limits)).toEqual({ storm, verdict: "send" });
			}
			return { ...admitted, message };
		});
	}

	test("what was held is what the storms say, and everything else was sent", () => {
		fc.assert(
			fc.property(sequences, (sequence) => {
				const all = course(sequence);
				const last = all.at(-1)?.storm.active;
				const storms = [...all.flatMap(({ over }) => over ?? []), ...(last ? [last] : [])];
				const held = all.filter(({ verdict }) => verdict === "hold").map(({ message }) => message);
				const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
				expect(sum(storms.map((storm) => storm.held))).toBe(sum(held.map(({ alerts }) => alerts.length)));
				for (const { held, byRule, alerts } of storms) {
					expect(sum(Object.values(byRule))).toBe(held);
					expect(alerts).toHaveLength(Math.min(held, 100));
				}
				const listed = new Set(storms.flatMap(({ alerts }) => alerts));
				expect(listed.isSubsetOf(new Set(held.flatMap(({ alerts }) => alerts)))).toBe(true);
			}),
			{ numRuns: 500 },
		);
	});

	test("beginnings and ends take turns, and nothing is sent between them", () => {
		fc.assert(
			fc.property(sequences, (sequence) => {
				let raging = false;
				for (const { begins, over, verdict } of course(sequence)) {
					if (begins ? raging || over : over && !raging)
						expect.fail("a beginning or an end without the other before it");
					raging = begins ? true : over ? false : raging;
					if (verdict !== (raging ? "hold" : "send"))
						expect.fail(`a ${verdict} where the storm ${raging ? "lasts" : "is over"}`);
				}
			}),
			{ numRuns: 500 },
		);
	});

	test("never more are sent within the time than are allowed, and none is held in calm", () => {
		fc.assert(
			fc.property(sequences, ({ steps, limits }) => {
				const inOrder = steps.map((step) => ({ ...step, pause: Math.abs(step.pause) }));
				const all = course({ steps: inOrder, limits });
				for (const [n, { verdict, message, begins }] of all.entries()) {
					const near = all.slice(0, n + 1).filter((each) => each.message.time > message.time - limits.within);
					const sent = near.filter((each) => each.verdict === "send");
					if (verdict === "send" && sent.length > limits.moreThan) expect.fail(`${sent.length} sent`);
					if (begins && near.length <= limits.moreThan) expect.fail(`a storm of ${near.length}`);
				}
			}),
			{ numRuns: 500 },
		);
	});
});
