import { setTimeout as sleep } from "node:timers/promises";
import {
	CreateStreamCommand,
	GetRecordsCommand,
	GetShardIteratorCommand,
	type KinesisClient,
	ListShardsCommand,
	PutRecordCommand,
	PutRecordsCommand,
	SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Following, followStream } from "../../../local/page/follow.ts";
import { region } from "../../../local/stack.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { testEmulator } from "../../support/emulator.ts";

interface FakeShard {
	id: string;
	parents: string[];
	records: string[];
	closed: boolean;
}

const named = (name: string, message = name) => Object.assign(new Error(message), { name });

/** One stream that reshards as Kinesis does: closed parents keep their records, and an iterator at their end is null. */
class FakeKinesis {
	shards: FakeShard[] = [];
	/** Thrown by the next call of this command, once. */
	fail: { command: string; error: Error } | undefined;
	calls: string[] = [];
	#iterators = new Map<string, { shard: string; position: number }>();

	add(id: string, ...parents: string[]): FakeShard {
		const shard = { id, parents, records: [], closed: false };
		this.shards.push(shard);
		for (const parent of this.shards) if (parents.includes(parent.id)) parent.closed = true;
		return shard;
	}

	expireIterators(): void {
		this.#iterators.clear();
	}

	send = (async (command: { constructor: { name: string }; input: unknown }) => {
		const name = command.constructor.name;
		this.calls.push(name);
		const { fail } = this;
		if (fail?.command === name) {
			this.fail = undefined;
			throw fail.error;
		}
		if (command instanceof ListShardsCommand) return this.#list(command.input);
		if (command instanceof GetShardIteratorCommand) return this.#iterator(command.input);
		if (command instanceof GetRecordsCommand) return this.#records(command.input.ShardIterator ?? "");
		throw new Error(`${name} is not expected`);
	}) as unknown as KinesisClient["send"];

	#list({ NextToken }: ListShardsCommand["input"]) {
		// Two a page, so that paging is part of every test.
		const from = Number(NextToken ?? 0);
		return {
			Shards: this.shards.slice(from, from + 2).map(({ id, parents }) => ({
				ShardId: id,
				ParentShardId: parents[0],
				AdjacentParentShardId: parents[1],
			})),
			NextToken: from + 2 < this.shards.length ? String(from + 2) : undefined,
		};
	}

	#iterator(input: GetShardIteratorCommand["input"]) {
		const shard = this.#shard(input.ShardId ?? "");
		const after = Number(input.StartingSequenceNumber ?? -1) + 1;
		const position = input.ShardIteratorType === "LATEST" ? shard.records.length : after;
		return { ShardIterator: this.#give(shard.id, position) };
	}

	#records(token: string) {
		const iterator = this.#iterators.get(token);
		if (!iterator) throw named("ExpiredIteratorException");
		const shard = this.#shard(iterator.shard);
		// At most two records an answer, so that a shard takes several.
		const records = shard.records.slice(iterator.position, iterator.position + 2);
		const next = iterator.position + records.length;
		return {
			Records: records.map((text, i) => ({
				Data: Buffer.from(text),
				SequenceNumber: String(iterator.position + i),
				PartitionKey: "k",
			})),
			NextShardIterator: shard.closed && next === shard.records.length ? undefined : this.#give(shard.id, next),
		};
	}

	#give(shard: string, position: number): string {
		const token = `${shard}:${position}:${this.#iterators.size}`;
		this.#iterators.set(token, { shard, position });
		return token;
	}

	#shard(id: string): FakeShard {
		const shard = this.shards.find((known) => known.id === id);
		if (!shard) throw named("ResourceNotFoundException", `${id} is not there`);
		return shard;
	}
}

let stop: AbortController;
let running: Promise<void> | undefined;
let got: string[];
let health: (Error | undefined)[];

beforeEach(() => {
	stop = new AbortController();
	got = [];
	health = [];
});
afterEach(async () => {
	stop.abort();
	await running;
	vi.restoreAllMocks();
});

function follow(client: Pick<KinesisClient, "send">, from: Following["from"] = "TRIM_HORIZON", stream = "s"): void {
	running = followStream(
		client,
		{
			stream,
			from,
			pollMs: 5,
			onRecords: (payloads) => got.push(...payloads.map((payload) => Buffer.from(payload).toString())),
			onHealth: (error) => health.push(error),
		},
		stop.signal,
	);
}

describe("a stream", () => {
	test("is read over all its shards, each in its order", async () => {
		const kinesis = new FakeKinesis();
		for (const id of ["a", "b", "c"]) kinesis.add(id).records.push(`${id}1`, `${id}2`, `${id}3`);
		follow(kinesis);
		await vi.waitFor(() => expect(got).toHaveLength(9));
		for (const id of ["a", "b", "c"]) {
			expect(got.filter((text) => text.startsWith(id))).toEqual([`${id}1`, `${id}2`, `${id}3`]);
		}
	});

	test("is read from its end where asked, and what comes then is read", async () => {
		const kinesis = new FakeKinesis();
		const shard = kinesis.add("a");
		shard.records.push("old");
		follow(kinesis, "LATEST");
		await vi.waitFor(() => expect(kinesis.calls).toContain("GetRecordsCommand"));
		shard.records.push("new");
		await vi.waitFor(() => expect(got).toEqual(["new"]));
	});

	test("that is split and merged loses nothing, and children come after their parents", async () => {
		const kinesis = new FakeKinesis();
		kinesis.add("a").records.push("a1", "a2", "a3", "a4", "a5");
		kinesis.add("b").records.push("b1");
		follow(kinesis, "TRIM_HORIZON");
		await vi.waitFor(() => expect(got).toContain("a1"));
		kinesis.add("c", "a").records.push("c1", "c2");
		kinesis.add("d", "a").records.push("d1");
		kinesis.add("e", "d", "b").records.push("e1");
		await vi.waitFor(() => expect(got).toHaveLength(10));
		const place = (text: string) => got.indexOf(text);
		expect(place("c1")).toBeGreaterThan(place("a5"));
		expect(place("e1")).toBeGreaterThan(Math.max(place("d1"), place("b1")));
		expect(new Set(got).size).toBe(10);
	});
});

