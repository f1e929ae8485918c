import { setTimeout as sleep } from "node:timers/promises";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { describe, expect, test, vi } from "vitest";
import type { Feed, Outgoing } from "../../../producer/feed.ts";
import { type ProduceResult, type PublishOptions, publish } from "../../../producer/publish/publish.ts";
import { seededRandom } from "../../../producer/synthetic/random.ts";
import { evenShards, FakeKinesis, feedOf, outgoing } from "../support.ts";

const START = Date.parse("2013-10-07T13:30:00.000Z");
const SYMBOLS = ["SPY", "IBM", "AIG", "BAC", "AAPL", "MSFT"];

/** Trades of several symbols, some seconds apart, many at once; `disorder` moves them by up to so much. */
function day(count: number, { seed = 1, disorder = 0 } = {}): Outgoing[] {
	const random = seededRandom(seed);
	let time = START;
	return Array.from({ length: count }, (_, at) => {
		if (random() < 0.4) time += Math.floor(random() ** 6 * 60_000);
		const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)] as string;
		return outgoing(symbol, time - Math.floor(random() * disorder), `${symbol}-${at}`);
	});
}

/** Of a run that met nothing out of the ordinary. */
const NOTHING_ELSE = { recovered: 0, spooled: 0, rejected: 0, kinesisRecords: 1 };

const run = (feed: Feed, kinesis: FakeKinesis, more: Partial<PublishOptions> = {}): Promise<ProduceResult> =>
	publish(feed, { stream: "trades", client: kinesis.client, ...more });

const isClock = ({ source }: { source: string }) => source === "clock";
const idsOf = (records: { trade_id: string; source: string }[]) =>
	records.filter((each) => !isClock(each)).map(({ trade_id }) => trade_id);
const timeOf = ({ event_time }: { event_time: string }) => Date.parse(event_time);

/** The furthest that a trade lies behind what came before it, in milliseconds; clocks count as what came before. */
function disorderOf(records: { event_time: string; source: string }[]): number {
	let [newest, worst] = [Number.NEGATIVE_INFINITY, 0];
	for (const record of records) {
		if (!isClock(record)) worst = Math.max(worst, newest - timeOf(record));
		newest = Math.max(newest, timeOf(record));
	}
	return worst;
}

describe("every record arrives once, whatever fails on the way", () => {
	const faults = { records: 0.05, requests: 0.02, seed: 3 };

	test.each([1, 4])("plain, and nowhere behind anything by more than half the lateness: %i shards", async (shards) => {
		const [records, kinesis] = [day(1500), new FakeKinesis(shards, faults)];
		const result = await run(feedOf(records), kinesis, { aggregate: "off" });
		expect(kinesis.refused).toBeGreaterThan(20);
		expect(idsOf(kinesis.all).sort()).toEqual(idsOf(records.map(({ data }) => JSON.parse(String(data)))).sort());
		// Over all shards, in the order of landing: it does not matter which of them the reader goes by.
		expect(disorderOf(kinesis.all)).toBeLessThanOrEqual(1000);
		expect(result).toMatchObject({ read: 1500, sent: 1500, failed: 0 });
		expect(result.retried).toBeGreaterThan(20);
	});

	test.each([1, 4])("aggregated, and in each shard exactly in the order of the feed: %i shards", async (shards) => {
		const [records, kinesis] = [day(6000), new FakeKinesis(shards, { ...faults, records: 0.3 })];
		const result = await run(feedOf(records), kinesis, { aggregate: "on" });
		expect(kinesis.refused).toBeGreaterThan(2);
		for (const shard of kinesis.shards.all) {
			const own = records.filter(({ key }) => kinesis.shards.of(key) === shard);
			expect(idsOf(kinesis.in(shard.id))).toEqual(idsOf(own.map(({ data }) => JSON.parse(String(data)))));
			expect(disorderOf(kinesis.in(shard.id))).toBe(0);
		}
		expect(result).toMatchObject({ read: 6000, sent: 6000, failed: 0 });
		expect(kinesis.landed.length).toBeLessThan(300);
	});

	test("by itself goes plain where that is enough and aggregated where it is not; disorder stays within the feed's", async () => {
		const [records, kinesis] = [day(6000, { disorder: 1500 }), new FakeKinesis(3, faults)];
		await run(feedOf(records), kinesis);
		expect(idsOf(kinesis.all).sort()).toEqual(idsOf(records.map(({ data }) => JSON.parse(String(data)))).sort());
		for (const shard of kinesis.shards.all) expect(disorderOf(kinesis.in(shard.id))).toBeLessThan(2000);
	});

	test("over a split and a merge in the middle", async () => {
		const [records, kinesis] = [day(60_000), new FakeKinesis(2, { records: 0.1, seed: 4 })];
		kinesis.before = () => {
			if (kinesis.requests.length === 8) kinesis.shards = evenShards(4, 2);
			if (kinesis.requests.length === 16) kinesis.shards = evenShards(1, 6);
		};
		const result = await run(feedOf(records), kinesis, { aggregate: "on", close: true });
		expect(idsOf(kinesis.all).sort()).toEqual(idsOf(records.map(({ data }) => JSON.parse(String(data)))).sort());
		expect(result.sent).toBe(60_000);
		// The closing clock reaches the one shard that there is in the end.
		expect(kinesis.all.at(-1)).toEqual({ event_time: result.closedAt, source: "clock" });
		expect(new Set(kinesis.landed.map(({ shard }) => shard)).size).toBe(7);
	});
});

