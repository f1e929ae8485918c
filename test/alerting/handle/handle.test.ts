import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeSilence } from "../../../alerting/silences.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { bar, hit } from "../../support/samples.ts";
import { alerting, alertTables, at, cleared, crossed, fakeTopic, moveRule, type Tables } from "./support.ts";

let tables: Tables;
let name: string;
let topic: ReturnType<typeof fakeTopic>;
beforeAll(async () => {
	tables = await alertTables();
});
afterAll(() => tables?.close());
beforeEach(async () => {
	name = await tables.newTable();
	topic = fakeTopic();
});
const made = (rules = moveRule()) => alerting({ tables, name, topic, rules });

describe("a record that makes a rule fire", () => {
	test("is one message, with what the rule says and what filters look at", async () => {
		const { hits, kept } = made();
		await deliver(hits.handler, kinesisRecords([crossed("AAPL")]));
		const alert = {
			alert_id: `move|AAPL|hit 5m|${at(0)}`,
			rule: "move",
			symbol: "AAPL",
			series: "hit 5m",
			state: "firing",
			severity: "warning",
			direction: "up",
			since: at(0),
			event_time: at(0),
			price: 491.6,
			move_pct: 1.035844,
			subject: "AAPL +1.04 %",
			text: "AAPL at 491.6",
			link: null,
			record: crossed("AAPL"),
		};
		expect(topic.published).toMatchObject([{ kind: "alert", alerts: [alert], subject: "AAPL +1.04 %" }]);
		expect(topic.published[0]?.alerts[0]).toEqual(alert);
		expect(topic.published[0]?.text).toContain("AAPL at 491.6\n\nRule:   move (warning), firing\n");
		expect(topic.published[0]?.attributes).toEqual({
			kind: { DataType: "String", StringValue: "alert" },
			rule: { DataType: "String", StringValue: "move" },
			severity: { DataType: "String", StringValue: "warning" },
			state: { DataType: "String", StringValue: "firing" },
			symbol: { DataType: "String", StringValue: "AAPL" },
			direction: { DataType: "String", StringValue: "up" },
			move_pct: { DataType: "Number", StringValue: "1.03584" },
		});
		expect(await kept("move")).toEqual([{ sk: `${at(0)}|AAPL|hit 5m|firing`, status: "sent" }]);
	});

	test("is kept with its message for the days that were set", async () => {
		const { hits, table } = made();
		await deliver(hits.handler, kinesisRecords([crossed("AAPL")]));
		const [item] = await table.partition("alert#move");
		expect(item).toMatchObject({ status: "sent", message_id: "m1", day: new Date().toISOString().slice(0, 10) });
		expect(Number(item?.expires) - Date.now() / 1_000).toBeCloseTo(8 * 86_400, -2);
		expect(await table.changedOn(String(item?.day))).toHaveLength(1);
	});

	test("that comes several times, to this function or another, with an answer lost between, is one message", async () => {
		const warm = made();
		const records = kinesisRecords([crossed("A"), crossed("B"), crossed("A"), crossed("A")]);
		await deliver(warm.hits.handler, records, { loseAnswer: (call) => call <= 2 });
		await deliver(warm.hits.handler, records);
		await deliver(made().hits.handler, records);
		expect(topic.symbols().sort()).toEqual(["A", "B"]);
	});

	test("is told again only when its episode has ended", async () => {
		const { hits, taken } = made();
		const all = [crossed("A", 1), crossed("A", 2), cleared("A", 3), cleared("A", 4), crossed("A", 5)];
		await deliver(hits.handler, kinesisRecords(all), { batchSize: 2 });
		expect(topic.ids()).toEqual([`move|A|hit 5m|${at(1)}`, `move|A|hit 5m|${at(5)}`]);
		expect(taken()).toEqual(Array.from({ length: 5 }, () => "in turn"));
	});
});

describe("records out of order", () => {
	test("are put in order within a batch", async () => {
		const { hits, taken } = made();
		await deliver(hits.handler, kinesisRecords([cleared("A", 3), crossed("A", 1), crossed("A", 5)]));
		expect(topic.ids()).toEqual([`move|A|hit 5m|${at(1)}`, `move|A|hit 5m|${at(5)}`]);
		expect(new Set(taken())).toEqual(new Set(["in turn"]));
	});

	test("that come after newer ones are told on their own, marked, and once", async () => {
		const { hits, taken } = made();
		await deliver(hits.handler, kinesisRecords([cleared("A", 100), crossed("A", 50), crossed("A", 50)]), {
			batchSize: 1,
		});
		expect(taken()).toEqual(["in turn", "late", "duplicate"]);
		expect(topic.published).toMatchObject([{ alerts: [{ since: at(50), late: true }] }]);
		expect(topic.published[0]?.text).toContain("its record came after newer ones");
	});

	test("older than all that is remembered do nothing", async () => {
		const { hits, taken } = made();
		const many = Array.from({ length: 40 }, (_, i) => cleared("A", 100 + i));
		await deliver(hits.handler, kinesisRecords([...many, crossed("A", 50)]), { batchSize: 40 });
		expect(taken().at(-1)).toBe("too old");
		expect(topic.published).toEqual([]);
	});
});

