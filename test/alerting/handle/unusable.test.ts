import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import { unusable } from "../../../alerting/usable.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { bar, hit } from "../../support/samples.ts";
import { alerting, alertTables, crossed, fakeTopic, moveRule, type Tables } from "./support.ts";

const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const long = (length: number) => "x".repeat(length);

describe("good by its contract, and still nothing that a table can hold a state of", () => {
	test.each([
		["a symbol of 257 bytes", hit({ symbol: long(257) }), "symbol has 257 bytes; 256 are the most that alerting keeps"],
		["a symbol of fewer characters and as many bytes", hit({ symbol: "株".repeat(86) }), "symbol has 258 bytes"],
		["a huge symbol", hit({ symbol: long(500_000) }), "symbol has 500000 bytes"],
		["a long lookback", hit({ lookback: long(37) }), "lookback has 41 bytes; 40 are the most"],
		["half a character", hit({ symbol: "A\ud800" }), "symbol or lookback is no text"],
		["half a character in the lookback", hit({ lookback: "\udc00" }), "symbol or lookback is no text"],
		["an id without end", hit({ hit_id: long(2_001) }), "hit_id has 2001 characters; 2000 are the most"],
		["a time far ahead", hit({ event_time: hoursAhead(25) }), "is more than a day ahead of the clock"],
		["the last of times", hit({ event_time: "9999-12-31T23:59:59.999Z" }), "9999-12-31T23:59:59.999Z is more than"],
	])("%s", (_, record, detail) => {
		expect(unusable(incomingHit(record))).toContain(detail);
	});

	test("a bar of an interval that is a long number", () => {
		const interval = `${"1".repeat(40)}m`;
		expect(unusable(incomingBar(bar({ interval }), { exchanges: [] }))).toBe("interval has 41 bytes; 40 are the most");
	});
});

test.each([
	["any other", hit()],
	["a symbol of 256 bytes", hit({ symbol: long(256), hit_id: "h" })],
	["odd characters", hit({ symbol: '\u0000\r\n"{{ price }}\u202e\ufffe😀' })],
	["a lookback as long as it may be", hit({ lookback: long(36) })],
	["a time a little ahead", hit({ event_time: hoursAhead(23) })],
	["the first of times", hit({ event_time: "0000-01-01T00:00:00.000Z" })],
	["the largest numbers", hit({ price: Number.MAX_VALUE, base_price: Number.MIN_VALUE, move_pct: -Number.MAX_VALUE })],
])("usable: %s", (_, record) => {
	expect(unusable(incomingHit(record))).toBeUndefined();
});

describe("among others", () => {
	let tables: Tables;
	beforeAll(async () => {
		tables = await alertTables();
	});
	afterAll(() => tables?.close());

	test("it is a dead letter with its reason, once, and the others are told", async () => {
		const topic = fakeTopic();
		const { hits } = alerting({ tables, name: await tables.newTable(), topic, rules: moveRule() });
		const poison = [long(300), "\ud800", long(1e5)].map((symbol) => crossed(symbol));
		const { calls } = await deliver(
			hits.handler,
			kinesisRecords([
				crossed("A"),
				...poison,
				crossed("B"),
				hit({ hit_id: long(500_000), symbol: "B" }),
				crossed("C"),
			]),
		);
		expect(calls).toHaveLength(1);
		expect(topic.symbols().sort()).toEqual(["A", "B", "C"]);
		expect(hits.letters.map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
			"rejected: symbol has 300 bytes; 256 are the most that alerting keeps a state for",
			"rejected: symbol or lookback is no text: it has half a character",
			"rejected: symbol has 100000 bytes; 256 are the most that alerting keeps a state for",
			"rejected: hit_id has 500000 characters; 2000 are the most",
		]);
		expect(hits.counts).toMatchObject({ handled: 3, rejected: 4, failed: 0 });
	});

	test("what DynamoDB refuses all the same is a dead letter too", async () => {
		const topic = fakeTopic();
		const made = alerting({ tables, name: await tables.newTable(), topic, rules: moveRule() });
		made.table.commit = async () => {
			throw Object.assign(new Error("Item size has exceeded the maximum allowed size"), {
				name: "ValidationException",
			});
		};
		await deliver(made.hits.handler, kinesisRecords([crossed("A")]));
		expect(made.hits.letters).toMatchObject([
			{ reason: "rejected", detail: expect.stringContaining("The table refused the state or an alert of its series") },
		]);
	});
});
