import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { alerting, alertTables, at, cleared, crossed, fakeTopic, moveRule, type Tables } from "./support.ts";

let tables: Tables;
let name: string;
let latestTable: string;
let topic: ReturnType<typeof fakeTopic>;
let ahead: number;
beforeAll(async () => {
	tables = await alertTables();
	latestTable = await tables.newLatest();
});
afterAll(() => tables?.close());
beforeEach(async () => {
	name = await tables.newTable();
	topic = fakeTopic();
	ahead = 0;
});
const rules = moveRule("    max_age: 100000d").replace(/^storm.*$/m, "storm: { more_than: 15, within: 3m }");
const made = (live = false, sending = topic) =>
	alerting({ tables, name, topic: sending, rules, live, latestTable, now: () => Date.now() + ahead });
/** Symbols S0, S1, …, of which one crosses every eight seconds: twenty are within three minutes. */
const many = (count: number, from = 0) =>
	kinesisRecords(Array.from({ length: count }, (_, i) => crossed(`S${from + i}`, (from + i) * 8)));
const kinds = () => topic.published.map(({ kind }) => kind);
const counted = (kind: string) => kinds().filter((each) => each === kind).length;

describe("a storm", () => {
	test("begins with the sixteenth message in three minutes: it is said once, and the others are held", async () => {
		const { hits, kept } = made();
		await deliver(hits.handler, many(20), { batchSize: 4 });
		const symbols = Array.from({ length: 15 }, (_, i) => `S${i}`);
		expect(topic.symbols().slice(0, 15).sort()).toEqual(symbols.sort());
		expect(topic.published.slice(15)).toMatchObject([
			{
				kind: "storm",
				subject: "Storm: more than 15 messages in 3m; further alerts are held back",
				alerts: [{ rule: "storm", severity: "critical", state: "firing", event_time: at(15 * 8) }],
			},
		]);
		const held = (await kept("move")).filter(({ status }) => status === "suppressed");
		expect(held.map(({ sk, reason }) => `${sk.split("|")[1]} ${reason}`)).toEqual(
			["S15", "S16", "S17", "S18", "S19"].map((symbol) => `${symbol} storm`),
		);
		expect(hits.letters).toEqual([]);
	});

	test("is none where as many come in a longer time", async () => {
		const calmly = Array.from({ length: 20 }, (_, i) => crossed(`S${i}`, i * 12.1));
		await deliver(made().hits.handler, kinesisRecords(calmly));
		expect(kinds()).toEqual(Array.from({ length: 20 }, () => "alert"));
	});

	test("is over when the schedule sees that nothing came for its time, and says what was held", async () => {
		const { hits, watch } = made();
		await deliver(hits.handler, many(20));
		await watch.minute();
		ahead = 100_000;
		await watch.minute();
		expect(counted("storm_over")).toBe(0);
		ahead = 185_000;
		await watch.minute();
		await watch.minute();
		expect(counted("storm_over")).toBe(1);
		expect(topic.published.at(-1)).toMatchObject({
			kind: "storm_over",
			subject: "Storm over: 5 alerts were held back (move 5)",
			alerts: [{ state: "resolved", record: { held: 5 } }],
		});
		const text = topic.published.at(-1)?.text;
		for (let i = 15; i < 20; i++) expect(text).toContain(`move|S${i}|hit 5m|${at(i * 8)}`);
	});

	test("is over by event time where that is of the present", async () => {
		const { hits, watch } = made(true);
		const seconds = Math.floor((Date.now() - Date.parse(at(0))) / 1_000);
		const now = Array.from({ length: 20 }, (_, i) => crossed(`S${i}`, seconds + i * 8 - 160));
		await deliver(hits.handler, kinesisRecords(now));
		expect(counted("storm")).toBe(1);
		ahead = 60_000;
		await watch.minute();
		expect(counted("storm_over")).toBe(0);
		ahead = 130_000;
		await watch.minute();
		expect(counted("storm_over")).toBe(1);
	});

	test("is over with a later alert, which goes out", async () => {
		const { hits } = made();
		await deliver(hits.handler, many(20));
		await deliver(hits.handler, kinesisRecords([crossed("LATER", 19 * 8 + 181)]));
		expect(kinds().slice(15)).toEqual(["storm", "storm_over", "alert"]);
		expect(topic.symbols().at(-1)).toBe("LATER");
	});

	test("goes on while alerts go on, and counts each", async () => {
		const { hits } = made();
		await deliver(hits.handler, many(60), { batchSize: 7 });
		expect(counted("alert")).toBe(15);
		expect(counted("storm")).toBe(1);
		await deliver(hits.handler, kinesisRecords([crossed("LATER", 60 * 8 + 181)]));
		expect(topic.published.at(-2)?.subject).toBe("Storm over: 45 alerts were held back (move 45)");
	});

	test("may come again", async () => {
		const { hits } = made();
		await deliver(hits.handler, many(20));
		const second = Array.from({ length: 20 }, (_, i) => crossed(`T${i}`, 2_000 + i * 8));
		await deliver(hits.handler, kinesisRecords(second));
		expect([counted("alert"), counted("storm"), counted("storm_over")]).toEqual([30, 2, 1]);
		expect(new Set(topic.ids()).size).toBe(32);
	});

	test("does not hold what a fault lets come again, nor count it twice", async () => {
		const faulty = fakeTopic(Array.from({ length: 10 }, () => "throttled"));
		const { hits } = made(false, faulty);
		await deliver(hits.handler, many(14), { retryAttempts: 10 });
		expect(faulty.symbols().sort()).toEqual(Array.from({ length: 14 }, (_, i) => `S${i}`).sort());
	});

	test("whose message SNS does not take is said by the schedule", async () => {
		const faulty = fakeTopic([...Array.from({ length: 15 }, () => undefined), "throttled"]);
		const { hits, watch } = made(false, faulty);
		await deliver(hits.handler, many(20));
		expect(faulty.published).toHaveLength(15);
		ahead = 10_000;
		await watch.minute();
		expect(faulty.published.slice(15)).toMatchObject([{ kind: "storm" }]);
	});

	test("of two functions side by side begins once, and none is told twice", async () => {
		const all = many(20);
		await Promise.all([made(), made()].map(({ hits: { handler } }, i) => deliver(handler, all, { batchSize: 3 + i })));
		expect([counted("alert"), counted("storm")]).toEqual([15, 1]);
		expect(new Set(topic.ids()).size).toBe(16);
	});

	test("holds the alerts, not what was told before: those still end", async () => {
		const resolving = rules.replace("    on: hit", "    on: hit\n    resolved: true");
		const { hits } = alerting({ tables, name, topic, rules: resolving });
		await deliver(hits.handler, kinesisRecords([crossed("A", 0), cleared("A", 5)]));
		expect(topic.published.map(({ alerts }) => alerts[0]?.state)).toEqual(["firing", "resolved"]);
		expect(topic.published[1]?.subject).toBe("Over: A move, after 5s");
	});
});
