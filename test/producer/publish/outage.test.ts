import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { Feed, Outgoing } from "../../../producer/feed.ts";
import { deaggregate } from "../../../producer/publish/aggregate.ts";
import { type ProduceResult, type Progress, type PublishOptions, publish } from "../../../producer/publish/publish.ts";
import { Spool } from "../../../producer/publish/spool.ts";
import { FakeKinesis, outgoing, tempFolder } from "../support.ts";

const START = Date.parse("2013-10-07T13:30:00.000Z");
const SYMBOLS = ["SPY", "IBM", "AIG", "BAC"];

/** An endless feed: batches of 100 trades as fast as they are taken, with a pause of a millisecond between them. */
function endless(from = 0, limit = Number.POSITIVE_INFINITY): Feed & { given: number } {
	const feed = {
		name: "endless",
		total: undefined,
		live: true,
		given: from,
		async *batches(signal: AbortSignal): AsyncGenerator<readonly Outgoing[]> {
			while (!signal.aborted && feed.given < limit) {
				const batch = Array.from({ length: 100 }, (_, at) => {
					const id = feed.given + at;
					return outgoing(SYMBOLS[id % SYMBOLS.length] as string, START + id, String(id));
				});
				feed.given += 100;
				yield batch;
				await sleep(1);
			}
		},
	};
	return feed;
}

const refuse = () => {
	throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
};

interface Running {
	readonly stop: AbortController;
	readonly result: Promise<ProduceResult>;
	readonly told: string[];
	latest: Progress | undefined;
}

function start(feed: Feed, kinesis: FakeKinesis, dir: string, more: Partial<PublishOptions> = {}): Running {
	const [stop, told] = [new AbortController(), [] as string[]];
	const running: Running = { stop, told, latest: undefined, result: Promise.resolve() as never };
	const result = publish(feed, {
		stream: "trades",
		client: kinesis.client,
		spool: { dir },
		signal: stop.signal,
		lingerMs: 1,
		onWarning: (line) => told.push(line),
		onProgress: (progress) => {
			running.latest = progress;
		},
		...more,
	});
	return Object.assign(running, { result });
}

const idsOf = (records: { trade_id: string; source: string }[]) =>
	records.filter(({ source }) => source !== "clock").map(({ trade_id }) => Number(trade_id));

const addsUp = ({ read, sent, spooled, rejected, failed }: ProduceResult) =>
	sent + spooled + rejected + failed === read;

