import { NumberValue, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alerting, alertTables, fakeTopic, type Tables } from "./handle/support.ts";

// A Tuesday morning in New York, minute by minute; nobody waits for it.
const rules = `defaults: { cooldown: 30m, group: 0, max_age: 5m }
rules:
  - name: silent
    on: quiet
    hours: regular
    when: quiet_minutes >= patience
    clear: minutes_since_trade < 2
    resolved: true
    values: { patience: 15 }
    overrides: [{ symbols: SLOW, values: { patience: 60 } }]
    subject: "{{ symbol }} silent for {{ quiet_minutes | number: 0 }} minutes"
    message: "Last price {{ price }}"
    resolved_subject: "{{ symbol }} trades again at {{ price }}"
  - name: pipeline
    on: pipeline
    when: lag_minutes >= 5
    clear: minutes_since_trade < 2
    resolved: true
    severity: critical
    subject: "No results for {{ lag_minutes | number: 0 }} minutes"
    message: "of {{ symbols }} symbols"
    resolved_subject: Results come again
`;

let tables: Tables;
let name: string;
let latestTable: string;
let topic: ReturnType<typeof fakeTopic>;
let now: number;
beforeAll(async () => {
	tables = await alertTables();
});
afterAll(() => tables?.close());
beforeEach(async () => {
	[name, latestTable] = [await tables.newTable(), await tables.newLatest()];
	topic = fakeTopic();
});

const made = (live = true) => alerting({ tables, name, topic, rules, live, latestTable, now: () => now });
const clock = (time: string) => Date.parse(`2026-11-24T${time}:00.000Z`);
const traded = (symbol: string, time: string, price: unknown = 5) =>
	tables.client.send(
		new PutCommand({
			TableName: latestTable,
			Item: { symbol, event_time: new Date(clock(time)).toISOString(), price },
		}),
	);
/** Looks at each minute up to a time, and says what was said in it. */
async function lookUntil(time: string, { watch } = made()): Promise<string[]> {
	const before = topic.published.length;
	for (; now <= clock(time); now += 60_000) await watch.minute();
	return topic.published.slice(before).map(({ subject }) => subject);
}

describe("a symbol without trades", () => {
	test("is said once after its patience, and once when it trades again", async () => {
		now = clock("15:00");
		for (const symbol of ["A", "SLOW"]) await traded(symbol, "15:00");
		await traded("BUSY", "15:20");
		expect(await lookUntil("15:14")).toEqual([]);
		expect(await lookUntil("15:20")).toEqual(["A silent for 15 minutes"]);
		await traded("BUSY", "15:29");
		await traded("A", "15:21", 6.5);
		expect(await lookUntil("15:21")).toEqual(["Over: A trades again at 6.5"]);
		await traded("A", "15:30");
		await traded("BUSY", "15:30");
		expect(await lookUntil("15:30")).toEqual([]);
		expect(topic.published.map(({ alerts }) => alerts[0]?.alert_id)).toEqual([
			"silent|A|quiet|2026-11-24T15:15:00.000Z",
			"silent|A|quiet|2026-11-24T15:15:00.000Z",
		]);
	});

	test("is said once, though several look at the same minute, and one after the other", async () => {
		await traded("A", "15:00");
		await traded("BUSY", "15:16");
		now = clock("15:16");
		await Promise.all([made().watch.minute(), made().watch.minute()]);
		now = clock("15:17");
		await made().watch.minute();
		expect(topic.published.map(({ subject }) => subject)).toEqual(["A silent for 16 minutes"]);
	});

	test("is not written about each minute while nothing changes", async () => {
		await traded("A", "15:00");
		await traded("BUSY", "15:09");
		now = clock("15:01");
		const { watch, table } = made();
		await lookUntil("15:10", made());
		expect(await table.partition("series#A")).toEqual([]);
		await traded("BUSY", "15:19");
		now = clock("15:16");
		await lookUntil("15:17", made());
		const written = await table.partition("series#A");
		await watch.minute();
		expect(JSON.parse(String(written[0]?.outbox))).toEqual([]);
		expect(await table.partition("series#A")).toEqual(written);
	});

	test("outside market hours is not looked for", async () => {
		await traded("A", "15:00");
		now = clock("21:00");
		expect(await lookUntil("21:30")).toEqual([]);
	});

	test("in a replay is not looked for", async () => {
		await traded("A", "15:00");
		now = clock("15:30");
		expect(await lookUntil("15:35", made(false))).toEqual([]);
	});
});

describe("a pipeline without results", () => {
	test("is said, and not each symbol's silence; what is silent still when it comes again is said then", async () => {
		now = clock("15:00");
		for (const symbol of ["A", "B", "C"]) await traded(symbol, "15:00");
		expect(await lookUntil("15:30")).toEqual(["No results for 5 minutes"]);
		const kept = await made().kept("silent");
		expect(kept.map(({ status, reason }) => `${status} ${reason}`)).toEqual(Array(3).fill("suppressed pipeline"));
		for (const symbol of ["A", "B"]) await traded(symbol, "15:31");
		expect((await lookUntil("15:31")).sort()).toEqual(["C silent for 31 minutes", "Over: Results come again"]);
	});

	test("before any trade came at all counts from when the watching began", async () => {
		now = clock("14:50");
		expect(await lookUntil("14:54", made())).toEqual([]);
		now = clock("14:50");
		const watching = made();
		expect(await lookUntil("14:55", watching)).toEqual(["No results for 5 minutes"]);
	});
});

describe("what cannot be looked at stops nothing else", () => {
	test("a latest price that is none, and one larger than numbers count exactly", async () => {
		await traded("A", "15:00");
		await traded("TEXT", "15:00", "cheap");
		await tables.client.send(new PutCommand({ TableName: latestTable, Item: { symbol: "EMPTY" } }));
		await traded("HUGE", "15:14", NumberValue.from("1.5e25"));
		now = clock("15:15");
		expect(await lookUntil("15:15")).toEqual(["A silent for 15 minutes"]);
	});

	test("a table of prices that does not answer: what is left over is sent all the same, and the fault is told", async () => {
		await traded("A", "15:00");
		await traded("BUSY", "15:15");
		now = clock("15:15");
		topic = fakeTopic(["throttled"]);
		await expect(made().watch.minute()).rejects.toThrow("throttled");
		expect(topic.published).toEqual([]);
		latestTable = "there-is-none";
		now = Date.now() + 6_000;
		await expect(made().watch.minute()).rejects.toThrow(/not found|exist/i);
		expect(topic.published.map(({ subject }) => subject)).toEqual(["A silent for 15 minutes"]);
	});
});