describe("trouble", () => {
	test("an expired iterator goes on after the last record", async () => {
		const kinesis = new FakeKinesis();
		const shard = kinesis.add("a");
		shard.records.push("1", "2", "3");
		follow(kinesis);
		await vi.waitFor(() => expect(got).toHaveLength(3));
		kinesis.expireIterators();
		shard.records.push("4");
		await vi.waitFor(() => expect(got).toEqual(["1", "2", "3", "4"]));
		expect(health.every((error) => error === undefined)).toBe(true);
	});

	test("an error is reported and tried again, without a loss", async () => {
		const kinesis = new FakeKinesis();
		const shard = kinesis.add("a");
		shard.records.push("1");
		follow(kinesis);
		await vi.waitFor(() => expect(got).toEqual(["1"]));
		kinesis.fail = { command: "GetRecordsCommand", error: new Error("connect ECONNREFUSED") };
		shard.records.push("2");
		await vi.waitFor(() => expect(got).toEqual(["1", "2"]), { timeout: 5_000 });
		expect(health.some((error) => error?.message === "connect ECONNREFUSED")).toBe(true);
		expect(health.at(-1)).toBeUndefined();
	});

	test("a stream that is not there yet is read from its start once it is", async () => {
		const kinesis = new FakeKinesis();
		kinesis.fail = { command: "ListShardsCommand", error: named("ResourceNotFoundException") };
		kinesis.add("a").records.push("1");
		follow(kinesis);
		await vi.waitFor(() => expect(got).toEqual(["1"]), { timeout: 5_000 });
		expect(health[0]?.name).toBe("ResourceNotFoundException");
	});

	test("a stream that was made anew under its name is read from its start", async () => {
		const kinesis = new FakeKinesis();
		kinesis.add("a").records.push("1", "2");
		follow(kinesis);
		await vi.waitFor(() => expect(got).toHaveLength(2));
		kinesis.shards = [];
		kinesis.expireIterators();
		await vi.waitFor(() => expect(health.some((error) => error?.name === "ResourceNotFoundException")).toBe(true));
		kinesis.add("a").records.push("anew");
		await vi.waitFor(() => expect(got).toEqual(["1", "2", "anew"]), { timeout: 5_000 });
	});

	test("stopping ends it at once, also while it waits", async () => {
		const kinesis = new FakeKinesis();
		kinesis.fail = { command: "ListShardsCommand", error: new Error("down") };
		follow(kinesis);
		await vi.waitFor(() => expect(health).toHaveLength(1));
		const before = performance.now();
		stop.abort();
		await running;
		expect(performance.now() - before).toBeLessThan(500);
	});
});

test("the emulator's stream is followed through a split and a restart of the emulator", async () => {
	await using emulator = await testEmulator();
	const client = kinesisClient({ endpoint: emulator.endpoint, region });
	const put = (text: string) =>
		client.send(new PutRecordCommand({ StreamName: "s", PartitionKey: text, Data: Buffer.from(text) }));
	await client.send(new CreateStreamCommand({ StreamName: "s", ShardCount: 1 }));
	await put("before");
	follow(client, new Date(Date.now() - 60_000));
	await vi.waitFor(() => expect(got).toEqual(["before"]), { timeout: 10_000 });

	// More than 64 KiB in one answer, which the emulator cannot send over HTTP/2.
	const large = Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(1_000)}`);
	const Records = large.map((text) => ({ PartitionKey: "k", Data: Buffer.from(text) }));
	await client.send(new PutRecordsCommand({ StreamName: "s", Records }));
	await vi.waitFor(() => expect(got).toEqual(["before", ...large]), { timeout: 10_000 });
	got = ["before"];

	const { Shards } = await client.send(new ListShardsCommand({ StreamName: "s" }));
	const half = (2n ** 127n).toString();
	await client.send(
		new SplitShardCommand({ StreamName: "s", ShardToSplit: Shards?.[0]?.ShardId, NewStartingHashKey: half }),
	);
	for (const text of ["one", "two", "three", "four"]) await put(text);
	await vi.waitFor(() => expect(got).toHaveLength(5), { timeout: 10_000 });

	await emulator.restart();
	await vi.waitFor(() => put("after"), { timeout: 10_000, interval: 200 });
	await vi.waitFor(() => expect(got).toContain("after"), { timeout: 10_000 });
	await sleep(300);
	expect([...got].sort()).toEqual(["after", "before", "four", "one", "three", "two"]);
	stop.abort();
	await running;
	client.destroy();
});