describe("a shard that refuses everything while others do not", () => {
	test("is warned of once that has gone on for too long", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		try {
			const kinesis = new FakeKinesis(2);
			const onWarning = vi.fn();
			const inner = kinesis.client.send as unknown as (command: unknown) => Promise<{ Records?: object[] }>;
			let refusing = 4;
			const send = async (command: { input: { Records?: { ExplicitHashKey?: string }[] } }) => {
				const records = command.input.Records ?? [];
				const refused = records.findIndex(({ ExplicitHashKey }) => ExplicitHashKey === kinesis.shards.all[0]?.hashKey);
				if (refused < 0 || refusing-- <= 0) return inner(command);
				vi.setSystemTime(Date.now() + 2000);
				const passing = records.toSpliced(refused, 1);
				const answer =
					passing.length === 0
						? []
						: ((await inner(new PutRecordsCommand({ ...command.input, Records: passing } as never))).Records ?? []);
				return { Records: answer.toSpliced(refused, 0, { ErrorCode: "InternalFailure" }) };
			};
			const records = day(400);
			const result = await publish(feedOf(records), {
				stream: "trades",
				client: { send: send as never },
				aggregate: "on",
				onWarning,
			});
			expect(result).toMatchObject({ sent: 400, failed: 0 });
			const stalls = onWarning.mock.calls.flat().filter((line) => line.startsWith("A shard"));
			expect(stalls).toEqual([
				expect.stringMatching(
					/^A shard took nothing for 6\.\d s while others did: trades from 2013-10-07T13:30:00\.\d+Z to .* may be late\.$/,
				),
			]);
		} finally {
			vi.useRealTimers();
		}
	});

	test("is not warned of when all refuse, or for a short time", async () => {
		const kinesis = new FakeKinesis(2, { records: 0.5, requests: 0.5, seed: 9 });
		const onWarning = vi.fn();
		await run(feedOf(day(400)), kinesis, { aggregate: "on", onWarning });
		expect(onWarning).not.toHaveBeenCalled();
	});
});