describe("while Kinesis cannot be reached", () => {
	test("an endless feed goes on into the spool, and all of it arrives afterwards, in each shard in its order", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(2), tempFolder(), endless()];
		const running = start(feed, kinesis, dir, { aggregate: "on" });
		await vi.waitFor(() => expect(kinesis.landed.length).toBeGreaterThan(5), { timeout: 5000 });
		kinesis.before = refuse;
		await vi.waitFor(() => expect(running.latest?.spooled).toBeGreaterThan(5000), { timeout: 30_000 });
		await vi.waitFor(() => expect(running.told).not.toEqual([]), { timeout: 10_000 });
		expect(running.told).toEqual([
			`Kinesis takes nothing: connect ECONNREFUSED. What memory does not hold goes to ${dir} until it does.`,
		]);
		// What is on its way waits for as long as that.
		await vi.waitFor(() => expect(running.latest?.waitedMs).toBeGreaterThan(1_000), { timeout: 10_000 });
		kinesis.before = () => {};
		await vi.waitFor(() => expect(running.told).toContain("Kinesis takes records again."), { timeout: 10_000 });
		await vi.waitFor(() => expect(running.latest?.spooled).toBe(0), { timeout: 30_000 });
		running.stop.abort();
		const result = await running.result;
		expect(result).toMatchObject({ read: feed.given, sent: feed.given, spooled: 0, recovered: 0, failed: 0 });
		expect(running.latest?.waitedMs).toBe(0);
		for (const shard of kinesis.shards.all) {
			const ids = idsOf(kinesis.in(shard.id));
			expect(ids).toEqual([...ids].sort((a, b) => a - b));
		}
		expect(idsOf(kinesis.all).sort((a, b) => a - b)).toEqual(Array.from({ length: feed.given }, (_, at) => at));
		expect(existsSync(join(dir, "spool.db"))).toBe(false);
	});

	test("what a stopped producer could not send is sent first by the next one, and counted", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(2), tempFolder(), endless()];
		const first = start(feed, kinesis, dir);
		await vi.waitFor(() => expect(kinesis.landed.length).toBeGreaterThan(500), { timeout: 5000 });
		kinesis.before = refuse;
		await vi.waitFor(() => expect(feed.given).toBeGreaterThan(20_000), { timeout: 20_000 });
		first.stop.abort();
		const before = await first.result;
		expect(before.spooled).toBeGreaterThan(3000);
		expect(before.failed).toBe(0);
		expect(addsUp(before)).toBe(true);
		expect(before.read).toBe(feed.given);
		expect(first.told.at(-1)).toBe(
			`${before.spooled} records are in ${dir} and go first the next time: connect ECONNREFUSED`,
		);

		kinesis.before = () => {};
		const landed = kinesis.landed.length;
		const next = endless(feed.given, feed.given + 500);
		const second = start(next, kinesis, dir);
		const after = await second.result;
		expect(second.told[0]).toBe(`${before.spooled} records that an earlier run left in ${dir} go first.`);
		expect(after).toMatchObject({ recovered: before.spooled, read: before.spooled + 500, spooled: 0 });
		expect(addsUp(after)).toBe(true);
		expect(idsOf(kinesis.all).sort((a, b) => a - b)).toEqual(Array.from({ length: next.given }, (_, at) => at));
		// In the order in which they were read.
		const oldest = kinesis.landed
			.slice(landed, landed + 4)
			.flatMap((each) => deaggregate(each))
			.map(({ data }) => Number(JSON.parse(String(data)).trade_id));
		expect(Math.max(...oldest.filter(Number.isFinite))).toBeLessThan(feed.given);
	});

	test("it can begin, and sends when Kinesis is there", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(2), tempFolder(), endless()];
		const { send } = kinesis.client;
		let there = false;
		const client = { send: (async (command: never) => (there ? send(command) : refuse())) as never };
		const running = start(feed, kinesis, dir, { client });
		await vi.waitFor(() => expect(running.latest?.spooled).toBeGreaterThan(0), { timeout: 20_000 });
		expect(running.told[0]).toMatch(/^Kinesis takes nothing: .*ECONNREFUSED/);
		there = true;
		await vi.waitFor(() => expect(running.latest?.sent).toBeGreaterThan(10_000), { timeout: 20_000 });
		running.stop.abort();
		const result = await running.result;
		expect(addsUp(result)).toBe(true);
		expect(result.read).toBe(feed.given);
	});

	test("a stream that is not there is an error at once, whatever spool there is", async () => {
		const [kinesis, dir] = [new FakeKinesis(2), tempFolder()];
		const gone = Object.assign(new Error("Stream trades not found"), {
			name: "ResourceNotFoundException",
			$metadata: { httpStatusCode: 400 },
		});
		const client = { send: (async () => Promise.reject(gone)) as never };
		await expect(start(endless(), kinesis, dir, { client }).result).rejects.toThrow(
			"Cannot send to the stream trades at the configured region: ResourceNotFoundException: Stream trades not found. Is it there (tidemark up), and the address right?",
		);
	});

	test("an error for good ends it with everything in the spool", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(1), tempFolder(), endless()];
		const running = start(feed, kinesis, dir);
		await vi.waitFor(() => expect(kinesis.landed.length).toBeGreaterThan(100), { timeout: 5000 });
		kinesis.before = () => {
			throw Object.assign(new Error("not yours"), {
				name: "AccessDeniedException",
				$metadata: { httpStatusCode: 400 },
			});
		};
		const result = await running.result;
		expect(addsUp(result)).toBe(true);
		expect(result.spooled).toBeGreaterThan(0);
		expect(running.told.at(-1)).toMatch(/^\d+ records are in .* AccessDeniedException: not yours$/);
		const spool = new Spool({ dir });
		expect(spool.length).toBe(result.spooled);
		spool.close();
	});

	test("a full spool holds the feed back, says so once, and nothing is lost", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(2), tempFolder(), endless()];
		const running = start(feed, kinesis, dir, { spool: { dir, maxBytes: 200_000 } });
		await vi.waitFor(() => expect(kinesis.landed.length).toBeGreaterThan(100), { timeout: 5000 });
		kinesis.before = refuse;
		const full = () => running.told.filter((line) => line.startsWith("The spool"));
		await vi.waitFor(() => expect(full()).toHaveLength(1), { timeout: 30_000 });
		expect(full()[0]).toMatch(
			new RegExp(
				`^The spool ${dir} is full \\(holds \\d+ records, all of its 200000 bytes\\): the feed is held back until Kinesis takes records again\\. Give it more room with --spool-max\\.$`,
			),
		);
		const held = feed.given;
		await sleep(1500);
		expect(feed.given).toBeLessThanOrEqual(held + 200);
		kinesis.before = () => {};
		await vi.waitFor(() => expect(feed.given).toBeGreaterThan(held + 3000), { timeout: 20_000 });
		running.stop.abort();
		const result = await running.result;
		expect(addsUp(result)).toBe(true);
		const ids = new Set(idsOf(kinesis.all));
		for (let id = 0; id < result.sent; id++) expect(ids.has(id)).toBe(true);
	});

	test("a feed without a spool is held back", async () => {
		const [kinesis, feed] = [new FakeKinesis(2), endless()];
		const stop = new AbortController();
		const result = publish(feed, { stream: "trades", client: kinesis.client, signal: stop.signal, lingerMs: 1 });
		await vi.waitFor(() => expect(kinesis.landed.length).toBeGreaterThan(100), { timeout: 5000 });
		kinesis.before = refuse;
		let held = -1;
		await vi.waitFor(
			() => {
				const before = held;
				held = feed.given;
				expect(held - before).toBeLessThanOrEqual(100);
			},
			{ timeout: 30_000, interval: 500 },
		);
		expect(held).toBeLessThan(30_000);
		kinesis.before = () => {};
		await vi.waitFor(() => expect(feed.given).toBeGreaterThan(held + 1000), { timeout: 10_000 });
		stop.abort();
		expect(addsUp(await result)).toBe(true);
	});
});

