import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Group, groupAlerts, inMessages } from "../../../alerting/deliver/group.ts";

const how = { window: 10_000, lasts: 10_000, now: 1_000_000 };
/** Alerts by their event times in seconds, named after them; one twice in a second has a letter behind it. */
const at = (...seconds: number[]) => seconds.map((second, n) => ({ key: `${second}.${n}`, time: second * 1_000 }));
const keys = (...alerts: ReturnType<typeof at>) => alerts.map(({ key }) => key);

describe("a group", () => {
	test("is opened by an alert that goes out at once, alone", () => {
		expect(groupAlerts(undefined, at(100), how)).toEqual({
			group: { from: 100_000, until: 1_010_000, waiting: [] },
			now: [["100.0"]],
			deferred: [],
		});
	});

	test("takes with it what comes in the same call within its time", () => {
		const alerts = at(100, 105, 110, 111);
		const { group, now, deferred } = groupAlerts(undefined, alerts, how);
		expect(now).toEqual([keys(...alerts.slice(0, 3)), ["111.3"]]);
		expect(deferred).toEqual([]);
		expect(group).toEqual({ from: 111_000, until: 1_010_000, waiting: [] });
	});

	test("has what comes later wait until it ends, also what is a little older", () => {
		const group: Group = { from: 100_000, until: 1_010_000, waiting: ["a"] };
		const { group: after, now, deferred } = groupAlerts(group, at(90, 110), { ...how, now: 1_009_999 });
		expect(now).toEqual([]);
		expect(deferred).toEqual(["90.0", "110.1"]);
		expect(after).toEqual({ ...group, waiting: ["a", "90.0", "110.1"] });
	});

	test("lets out what waits as soon as another one opens: by the clock, or by event time", () => {
		const group: Group = { from: 100_000, until: 1_010_000, waiting: ["a", "b"] };
		for (const [seconds, now] of [
			[101, 1_010_000],
			[111, 1_000_001],
			[89, 1_000_001],
		] as const) {
			const done = groupAlerts(group, at(seconds), { ...how, now });
			expect(done.now).toEqual([["a", "b"], [`${seconds}.0`]]);
			expect(done.group).toEqual({ from: seconds * 1_000, until: now + 10_000, waiting: [] });
		}
	});

	test("does not take an alert again that waits already", () => {
		const group: Group = { from: 100_000, until: 1_010_000, waiting: ["101.0"] };
		expect(groupAlerts(group, at(101), how)).toEqual({ group, now: [], deferred: [] });
	});

	test("nor with what is let out in the same call", () => {
		const group: Group = { from: 100_000, until: 1_010_000, waiting: ["115.1", "103.0"] };
		expect(groupAlerts(group, at(111, 115), how).now).toEqual([["115.1", "103.0"], ["111.0"]]);
	});

	test("has fifty alerts in a message at most, and the others wait", () => {
		const many = at(...Array.from({ length: 60 }, () => 100));
		const { now, deferred, group } = groupAlerts(undefined, many, how);
		expect(now).toEqual([keys(...many.slice(0, 50))]);
		expect(deferred).toEqual(keys(...many.slice(50)));
		expect(group?.waiting).toEqual(deferred);
	});

	test("is none with a window of 0: each alert is a message", () => {
		expect(groupAlerts(undefined, at(100, 100), { ...how, window: 0 })).toEqual({
			group: undefined,
			now: [["100.0"], ["100.1"]],
			deferred: [],
		});
	});

	test("is not changed itself", () => {
		const group: Group = Object.freeze({ from: 100_000, until: 1_010_000, waiting: ["a"] });
		groupAlerts(group, at(101, 120), how);
		expect(group).toEqual({ from: 100_000, until: 1_010_000, waiting: ["a"] });
	});
});

test("what waits is let out in messages of fifty", () => {
	const all = Array.from({ length: 120 }, (_, n) => String(n));
	expect(inMessages(all).map(({ length }) => length)).toEqual([50, 50, 20]);
	expect(inMessages(all).flat()).toEqual(all);
	expect(inMessages([])).toEqual([]);
});

test("of any sequence each alert is in exactly one message, having waited at most once", () => {
	const call = fc.record({
		/** Since the call before, by the wall clock. */
		pause: fc.integer({ min: 0, max: 15_000 }),
		/** Event times, each since the one before; some go back. */
		steps: fc.array(fc.integer({ min: -4_000, max: 9_000 }), { maxLength: 80 }),
		/** Whether the end of the group is looked for first. */
		flush: fc.boolean(),
		/** An alert of an earlier call that is given again, as after a fault, while it waits. */
		again: fc.nat(),
	});
	const sequences = fc.record({
		calls: fc.array(call, { maxLength: 20 }),
		window: fc.constantFrom(0, 1_000, 10_000),
		lasts: fc.constantFrom(1_000, 10_000),
	});
	fc.assert(
		fc.property(sequences, ({ calls, window, lasts }) => {
			let group: Group | undefined;
			let [now, event, number] = [1_000_000, 0, 0];
			const times = new Map<string, number>();
			const deferred: string[] = [];
			const messages: string[][] = [];
			for (const { pause, steps, flush, again } of calls) {
				now += pause;
				if (flush && group && now >= group.until) {
					messages.push(...inMessages(group.waiting));
					group = { ...group, waiting: [] };
				}
				const fresh = steps.map((step) => {
					event += step;
					return { key: `k${number++}`, time: event };
				});
				for (const { key, time } of fresh) times.set(key, time);
				const waits = group?.waiting[again % Math.max(1, group.waiting.length)];
				const copies = waits === undefined ? [] : [{ key: waits, time: times.get(waits) ?? 0 }];
				const inOrder = [...fresh, ...copies].toSorted((a, b) => a.time - b.time);
				const done = groupAlerts(group, inOrder, { window, lasts, now });
				messages.push(...done.now);
				deferred.push(...done.deferred);
				group = done.group;
			}
			messages.push(...inMessages(group?.waiting ?? []));
			expect(messages.flat().sort()).toEqual([...times.keys()].sort());
			expect(new Set(deferred).size).toBe(deferred.length);
			for (const message of messages) {
				expect(message.length).toBeGreaterThan(0);
				expect(message.length).toBeLessThanOrEqual(window === 0 ? 1 : 50);
				const ofMessage = message.map((key) => times.get(key) ?? 0);
				// All lie within the window of the one that opened it, on either side.
				expect(Math.max(...ofMessage) - Math.min(...ofMessage)).toBeLessThanOrEqual(2 * window);
			}
		}),
		{ numRuns: 500 },
	);
});
