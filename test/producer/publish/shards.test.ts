import type { ListShardsCommand } from "@aws-sdk/client-kinesis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listShards, OpenShards, Shards } from "../../../producer/publish/shards.ts";
import { evenShards, FakeKinesis } from "../support.ts";

describe("the shard of a partition key", () => {
	test("follows from its MD5, as in Kinesis", () => {
		const shards = evenShards(4);
		for (const key of ["SPY", "IBM", "BAC", "AIG", "ä", ""]) {
			const shard = shards.of(key);
			expect(shards.of(key)).toBe(shard);
			expect(shards.all).toContain(shard);
		}
		const hash = (key: string) => shards.all.indexOf(shards.of(key));
		// d41d8cd9… is the MD5 of nothing: in the last quarter.
		expect(hash("")).toBe(3);
		// 0cc175b9… is that of "a": in the first.
		expect(hash("a")).toBe(0);
		// 92eb5ffe… is that of "b": in the third.
		expect(hash("b")).toBe(2);
	});

	test("is spread over all shards, and ranges may be uneven", () => {
		const shards = evenShards(8);
		const keys = Array.from({ length: 400 }, (_, at) => `symbol ${at}`);
		const counts = shards.all.map((shard) => keys.filter((key) => shards.of(key) === shard).length);
		expect(Math.min(...counts)).toBeGreaterThan(20);
		const top = 2n ** 128n - 1n;
		const uneven = new Shards([
			{ id: "b", start: 1n, end: top, hashKey: "1" },
			{ id: "a", start: 0n, end: 0n, hashKey: "0" },
		]);
		expect(uneven.all.map(({ id }) => id)).toEqual(["a", "b"]);
		expect(uneven.of("anything").id).toBe("b");
		expect(uneven.has("a")).toBe(true);
		expect(uneven.has("c")).toBe(false);
	});
});

describe("listing shards", () => {
	test("asks page by page, and leaves closed ones out", async () => {
		const inputs: unknown[] = [];
		const shard = (id: string, start: string, end: string, closed?: string) => ({
			ShardId: id,
			HashKeyRange: { StartingHashKey: start, EndingHashKey: end },
			SequenceNumberRange: { StartingSequenceNumber: "1", ...(closed ? { EndingSequenceNumber: closed } : {}) },
		});
		const pages = [
			{ Shards: [shard("parent", "0", "9", "17"), shard("right", "5", "9")], NextToken: "more" },
			{ Shards: [shard("left", "0", "4")] },
		];
		const send = async (command: ListShardsCommand) => {
			inputs.push(command.input);
			return pages[inputs.length - 1];
		};
		const shards = await listShards({ send: send as never }, "trades");
		expect(shards.all).toEqual([
			{ id: "left", start: 0n, end: 4n, hashKey: "0" },
			{ id: "right", start: 5n, end: 9n, hashKey: "5" },
		]);
		expect(inputs).toEqual([{ StreamName: "trades" }, { NextToken: "more" }]);
	});

	test("passes on what the service answers", async () => {
		const send = async () => {
			throw Object.assign(new Error("no such stream"), { name: "ResourceNotFoundException" });
		};
		await expect(listShards({ send: send as never }, "trades")).rejects.toThrow("no such stream");
	});

	test("of a stream without open shards leaves nowhere to send", () => {
		expect(() => new Shards([]).of("SPY")).toThrow("no open shard");
	});
});

describe("the open shards as they change", () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	test("are asked for every 30 s, and at once when some shard is unknown", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		const kinesis = new FakeKinesis(1);
		const shards = new OpenShards(kinesis.client, "trades");
		expect(shards.now.all).toEqual([]);
		await shards.refresh();
		expect(shards.now.all).toHaveLength(1);
		kinesis.shards = evenShards(2, 1);
		vi.setSystemTime(Date.now() + 29_000);
		await shards.refreshIfOld();
		expect(shards.now.all).toHaveLength(1);
		vi.setSystemTime(Date.now() + 1000);
		await shards.refreshIfOld();
		expect(shards.now.all).toHaveLength(2);
		kinesis.shards = evenShards(4, 3);
		shards.outdated();
		await shards.refreshIfOld();
		expect(shards.now.all).toHaveLength(4);
	});

	test("stay as they are while nobody answers, who is not asked too often", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		const send = vi.fn(new FakeKinesis(2).client.send as (command: unknown) => Promise<unknown>);
		const shards = new OpenShards({ send: send as never }, "trades");
		await shards.refresh();
		send.mockRejectedValue(new Error("nobody there"));
		shards.outdated();
		for (let time = 0; time < 5; time++) {
			await shards.refreshIfOld();
			vi.setSystemTime(Date.now() + 300);
		}
		expect(shards.now.all).toHaveLength(2);
		expect(send).toHaveBeenCalledTimes(3);
		await expect(shards.refresh()).rejects.toThrow("nobody there");
	});
});
