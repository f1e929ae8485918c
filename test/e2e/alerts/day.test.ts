/**
 * The deployed alerting against a plain computation: the day of real trades (an hour of seeded ones where it is not
 * there) in four shards, a third of the messages refused by SNS at first, and everything delivered again in any order.
 */
import type { Message } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Outputs } from "../../../infra/deploy.ts";
import { realDataDir } from "../../support/data.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { takeMessages } from "../../support/queue.ts";
import { expectedOf, standard } from "../expected.ts";
import { tradesBetween, writeCsv } from "../market.ts";
import { delivery, markOf, type Sent, shuffled } from "./delivery.ts";
import { failingSns } from "./failing_sns.ts";
import { kept } from "./kept.ts";
import { mostWithin, oracle, type Told } from "./oracle.ts";

const [from, to] = realDataDir() ? ["00:00", "24:00"] : ["13:20", "14:20"];
/** The day crosses the standard level twice only; over a minute a lower one has more to tell. */
const levels = [standard, { minutes: 1, threshold: 0.2, clear: 0.1 }];
const symbols = ["AIG", "BAC", "IBM", "SPY"];
const storm = { moreThan: 15, minutes: 3 };

let emulator: TestEmulator;
let sns: Awaited<ReturnType<typeof failingSns>>;
let streams: ReturnType<typeof delivery>;
let outputs: Outputs;
let records: Sent[];
let expected: ReturnType<typeof oracle>;

beforeAll(async () => {
	emulator = await testEmulator();
	sns = await failingSns({ target: emulator.endpoint, seed: 6 });
	streams = delivery(emulator.endpoint, symbols);
	const [deployed, { bars, hits }] = await Promise.all([
		emulator.deploy({ shards: symbols.length, liveData: false, endpoints: { sns: sns.url } }),
		tradesBetween(from, to).then((rows) =>
			expectedOf(writeCsv(emulator.dir, "trades.csv", rows), levels, { withMoves: false }),
		),
	]);
	outputs = deployed;
	expected = oracle(bars, hits);
	const timed = [
		...bars.map((value) => ({ stream: outputs.BarsStream, time: value.window_end, value })),
		...hits.map((value) => ({ stream: outputs.HitsStream, time: value.event_time, value })),
	];
	timed.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
	records = timed.map(({ stream, value }) => ({ stream, symbol: value.symbol, value }));
});
afterAll(async () => {
	streams?.close();
	await sns?.close();
	await emulator?.[Symbol.asyncDispose]();
});

const received: Told[] = [];

function alertsIn({ Body = "" }: Message): Told[] {
	const { kind, alerts } = JSON.parse(Body) as { kind: string; alerts: Told[] };
	expect(kind).toBe("alert");
	return alerts;
}

/** Takes what is told until there are `count` alerts and then none for `quiet` milliseconds. */
async function listen(count: number, quiet: number): Promise<void> {
	const holds = (message: Message) => alertsIn(message).length;
	const options = { quiet, timeout: 120_000, holds };
	const messages = await takeMessages(emulator.endpoint, outputs.AlertsQueueUrl ?? "", count, options);
	received.push(...messages.flatMap(alertsIn));
}

/** Waits until all that was put is done with, and expects no other dead letters than the marks that say so. */
async function finish(name: string): Promise<void> {
	const marks = await streams.mark([outputs.BarsStream, outputs.HitsStream], `The end of the ${name} delivery`);
	const url = outputs.AlertingDeadLettersUrl;
	const letters = await takeMessages(emulator.endpoint, url, marks.length, { timeout: 120_000 });
	expect(letters.map(({ Body = "" }) => markOf(JSON.parse(Body))).sort()).toEqual(marks);
}

const byId = (alerts: Told[]) => alerts.toSorted((a, b) => (a.alert_id < b.alert_id ? -1 : 1));

function expectAllOnce(): void {
	expect(received.map(({ alert_id }) => alert_id).sort()).toEqual(expected.told.map(({ alert_id }) => alert_id).sort());
	const compared = byId(received).map(
		({ alert_id, rule, symbol, series, state, severity, since, event_time, move_pct }): Told => {
			return { alert_id, rule, symbol, series, state, severity, since, event_time, move_pct };
		},
	);
	expect(compared).toEqual(byId(expected.told));
}

test("the day has enough to tell, and no storm that would hold it back", () => {
	expect(expected.told.length).toBeGreaterThan(20);
	expect(new Set(expected.told.map(({ rule }) => rule))).toEqual(new Set(["move", "day-high", "day-low"]));
	expect(mostWithin(storm.minutes, expected.told)).toBeLessThanOrEqual(storm.moreThan);
});

test("every alert comes once, as computed, from each of the four shards, though SNS refuses a third at first", async () => {
	const shards = await streams.put(records);
	expect(Object.keys(shards)).toHaveLength(2 * symbols.length);
	expect(Object.values(shards).sort()).toEqual(symbols.flatMap((symbol) => [[symbol], [symbol]]));
	await listen(expected.told.length, 0);
	await finish("first");
	await listen(0, 1000);
	expectAllOnce();
	expect(new Set(received.map(({ symbol }) => symbol))).toEqual(new Set(symbols));

	const { messages, refused, refusedRequests, accepted } = sns.counts();
	expect(sns.broken).toEqual([]);
	expect(messages).toBeLessThanOrEqual(accepted + refused);
	expect(refused).toBeGreaterThanOrEqual(Math.floor(messages / 3));
	expect(refused).toBeGreaterThan(2);
	expect(refusedRequests).toBeGreaterThanOrEqual(refused);
	expect(accepted).toBeLessThanOrEqual(expected.told.length);
});

test("all of it again in any order, a third of it twice, tells nothing more", async () => {
	const before = sns.counts();
	await streams.put(shuffled(records, { twice: 1 / 3, seed: 7 }));
	await finish("second");
	await listen(0, 2000);
	expectAllOnce();
	expect(sns.counts()).toEqual(before);
});

test("the books say the same: all sent, nothing waiting, and the rest held back for the computed reasons", async () => {
	const ids = (reason: string) =>
		expected.untold.filter((episode) => episode.reason === reason).map(({ alert_id }) => alert_id);
	const books: Record<string, string[]> = {
		sent: expected.told.map(({ alert_id }) => alert_id).sort(),
		"suppressed: hours": ids("hours").sort(),
		"suppressed: cooldown": ids("cooldown").sort(),
	};
	// The hour of seeded trades begins too late for one that the session's hours hold back.
	const alerts = Object.fromEntries(Object.entries(books).filter(([, those]) => those.length > 0));
	expect(await kept(emulator.endpoint, outputs.AlertsTable)).toEqual({ alerts, unsent: [] });
});
