import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Feed } from "../../../producer/index.ts";
import { Following, latestTime, rowPrinter, withRecords } from "../../../sql/workbench/tail.ts";

type Row = Record<string, unknown>;

describe("following a relation", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	const follow = (last: number) => {
		const out: unknown[] = [];
		const following = new Following({
			last,
			since: 100,
			timeOf: (row) => row.at as number,
			out: (row) => out.push(row.at),
		});
		return { out, following };
	};

	test("begins with the newest of the rows that are there, then shows each as it comes", () => {
		const { out, following } = follow(2);
		for (const at of [1, 2, 3, 4]) following.take({ at }, 1);
		expect(out).toEqual([]);
		following.take({ at: 100 }, 1);
		expect(out).toEqual([3, 4, 100]);
		following.take({ at: 5 }, 1);
		expect(out, "an old row that comes now is new").toEqual([3, 4, 100, 5]);
	});

	test("takes a second without a row for the end of what is there", () => {
		const { out, following } = follow(3);
		following.take({ at: 1 }, 1);
		vi.advanceTimersByTime(900);
		following.take({ at: 2 }, 1);
		vi.advanceTimersByTime(900);
		expect(out).toEqual([]);
		vi.advanceTimersByTime(200);
		expect(out).toEqual([1, 2]);
		following.take({ at: 3 }, 1);
		expect(out).toEqual([1, 2, 3]);
	});

	test("gives out what it keeps when it ends", () => {
		const { out, following } = follow(5);
		following.take({ at: 1 }, 1);
		following.flush();
		expect(out).toEqual([1]);
	});
});

test("a row's time is the latest that it names, in UTC, but for when this job made it", () => {
	const row = { symbol: "A", window_start: "2024-01-02T09:30:00.000", at: "2024-01-02T09:31:02.000Z", price: 5 };
	expect(latestTime(row)).toBe(Date.parse("2024-01-02T09:31:02.000Z"));
	expect(latestTime({ ...row, emitted_at: "2024-01-03T00:00:00.000Z" })).toBe(latestTime(row));
	expect(latestTime({ symbol: "2024", day: "2024-01-02", n: null })).toBe(Number.NEGATIVE_INFINITY);
});

test("rows are aligned, and those that are taken back are marked", () => {
	const { head, line } = rowPrinter(["symbol", "bars", "of"]);
	expect(line({ symbol: "AAPL.LONG", bars: 12, of: null }, 1)).toBe("  AAPL.LONG  12");
	expect(head()).toBe("  symbol     bars  of");
	expect(line({ symbol: "A", bars: 3, of: { x: 1 } } as Row, -1)).toBe('- A          3     {"x":1}');
});

describe("a feed as rows of the stream", () => {
	const feed: Feed = {
		name: "two",
		total: 2,
		live: false,
		async *batches() {
			yield [{ key: "A", time: 1_000, data: Buffer.from('{"trade_id":"1"}') }];
			yield [{ key: "A", time: undefined, data: Buffer.from("broken") }];
		},
	};

	test("is a line for each record, that arrived at its event time, and the file is removed", async () => {
		const seen = await withRecords(feed, new AbortController().signal, async (file) => {
			await sleep(1);
			return {
				file,
				lines: readFileSync(file, "utf8")
					.trim()
					.split("\n")
					.map((line) => JSON.parse(line)),
			};
		});
		expect(seen.lines.map(({ record }) => record)).toEqual(['{"trade_id":"1"}', "broken"]);
		expect(seen.lines[0].values).toMatchObject({ arrived_at: "1970-01-01T00:00:01.000Z", sequence_number: "1" });
		expect(existsSync(seen.file)).toBe(false);
	});

	test("leaves nothing behind where the work fails", async () => {
		let file = "";
		const work = async (path: string) => {
			file = path;
			throw new Error("no");
		};
		await expect(withRecords(feed, new AbortController().signal, work)).rejects.toThrow("no");
		expect(existsSync(file)).toBe(false);
	});
});
