import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliver, kinesisRecords, lambdaContext } from "../../support/kinesis.ts";
import {
	alerting,
	alertTables,
	at,
	cleared,
	crossed,
	type Fault,
	fakeTopic,
	moveRule,
	type Tables,
} from "./support.ts";

let tables: Tables;
let name: string;
beforeAll(async () => {
	tables = await alertTables();
});
afterAll(() => tables?.close());
beforeEach(async () => {
	name = await tables.newTable();
});
const made = (topic: ReturnType<typeof fakeTopic>, rules = moveRule(), more: { now?: () => number } = {}) =>
	alerting({ tables, name, topic, rules, ...more });
const three = () => kinesisRecords([crossed("A"), crossed("B"), crossed("C")]);

describe("a fault of SNS in passing", () => {
	test.each<[string, Fault[]]>([
		["a call that is throttled", ["throttled"]],
		["all that are", ["throttled", "throttled", "throttled", "throttled"]],
		["a network that is away", ["network", "network"]],
	])("%s: its alert comes again, and each is one message", async (_, faults) => {
		const topic = fakeTopic(faults);
		const { hits, kept } = made(topic);
		const { abandoned } = await deliver(hits.handler, three(), { retryAttempts: 5 });
		expect(abandoned).toEqual([]);
		expect(topic.symbols().sort()).toEqual(["A", "B", "C"]);
		expect(hits.letters).toEqual([]);
		expect((await kept("move")).map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
	});

	test("the record has failed until its alert is sent", async () => {
		const { hits } = made(fakeTopic([undefined, "throttled"]));
		const answer = await hits.handler({ Records: three() }, lambdaContext());
		expect(answer.batchItemFailures).toHaveLength(1);
		expect(hits.counts).toMatchObject({ handled: 2, failed: 1 });
	});

	test("an answer that is lost: the message comes again, with the same alert_id", async () => {
		const topic = fakeTopic([undefined, "lost"]);
		await deliver(made(topic).hits.handler, three());
		expect(topic.ids()).toHaveLength(4);
		expect(new Set(topic.ids()).size).toBe(3);
	});

	test("of a message of several alerts: all of them come again", async () => {
		const topic = fakeTopic(["network"]);
		const grouped = moveRule("    group: 10s");
		const { hits, dispatcher, flushes } = made(topic, grouped);
		await deliver(hits.handler, three());
		// What opened the group has failed, and waits for its end like those that follow.
		expect(flushes.length).toBeGreaterThan(0);
		await new Promise((resolve) => setTimeout(resolve, 1_100));
		await dispatcher.flush("move");
		expect(topic.symbols()).toEqual(["A B C"]);
	});
});

describe("what SNS refuses for good", () => {
	test("is a dead letter with the reason, holds up nothing, and is never tried again", async () => {
		const topic = fakeTopic([], (message) => message.includes("B at"));
		const { hits, kept } = made(topic);
		const { calls } = await deliver(hits.handler, three());
		expect(calls).toHaveLength(1);
		expect(topic.symbols().sort()).toEqual(["A", "C"]);
		expect(hits.letters).toMatchObject([{ reason: "rejected", payload: JSON.stringify(crossed("B")) }]);
		expect((await kept("move")).map(({ status }) => status).sort()).toEqual(["refused", "sent", "sent"]);
		await deliver(made(topic).hits.handler, three());
		expect(topic.symbols().sort()).toEqual(["A", "C"]);
	});

	test("does not take with it those that it would have gone out with", async () => {
		const topic = fakeTopic([], (message) => message.includes("B +"));
		const { hits, kept } = made(topic, moveRule("    group: 10s"));
		await deliver(hits.handler, kinesisRecords(["A", "B", "C", "D", "E"].map((symbol) => crossed(symbol))));
		expect(topic.symbols()).toEqual(["A", "C", "D E"]);
		expect(hits.letters).toMatchObject([{ reason: "rejected", payload: JSON.stringify(crossed("B")) }]);
		expect((await kept("move")).map(({ status }) => status).sort()).toEqual(["refused", ...Array(4).fill("sent")]);
	});
});

describe("two functions side by side on the same records", () => {
	test("tell each alert once between them, and end with the same states", async () => {
		const topic = fakeTopic();
		const all = Array.from({ length: 12 }, (_, i) =>
			["A", "B", "C"].map((symbol) => (i % 2 === 0 ? crossed(symbol, i * 10) : cleared(symbol, i * 10))),
		).flat();
		const both = [made(topic), made(topic)];
		const deliveries = await Promise.all(
			both.map(({ hits }, i) => deliver(hits.handler, kinesisRecords(all), { batchSize: 5 + i * 3 })),
		);
		expect(deliveries.flatMap(({ abandoned }) => abandoned)).toEqual([]);
		expect(topic.ids()).toHaveLength(18);
		expect(new Set(topic.ids()).size).toBe(18);
		expect((await both[0]?.kept("move"))?.filter(({ status }) => status === "sent")).toHaveLength(18);
	});

	test("the one that comes second leaves to the first what that one is sending", async () => {
		const dead = fakeTopic(["dead"]);
		void made(dead).hits.handler({ Records: kinesisRecords([crossed("A")]) }, lambdaContext());
		const first = made(dead);
		await expect.poll(async () => (await first.kept("move"))[0]?.status).toBe("sending");
		const topic = fakeTopic();
		const second = made(topic);
		expect(await second.hits.handler({ Records: kinesisRecords([crossed("A")]) }, lambdaContext())).toEqual({
			batchItemFailures: [],
		});
		expect(topic.published).toEqual([]);
	});
});

describe("a function that died while it was sending", () => {
	test("has its alert sent by the schedule, when its time is over, and once", async () => {
		void made(fakeTopic(["dead"])).hits.handler({ Records: kinesisRecords([crossed("A")]) }, lambdaContext());
		const topic = fakeTopic();
		let ahead = 0;
		const later = made(topic, moveRule(), { now: () => Date.now() + ahead });
		await expect.poll(async () => (await later.kept("move"))[0]?.status).toBe("sending");
		await later.watch.minute();
		ahead = 59_000;
		await later.watch.minute();
		expect(topic.published).toEqual([]);
		ahead = 66_000;
		await Promise.all([
			later.watch.minute(),
			made(topic, moveRule(), { now: () => Date.now() + ahead }).watch.minute(),
		]);
		await later.watch.minute();
		expect(topic.ids()).toEqual([`move|A|hit 5m|${at(0)}`]);
		expect((await later.kept("move"))[0]?.status).toBe("sent");
	});

	test("or before it began: by the record that comes again, or by the schedule", async () => {
		const broken = made(fakeTopic());
		broken.dispatcher.dispatch = async () => {
			throw new Error("out of memory");
		};
		await expect(
			broken.hits.handler({ Records: kinesisRecords([crossed("A"), crossed("B")]) }, lambdaContext()),
		).rejects.toThrow();
		expect((await broken.kept("move")).map(({ status }) => status)).toEqual(["waiting", "waiting"]);
		const topic = fakeTopic();
		await deliver(made(topic).hits.handler, kinesisRecords([crossed("A")]));
		expect(topic.symbols()).toEqual(["A"]);
		await made(topic, moveRule(), { now: () => Date.now() + 6_000 }).watch.minute();
		expect(topic.symbols()).toEqual(["A", "B"]);
	});
});

test("an alert that the table has already, which its series has forgotten, is told once and stops nothing", async () => {
	const topic = fakeTopic();
	const rules = moveRule(
		"    values: { x: 1 }",
		'  - { name: down, on: hit, when: direction == "down", subject: s, message: m }',
	);
	// At one instant a fall, a rise and a fall: the second episode has the first one's id.
	const falls = [
		{ ...cleared("A"), direction: "down" as const },
		{ ...cleared("A"), direction: "up" as const },
		{ ...crossed("A"), direction: "down" as const },
	];
	const { hits, kept } = made(topic, rules);
	const { abandoned } = await deliver(hits.handler, kinesisRecords([...falls, crossed("A", 5)]), { batchSize: 1 });
	expect(abandoned).toEqual([]);
	expect(topic.ids().sort()).toEqual([`down|A|hit 5m|${at(0)}`, `move|A|hit 5m|${at(0)}`]);
	expect(await kept("down")).toEqual([{ sk: `${at(0)}|A|hit 5m|firing`, status: "sent" }]);
	const again = fakeTopic();
	name = await tables.newTable();
	await deliver(made(again, rules).hits.handler, kinesisRecords(falls));
	expect(again.ids().sort()).toEqual([`down|A|hit 5m|${at(0)}`, `move|A|hit 5m|${at(0)}`]);
});