describe("requests", () => {
	test("of a plain flight go side by side, up to 500 records each", async () => {
		const kinesis = new FakeKinesis(4);
		await run(feedOf(Array.from({ length: 3000 }, (_, at) => outgoing("SPY", START, String(at)))), kinesis, {
			aggregate: "off",
			lingerMs: 50,
		});
		expect(Math.max(...kinesis.requests.map(({ length }) => length))).toBeLessThanOrEqual(500);
		expect(kinesis.mostUnderWay).toBeGreaterThan(1);
	});

	test("of a live feed wait a little for others to go with", async () => {
		const kinesis = new FakeKinesis(1);
		async function* batches(): AsyncGenerator<Outgoing[]> {
			for (let at = 0; at < 20; at++) {
				yield [outgoing("SPY", START + at)];
				await sleep(5);
			}
		}
		await run({ name: "live", total: undefined, live: true, batches }, kinesis, { lingerMs: 300 });
		expect(kinesis.landed).toHaveLength(20);
		expect(kinesis.requests.length).toBeLessThan(8);
	});
});

/** Publishes one trade and nothing more until each shard has had clocks for a second, and checks those. */
async function quietFeed(began: number, horizon: number | undefined): Promise<void> {
	const kinesis = new FakeKinesis(3);
	async function* batches(): AsyncGenerator<Outgoing[]> {
		yield [outgoing("SPY", began)];
		await vi.waitFor(() => expect(shards().every((own) => own.length >= 2)).toBe(true), { timeout: 30_000 });
		if (horizon !== undefined) return;
		await vi.waitFor(() => expect(newest()).toBeGreaterThan(began + 900), { timeout: 30_000 });
	}
	const shards = () => kinesis.shards.all.map(({ id }) => kinesis.in(id).filter(isClock).map(timeOf));
	const newest = () => Math.max(...kinesis.all.filter(isClock).map(timeOf));
	const feed: Feed = { name: "live", total: undefined, live: true, batches };
	if (horizon !== undefined) feed.horizon = () => horizon;
	const sendingBegan = Date.now();
	await run(feed, kinesis, { lingerMs: 0 });
	for (const own of shards()) {
		expect(own.length).toBeGreaterThanOrEqual(2);
		expect(own).toEqual(own.toSorted((a, b) => a - b));
	}
	expect(newest()).toBeLessThanOrEqual(horizon ?? began + (Date.now() - sendingBegan) + 5);
	expect(newest()).toBeLessThanOrEqual(Date.now());
	if (horizon === undefined) expect(newest() - began).toBeGreaterThan(900);
	else expect(newest()).toBe(horizon);
}

