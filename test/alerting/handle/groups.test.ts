import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { alerting, alertTables, at, crossed, fakeTopic, moveRule, type Tables } from "./support.ts";

let tables: Tables;
let name: string;
let latestTable: string;
let topic: ReturnType<typeof fakeTopic>;
/** Minutes and seconds that the wall clock is ahead, in ms. */
let ahead: number;
let start: number;
beforeAll(async () => {
	tables = await alertTables();
	latestTable = await tables.newLatest();
});
afterAll(() => tables?.close());
beforeEach(async () => {
	name = await tables.newTable();
	topic = fakeTopic();
	ahead = 0;
	start = Date.now();
});
const made = (rules: string, live = false) =>
	alerting({ tables, name, topic, rules, live, latestTable, now: () => start + ahead });
const hits = (...all: [symbol: string, seconds: number][]) =>
	kinesisRecords(all.map(([symbol, seconds]) => crossed(symbol, seconds)));
/** Of a rule's records in a live stream: what is as old as that is told. */
const always = "    max_age: 100000d";

describe("a group", () => {
	const rules = moveRule(`    group: 10s\n${always}`);

	test("sends the first at once, and those that follow in one message when its time is over", async () => {
		const { hits: handler, flushes, watch, kept } = made(rules, true);
		await deliver(handler.handler, hits(["A", 0], ["B", 3], ["C", 10]), { batchSize: 1 });
		expect(topic.symbols()).toEqual(["A"]);
		expect(flushes).toEqual([
			{ rule: "move", seconds: 10 },
			{ rule: "move", seconds: 10 },
		]);
		expect((await kept("move")).map(({ status }) => status)).toEqual(["sent", "waiting", "waiting"]);
		ahead = 9_999;
		await watch.flush("move");
		expect(topic.symbols()).toEqual(["A"]);
		ahead = 10_000;
		await watch.flush("move");
		await watch.flush("move");
		expect(topic.symbols()).toEqual(["A", "B C"]);
		expect((await kept("move")).map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
	});

	test("is one message with a list, which filters look into", async () => {
		await deliver(made(rules).hits.handler, hits(["A", 0], ["B", 3], ["A\r\nC", 10]));
		const [message] = topic.published;
		expect(topic.published).toHaveLength(1);
		expect(message?.subject).toBe("3 x move: A, B, A??C");
		expect(message?.text).toContain(`3 alerts of the rule move:\n\n${at(0)}  A +1.04 %\n${at(3)}  B +1.04 %\n`);
		expect(message?.attributes.symbol).toEqual({ DataType: "String.Array", StringValue: '["A","B","A??C"]' });
		expect(message?.attributes.state).toEqual({ DataType: "String", StringValue: "firing" });
		expect(message?.alerts.map(({ symbol }) => symbol)).toEqual(["A", "B", "A\r\nC"]);
	});

	test("does not take what is further away in event time", async () => {
		await deliver(made(rules).hits.handler, hits(["A", 0], ["B", 11], ["C", 20], ["D", 22]));
		expect(topic.symbols().sort()).toEqual(["A", "B C", "D"]);
	});

	test("lets out what waits when another begins", async () => {
		const { hits: handler } = made(rules, true);
		await deliver(handler.handler, hits(["A", 0], ["B", 3], ["C", 30]), { batchSize: 1 });
		expect(topic.symbols().sort()).toEqual(["A", "B", "C"]);
	});

	test("of a replay waits for a second at most: its minutes pass in moments", async () => {
		const { hits: handler, flushes, watch } = made(rules);
		await deliver(handler.handler, hits(["A", 0], ["B", 3]), { batchSize: 1 });
		expect(flushes).toEqual([{ rule: "move", seconds: 1 }]);
		ahead = 1_000;
		await watch.flush("move");
		expect(topic.symbols()).toEqual(["A", "B"]);
	});

	test("whose end nobody says is sent by the schedule", async () => {
		const { hits: handler, watch } = made(rules, true);
		await deliver(handler.handler, hits(["A", 0], ["B", 3], ["C", 4]), { batchSize: 1 });
		ahead = 14_000;
		await watch.minute();
		expect(topic.symbols()).toEqual(["A"]);
		ahead = 16_000;
		await watch.minute();
		expect(topic.symbols()).toEqual(["A", "B C"]);
		await watch.flush("move");
		expect(topic.published).toHaveLength(2);
	});

	test("has fifty alerts in a message at most", async () => {
		const many = Array.from({ length: 70 }, (_, i): [string, number] => [`S${i}`, 0]);
		const { hits: handler, watch } = made(rules);
		await deliver(handler.handler, hits(...many));
		expect(topic.published.map(({ alerts }) => alerts.length)).toEqual([50]);
		ahead = 1_000;
		await watch.flush("move");
		expect(topic.published.map(({ alerts }) => alerts.length)).toEqual([50, 20]);
		expect(new Set(topic.ids()).size).toBe(70);
	});

	test("is one for each rule", async () => {
		const other = `  - { name: other, on: hit, when: price > 1, subject: s, message: m, group: 10s, max_age: 100000d }`;
		await deliver(made(moveRule("    group: 10s", other)).hits.handler, hits(["A", 0], ["B", 1]));
		expect(topic.published.map(({ alerts }) => alerts.map(({ rule, symbol }) => `${rule} ${symbol}`)).sort()).toEqual([
			["move A", "move B"],
			["other A", "other B"],
		]);
	});

	test("of two functions side by side tells each alert once", async () => {
		const symbols = Array.from({ length: 30 }, (_, i) => `S${i}`);
		const records = hits(...symbols.map((symbol, i): [string, number] => [symbol, i / 3]));
		const both = [made(rules), made(rules)];
		await Promise.all(both.map(({ hits: { handler } }, i) => deliver(handler, records, { batchSize: 7 + i })));
		ahead = 10_000;
		await Promise.all(both.map(({ watch }) => watch.flush("move")));
		expect(topic.published.flatMap(({ alerts }) => alerts.map(({ symbol }) => symbol)).sort()).toEqual(
			symbols.toSorted(),
		);
	});
});

test("a group of 0 sends each alert at once, alone", async () => {
	const { hits: handler, flushes } = made(moveRule());
	await deliver(handler.handler, hits(["A", 0], ["B", 0], ["C", 0]));
	expect(topic.symbols().sort()).toEqual(["A", "B", "C"]);
	expect(flushes).toEqual([]);
});
