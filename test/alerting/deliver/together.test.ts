/** Several messages of one call: in runs that one transaction takes, each with what the storm breaker says to it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inTransactions } from "../../../alerting/deliver/group.ts";
import { admit, calm, type Storm } from "../../../alerting/deliver/storm.ts";
import { admitAll } from "../../../alerting/deliver/storm-alerts.ts";
import type { Alert } from "../../../alerting/engine/types.ts";

const limits = { moreThan: 4, within: 60_000 };

function alert(second: number, name = String(second)): { key: string; alert: Alert } {
	const event_time = new Date(second * 1_000).toISOString();
	const alert: Alert = {
		alert_id: `move|${name}|hit 5m|${event_time}`,
		rule: "move",
		symbol: name,
		series: "hit 5m",
		state: "firing",
		severity: "warning",
		direction: "up",
		since: event_time,
		event_time,
		price: 1,
		move_pct: 1,
		subject: "",
		text: "",
		link: null,
		record: {},
	};
	return { key: `key ${name}`, alert };
}

describe("runs of messages", () => {
	const messages = fc.array(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), { maxLength: 120 });

	test("hold each message once, whole, in its order", () => {
		fc.assert(
			fc.property(messages, (all) => {
				expect(inTransactions(all).flat()).toEqual(all);
			}),
		);
	});

	test("fit into a transaction of a hundred, with the breaker's item and one that it may say to each, and are no more than needed", () => {
		fc.assert(
			fc.property(messages, (all) => {
				const runs = inTransactions(all);
				const items = (run: number[][]) => 1 + run.reduce((sum, message) => sum + message.length + 1, 0);
				for (const [index, run] of runs.entries()) {
					expect(run.length).toBeGreaterThan(0);
					expect(items(run)).toBeLessThanOrEqual(100);
					const next = runs[index + 1]?.[0];
					if (next) expect(items([...run, next])).toBeGreaterThan(100);
				}
			}),
		);
	});

	test("are none of none", () => {
		expect(inTransactions([])).toEqual([]);
	});
});

describe("messages at once", () => {
	test("are admitted as if they came one after the other", () => {
		const seconds = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 60 });
		fc.assert(
			fc.property(seconds, (all) => {
				const messages = all.map((second, n) => [alert(second, `${second}.${n}`)]);
				let storm: Storm = calm;
				const oneByOne = messages.map(([one]) => {
					const { key, alert } = one as { key: string; alert: Alert };
					const time = Date.parse(alert.event_time);
					const admitted = admit(storm, { id: key, time, rule: "move", alerts: [alert.alert_id] }, limits);
					storm = admitted.storm;
					return admitted;
				});
				const together = admitAll(calm, messages, limits);
				expect(together.storm).toEqual(storm);
				expect(together.messages.map(({ verdict }) => verdict)).toEqual(oneByOne.map(({ verdict }) => verdict));
				expect(together.messages.map(({ said }) => said.map(({ state }) => state))).toEqual(
					oneByOne.map(({ begins, over }) => [...(begins ? ["firing"] : []), ...(over ? ["resolved"] : [])]),
				);
				const held = messages.flat().filter((_, index) => oneByOne[index]?.verdict === "hold");
				expect(together.held).toEqual(held.map(({ key }) => key));
			}),
		);
	});

	test("say a storm once, to the first that is held, and hold all alerts of a message", () => {
		const messages = [0, 1, 2, 3, 4, 5].map((second) => [alert(second, `${second}a`), alert(second, `${second}b`)]);
		const { messages: said, held } = admitAll(calm, messages, limits);
		expect(said.map((each) => `${each.verdict} ${each.said.length}`)).toEqual([
			...Array(4).fill("send 0"),
			"hold 1",
			"hold 0",
		]);
		expect(said[4]?.said[0]).toMatchObject({ rule: "storm", state: "firing", since: "1970-01-01T00:00:04.000Z" });
		expect(held).toEqual(["key 4a", "key 4b", "key 5a", "key 5b"]);
	});

	test("count a message at its newest alert", () => {
		const { storm } = admitAll(calm, [[alert(3), alert(9)]], limits);
		expect(storm.recent).toEqual([{ id: "key 3", time: 9_000 }]);
	});

	test("that were all counted before leave the breaker as it is", () => {
		const messages = [[alert(0)], [alert(1)]];
		const { storm } = admitAll(calm, messages, limits);
		const again = admitAll(storm, messages, limits);
		expect(again.storm).toBe(storm);
		expect(again.messages).toEqual([
			{ verdict: "send", said: [] },
			{ verdict: "send", said: [] },
		]);
	});
});