describe("clocks", () => {
	test("close every shard at the end, if asked", async () => {
		const kinesis = new FakeKinesis(4);
		const result = await run(feedOf([outgoing("SPY", START)]), kinesis, { close: true });
		expect(result).toEqual({
			...NOTHING_ELSE,
			read: 1,
			sent: 1,
			retried: 0,
			failed: 0,
			clocks: 4,
			firstEventTime: "2013-10-07T13:30:00.000Z",
			lastEventTime: "2013-10-07T13:30:00.000Z",
			closedAt: "2013-10-08T05:00:03.000Z",
		});
		for (const { id } of kinesis.shards.all) {
			expect(kinesis.in(id).at(-1)).toEqual({ event_time: "2013-10-08T05:00:03.000Z", source: "clock" });
		}
	});

	test("close the shards too that a split makes at that moment, though the list of them fails once", async () => {
		const kinesis = new FakeKinesis(2);
		let [lists, failures] = [0, 0];
		const send = async (command: object) => {
			// The first list finds the stream; the next one is asked for at the end.
			if (!(command instanceof PutRecordsCommand) && ++lists === 2) {
				failures++;
				throw Object.assign(new Error("slow down"), { name: "LimitExceededException" });
			}
			return kinesis.client.send(command as never);
		};
		kinesis.before = (records) => {
			const closing = records.every(({ PartitionKey }) => PartitionKey === "clock");
			if (closing && kinesis.shards.all.length === 2) kinesis.shards = evenShards(4, 2);
		};
		const result = await publish(feedOf([outgoing("SPY", START)]), {
			stream: "trades",
			client: { send: send as never },
			close: true,
		});
		expect(failures).toBe(1);
		expect(result.closedAt).not.toBeNull();
		for (const { id } of kinesis.shards.all) {
			expect(kinesis.in(id).at(-1)).toEqual({ event_time: result.closedAt, source: "clock" });
		}
		expect(kinesis.shards.all).toHaveLength(4);
	});

	test("are not sent at the end if not asked, nor when nothing had a time", async () => {
		const kinesis = new FakeKinesis(4);
		expect(await run(feedOf([outgoing("SPY", START)]), kinesis)).toMatchObject({ clocks: 0, closedAt: null });
		const timeless = [{ key: "x", time: undefined, data: Buffer.from('{"a":1}') }];
		expect(await run(feedOf(timeless), new FakeKinesis(2), { close: true })).toEqual({
			...NOTHING_ELSE,
			read: 1,
			sent: 1,
			retried: 0,
			failed: 0,
			clocks: 0,
			firstEventTime: null,
			lastEventTime: null,
			closedAt: null,
		});
	});

	test("reach shards that get no trades while others do, and never say more than what is acknowledged", async () => {
		const kinesis = new FakeKinesis(4);
		const records = Array.from({ length: 3000 }, (_, at) => outgoing("SPY", START + at * 100, String(at)));
		// Longer than it takes for shards to be quiet, several times over, however fast or slow this machine is.
		async function* batches(): AsyncGenerator<Outgoing[]> {
			for (let at = 0; at < records.length; at += 100) {
				yield records.slice(at, at + 100);
				await sleep(50);
			}
		}
		const feed: Feed = { name: "steady", total: records.length, live: false, batches };
		const result = await run(feed, kinesis, { aggregate: "on" });
		expect(result.clocks).toBeGreaterThan(5);
		let acknowledged = Number.NEGATIVE_INFINITY;
		for (const record of kinesis.all) {
			if (isClock(record)) expect(timeOf(record)).toBeLessThanOrEqual(acknowledged);
			else acknowledged = timeOf(record);
		}
		const spy = kinesis.shards.of("SPY").id;
		const clocked = (shard: string) =>
			kinesis.landed.filter((each) => each.key === "clock" && each.shard === shard).length;
		// A machine that stands still for a while makes the busy shard quiet too, but not as often.
		for (const { id } of kinesis.shards.all) if (id !== spy) expect(clocked(id)).toBeGreaterThan(clocked(spy));
	});

	test("of a live feed that is quiet go on with time, in every shard, and never past its horizon or now", async () => {
		const now = Date.now();
		await Promise.all([
			quietFeed(now - 60_000, undefined),
			quietFeed(now, undefined),
			quietFeed(now - 60_000, now - 59_500),
		]);
	});
});