test("bars have a state for each interval, which goes on from batch to batch", async () => {
	const rules = moveRule(
		"",
		'  - { name: volume, on: 1m, when: volume_ratio >= 3, subject: "{{ symbol }} {{ avg_volume }}", message: m }',
	);
	const bars = [1000, 1000, 1000, 1000, 1000, 3000, 1000, 9000].map((volume, i) =>
		bar({ volume, window_start: at(i * 60), window_end: at(i * 60 + 60) }),
	);
	const wide = bars.map((one) => ({ ...one, interval: "5m" }));
	await deliver(made(rules).bars.handler, kinesisRecords([...wide, ...bars]), { batchSize: 3 });
	expect(topic.published.map(({ subject }) => subject)).toEqual(["AAPL 1000", "AAPL 1285.7142857142858"]);
	expect(topic.published.map(({ alerts }) => alerts[0]?.series)).toEqual(["1m", "1m"]);
});

test("more alerts of one series in a batch than a transaction holds are all told, once", async () => {
	const { hits } = made();
	const pairs = Array.from({ length: 95 }, (_, i) => [crossed("A", 20 * i), cleared("A", 20 * i + 10)]).flat();
	await deliver(hits.handler, kinesisRecords(pairs), { batchSize: 500 });
	await deliver(hits.handler, kinesisRecords(pairs), { batchSize: 500 });
	expect(topic.ids()).toEqual(Array.from({ length: 95 }, (_, i) => `move|A|hit 5m|${at(20 * i)}`));
});

describe("a silence", () => {
	const now = () => Date.now();
	const set = (changes: object) =>
		writeSilence(made().table, {
			id: "s",
			symbol: "*",
			from: new Date(now() - 1_000).toISOString(),
			until: new Date(now() + 60_000).toISOString(),
			reason: "a test",
			...changes,
		});
	const both = moveRule("", '  - { name: other, on: hit, when: state == "crossed", subject: other, message: m }');
	const told = async () => {
		await deliver(made(both).hits.handler, kinesisRecords([crossed("BRK.A"), crossed("BRK.B"), crossed("IBM")]));
		return topic
			.ids()
			.map((id) => id.split("|").slice(0, 2).join(" "))
			.sort();
	};
	const all = ["BRK.A", "BRK.B", "IBM"].flatMap((symbol) => [`move ${symbol}`, `other ${symbol}`]).sort();

	test("of a pattern keeps its symbols back, with the reason in the table", async () => {
		await set({ symbol: "BRK.*" });
		expect(await told()).toEqual(["move IBM", "other IBM"]);
		expect(await made().kept("move")).toContainEqual({
			sk: `${at(0)}|BRK.A|hit 5m|firing`,
			status: "suppressed",
			reason: "silence",
		});
	});

	test("of a rule keeps that rule back", async () => {
		await set({ rule: "other" });
		expect(await told()).toEqual(["move BRK.A", "move BRK.B", "move IBM"]);
	});

	test("that is over, or has not begun, keeps nothing back", async () => {
		await set({ id: "over", until: new Date(now() - 1).toISOString() });
		await set({ id: "to come", from: new Date(now() + 60_000).toISOString() });
		expect(await told()).toEqual(all);
	});

	test("that ends while it holds: it is told then, with the time since when it holds", async () => {
		await set({});
		expect(await told()).toEqual([]);
		await set({ until: new Date(now() - 1).toISOString() });
		await deliver(made(both).hits.handler, kinesisRecords([crossed("IBM", 60)]));
		expect(topic.ids().sort()).toEqual([`move|IBM|hit 5m|${at(0)}`, `other|IBM|hit 5m|${at(0)}`]);
		expect((await made().kept("move")).find(({ sk }) => sk.includes("IBM"))?.status).toBe("sent");
	});
});

test("what is old is not told where event times are of the present", async () => {
	const live = alerting({ tables, name, topic, rules: moveRule(), live: true });
	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
	await deliver(
		live.hits.handler,
		kinesisRecords([
			hit({ symbol: "OLD", event_time: minutesAgo(16) }),
			hit({ symbol: "NEW", event_time: minutesAgo(14) }),
		]),
	);
	expect(topic.symbols()).toEqual(["NEW"]);
	expect((await live.kept("move")).map(({ status, reason }) => reason ?? status).sort()).toEqual(["max_age", "sent"]);
});

test("an edit of one rule begins that rule anew, and no other", async () => {
	const other = (when: string) => `  - { name: other, on: hit, when: ${when}, subject: s, message: m }`;
	await deliver(made(moveRule("", other("price > 1"))).hits.handler, kinesisRecords([crossed("A", 0)]));
	const edited = made(moveRule("", other("price > 2")));
	await deliver(edited.hits.handler, kinesisRecords([crossed("A", 10)]));
	expect(topic.ids().sort()).toEqual([`move|A|hit 5m|${at(0)}`, `other|A|hit 5m|${at(0)}`, `other|A|hit 5m|${at(10)}`]);
});
