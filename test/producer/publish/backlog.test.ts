import { describe, expect, test, vi } from "vitest";
import { Backlog } from "../../../producer/publish/backlog.ts";
import { outgoing } from "../support.ts";

const keys = (records: Iterable<{ key: string }>) => [...records].map(({ key }) => key).join("");
const abc = ["a", "b", "c"].map((key, at) => outgoing(key, 1000 - at));

describe("the backlog", () => {
	test("gives in order what it was given", async () => {
		const backlog = new Backlog();
		await backlog.push(abc);
		await backlog.push([outgoing("d", 0)]);
		expect(backlog.length).toBe(4);
		expect(keys(backlog)).toBe("abcd");
		expect(keys(backlog.take(3))).toBe("abc");
		expect(keys(backlog)).toBe("d");
		expect(keys(backlog.take(3))).toBe("d");
		expect(backlog.length).toBe(0);
		expect(backlog.take(1)).toEqual([]);
	});

	test("stays in order over many records", async () => {
		const backlog = new Backlog();
		const times: number[] = [];
		for (let round = 0; round < 30; round++) {
			await backlog.push(Array.from({ length: 500 }, (_, at) => outgoing("a", round * 500 + at)));
			times.push(...backlog.take(333).map(({ time }) => time as number));
		}
		times.push(...backlog.take(100_000).map(({ time }) => time as number));
		expect(times).toEqual(Array.from({ length: 15_000 }, (_, at) => at));
	});

	test("knows its oldest time, which need not be its first", async () => {
		const backlog = new Backlog();
		expect(backlog.oldest()).toBeUndefined();
		await backlog.push([{ key: "x", time: undefined, data: Buffer.alloc(1) }]);
		expect(backlog.oldest()).toBeUndefined();
		await backlog.push(abc);
		expect(backlog.oldest()).toBe(998);
	});

	test("knows how long its first has been waiting", async () => {
		const backlog = new Backlog();
		expect(backlog.waitedMs(Date.now())).toBe(0);
		const before = Date.now();
		await backlog.push(abc);
		expect(backlog.waitedMs(before + 500)).toBeGreaterThan(400);
		backlog.take(3);
		expect(backlog.waitedMs(Date.now() + 500)).toBe(0);
	});

	test("knows since when its oldest is there, however much was taken before it", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: 1_000 });
		try {
			const backlog = new Backlog();
			expect(backlog.oldestSince).toBeUndefined();
			await backlog.push(abc);
			vi.setSystemTime(2_000);
			await backlog.push(abc);
			await backlog.push(abc);
			vi.setSystemTime(3_000);
			const since = [backlog.oldestSince];
			for (const count of [2, 1, 5, 1]) {
				backlog.take(count);
				since.push(backlog.oldestSince);
			}
			expect(since).toEqual([1_000, 1_000, 2_000, 2_000, undefined]);
		} finally {
			vi.useRealTimers();
		}
	});

	test.each([
		["records", Array.from({ length: 17_000 }, (_, at) => outgoing("a", at))],
		["bytes", Array.from({ length: 40 }, () => ({ key: "a", time: 0, data: Buffer.alloc(1 << 20) }))],
	])("holds the feed back when too many %s wait", async (_, records) => {
		const backlog = new Backlog();
		let through = false;
		const pushing = backlog.push(records).then(() => {
			through = true;
		});
		await new Promise((resolve) => setImmediate(resolve));
		expect(through).toBe(false);
		expect(backlog.length).toBe(records.length);
		backlog.take(1);
		await new Promise((resolve) => setImmediate(resolve));
		expect(through).toBe(false);
		backlog.take(2000);
		await pushing;
	});

	test("wakes who waits for a change, and else after the time", async () => {
		const backlog = new Backlog();
		const waiting = backlog.change(60_000);
		await backlog.push(abc);
		await waiting;
		const ending = backlog.change(60_000);
		backlog.end();
		await ending;
		expect(backlog.ended).toBe(true);
		const before = Date.now();
		await backlog.change(20);
		expect(Date.now() - before).toBeGreaterThanOrEqual(18);
	});
});