describe("the end", () => {
	test("by a signal sends what was read, and closes nothing", async () => {
		const kinesis = new FakeKinesis(2);
		const stop = new AbortController();
		async function* batches(): AsyncGenerator<Outgoing[]> {
			yield day(500);
			await new Promise(() => {}); // a feed that waits for ever
		}
		const feed: Feed = { name: "live", total: undefined, live: true, batches };
		setTimeout(() => stop.abort(), 30);
		const result = await run(feed, kinesis, { signal: stop.signal, close: true, lingerMs: 60_000 });
		expect(result).toMatchObject({ read: 500, sent: 500, failed: 0, closedAt: null });
		expect(idsOf(kinesis.all)).toHaveLength(500);
	});

	test("by a signal that came before reads nothing", async () => {
		const result = await run(feedOf(day(10)), new FakeKinesis(1), { signal: AbortSignal.abort() });
		expect(result).toMatchObject({ read: 0, sent: 0, closedAt: null });
	});

	test("by a failing feed is that failure, after what it gave was sent", async () => {
		const kinesis = new FakeKinesis(1);
		async function* batches(): AsyncGenerator<Outgoing[]> {
			yield day(50);
			throw new Error("the file is torn");
		}
		const feed: Feed = { name: "torn", total: 100, live: false, batches };
		await expect(run(feed, kinesis, { close: true })).rejects.toThrow("the file is torn");
		expect(idsOf(kinesis.all)).toHaveLength(50);
		expect(kinesis.all.filter(isClock)).toEqual([]);
	});

	test("because the stream went away counts all that was read and not sent as failed, and says why", async () => {
		const kinesis = new FakeKinesis(2);
		kinesis.before = () => {
			if (kinesis.requests.length < 5) return;
			throw Object.assign(new Error("Stream trades not found"), {
				name: "ResourceNotFoundException",
				$metadata: { httpStatusCode: 400 },
			});
		};
		const onWarning = vi.fn();
		// More than fits in the backlog: the reader must not wait for room for ever.
		const result = await run(feedOf(day(40_000)), kinesis, { onWarning, close: true, aggregate: "on" });
		expect(result.sent).toBeGreaterThan(0);
		expect(result.failed).toBeGreaterThan(0);
		expect(result.read).toBe(result.sent + result.failed);
		expect(result.read).toBeLessThan(40_000);
		expect(result.closedAt).toBeNull();
		expect(onWarning).toHaveBeenCalledWith(
			`Gave up after ${result.sent} of ${result.read} records that were read: ResourceNotFoundException: Stream trades not found`,
		);
	});

	test("because nothing is taken comes after the time for that", async () => {
		const kinesis = new FakeKinesis(1, { records: 1 });
		const result = await run(feedOf(day(10)), kinesis, { giveUpMs: 100 });
		expect(result).toMatchObject({ read: 10, sent: 0, failed: 10, firstEventTime: null });
		expect(result.retried).toBeGreaterThan(0);
	});

	test("does not come for a record that is too large: it is left out, counted and named", async () => {
		const kinesis = new FakeKinesis(1);
		const onWarning = vi.fn();
		const large = outgoing("BIG", START, "x".repeat(1 << 20));
		const result = await run(feedOf([outgoing("SPY", START), large, outgoing("IBM", START)]), kinesis, { onWarning });
		expect(result).toMatchObject({ read: 3, sent: 2, rejected: 1, failed: 0 });
		expect(onWarning).toHaveBeenCalledWith(
			expect.stringMatching(/^Rejected: a record of BIG has 10\d+ bytes; .* 1 MiB/),
		);
	});
});

test("a stream that is not there is said before anything is read", async () => {
	const send = async () => {
		throw Object.assign(new Error("Stream nope not found"), { name: "ResourceNotFoundException" });
	};
	const read = vi.fn();
	async function* batches(): AsyncGenerator<Outgoing[]> {
		read();
		yield [];
	}
	const publishing = publish(
		{ name: "x", total: 0, live: false, batches },
		{ stream: "nope", client: { send: send as never }, kinesis: { endpoint: "http://127.0.0.1:1" } },
	);
	await expect(publishing).rejects.toThrow(
		"Cannot send to the stream nope at http://127.0.0.1:1: ResourceNotFoundException: Stream nope not found.",
	);
	await expect(publishing).rejects.toMatchObject({ name: "UserError" });
	expect(read).not.toHaveBeenCalled();
});

test("trades of one's own are published from any async iterable", async () => {
	const kinesis = new FakeKinesis(2);
	const trade = {
		trade_id: "1",
		symbol: "SPY",
		event_time: "2013-10-07T13:30:00.000Z",
		price: 1,
		size: 2,
		source: "me",
	};
	async function* mine() {
		yield trade;
		yield { ...trade, trade_id: "2" };
	}
	expect(await publish(mine(), { stream: "trades", client: kinesis.client })).toMatchObject({ read: 2, sent: 2 });
	expect(kinesis.all).toEqual([trade, { ...trade, trade_id: "2" }]);
	expect(kinesis.landed.map(({ key }) => key)).toEqual(["SPY", "SPY"]);
});

test("progress is told at the end at least, with the total", async () => {
	const onProgress = vi.fn();
	await run(feedOf(day(20)), new FakeKinesis(1), { onProgress });
	expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ sent: 20, total: 20, failed: 0 }));
});