describe("while Kinesis throttles", () => {
	test("records are aggregated, and fewer are refused than without a rate", async () => {
		const [kinesis, dir, feed] = [new FakeKinesis(2), tempFolder(), endless()];
		// As Kinesis does it: 1,000 records a second and shard, counted in tenths of a second.
		let [tenth, left] = [0, 200];
		kinesis.throttle = () => {
			const now = Math.floor(Date.now() / 100);
			if (now !== tenth) [tenth, left] = [now, 200];
			return left-- <= 0;
		};
		const running = start(feed, kinesis, dir);
		await vi.waitFor(() => expect(idsOf(kinesis.all).length).toBeGreaterThan(9000), { timeout: 50_000, interval: 100 });
		running.stop.abort();
		const result = await running.result;
		expect(addsUp(result)).toBe(true);
		expect(result.failed).toBe(0);
		expect(new Set(idsOf(kinesis.all)).size).toBe(result.sent);
		expect(result.sent / result.kinesisRecords).toBeGreaterThan(3);
	});
});

describe("what is seen of each record", () => {
	test("is where it is, and each refusal, in aggregates too", async () => {
		const kinesis = new FakeKinesis(1, { records: 0.6, seed: 5 });
		const seen: string[] = [];
		const feed = endless(0, 5000);
		const result = await publish(feed, {
			stream: "trades",
			client: kinesis.client,
			aggregate: "on",
			onRecord: ({ data }, outcome) => {
				const id = JSON.parse(String(data)).trade_id;
				seen.push("refused" in outcome ? `${id} refused` : `${id} ${outcome.shardId} ${outcome.sequenceNumber}`);
			},
		});
		const taken = seen.filter((line) => !line.endsWith("refused"));
		expect(taken.map((line) => Number(line.split(" ")[0]))).toEqual(Array.from({ length: 5000 }, (_, at) => at));
		expect(taken.every((line) => /^\d+ shardId-000000000000 \d+$/.test(line))).toBe(true);
		expect(seen.length - taken.length).toBe(result.retried);
		expect(result.retried).toBeGreaterThan(0);
	});
});

describe("what the feed hears and says", () => {
	test("is told what is acknowledged, asked for its state, and its rejects are counted", async () => {
		const kinesis = new FakeKinesis(1);
		const [acknowledged, onRejected, onProgress, told] = [vi.fn(), vi.fn(), vi.fn(), [] as string[]];
		const feed: Feed = {
			name: "mine",
			total: 3,
			live: false,
			acknowledged,
			state: () => ({ giving: "mine", stale: [{ symbol: "IBM", since: undefined, why: "unknown" }] }),
			async *batches(_signal, tell) {
				tell?.("about to begin");
				yield [outgoing("SPY", START), { rejected: "no price", payload: "{}" }, outgoing("SPY", START + 5)];
			},
		};
		const result = await publish(feed, {
			stream: "trades",
			client: kinesis.client,
			onRejected,
			onProgress,
			onWarning: (line) => told.push(line),
		});
		expect(result).toMatchObject({ read: 3, sent: 2, rejected: 1, failed: 0 });
		expect(onRejected.mock.calls).toEqual([[{ rejected: "no price", payload: "{}" }]]);
		expect(told).toEqual(["about to begin"]);
		expect(acknowledged).toHaveBeenLastCalledWith(START + 5);
		expect(onProgress).toHaveBeenLastCalledWith(
			expect.objectContaining({
				rejected: 1,
				waiting: 0,
				waitedMs: 0,
				state: { giving: "mine", stale: [{ symbol: "IBM", since: undefined, why: "unknown" }] },
			}),
		);
	});

	test("rejects that nobody asks for are warnings", async () => {
		const kinesis = new FakeKinesis(1);
		const told: string[] = [];
		async function* trades() {
			yield { trade_id: "1", symbol: "SPY", event_time: "2020-05-14T13:30:00.000Z", price: -1, size: 1, source: "me" };
		}
		const result = await publish(trades(), {
			stream: "trades",
			client: kinesis.client,
			onWarning: (line) => told.push(line),
		});
		expect(result).toMatchObject({ read: 1, sent: 0, rejected: 1 });
		expect(told).toEqual(["Rejected: price -1: Too small: expected number to be >0"]);
	});
});
