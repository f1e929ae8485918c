/** A soak that cannot fail shows nothing: each check is given what it must find. */
import { describe, expect, test } from "vitest";
import type { ProduceResult } from "../../producer/index.ts";
import { Arrivals } from "./arrivals.ts";
import {
	accountsOf,
	copiesIn,
	gapsIn,
	highestOf,
	type Life,
	memoryOf,
	orderIn,
	type Sample,
	slopeOf,
} from "./checks.ts";

/** What arrived in one shard: trade ids, their event times a second apart. */
function arrived(count: number, ids: readonly number[]): Arrivals {
	const arrivals = new Arrivals(count, 2000);
	for (const id of ids) arrivals.trade("shard-0", id, id * 1000);
	return arrivals;
}

function life(from: number, next: number, counts: Partial<ProduceResult> = {}): Life {
	const none = { recovered: 0, spooled: 0, rejected: 0, failed: 0, retried: 0, kinesisRecords: 1, clocks: 0 };
	const times = { firstEventTime: null, lastEventTime: null, closedAt: null };
	return { from, next, result: { read: next - from, sent: next - from, ...none, ...times, ...counts } };
}

/** Three lives with 10 trades left in the spool between the first two. */
const goodLives = [
	life(0, 100, { sent: 90, spooled: 10 }),
	life(100, 150, { read: 60, sent: 60, recovered: 10 }),
	life(150, 200),
];

describe("gaps", () => {
	test("none where each id arrived, in whatever order and however often", () => {
		expect(gapsIn(arrived(4, [0, 2, 1, 1, 3]))).toEqual([]);
	});

	test("are told as ranges, at the beginning, in the middle and at the end", () => {
		expect(arrived(8, [1, 2, 5]).gaps()).toEqual([
			[0, 0],
			[3, 4],
			[6, 7],
		]);
		expect(gapsIn(arrived(8, [1, 2, 5]))).toEqual(["5 trades did not arrive: 0, 3 to 4, 6 to 7"]);
	});

	test("are all there is where nothing arrived", () => {
		expect(gapsIn(arrived(3, []))).toEqual(["3 trades did not arrive: 0 to 2"]);
	});

	test("are counted where they are too many to be named", () => {
		const odd = Array.from({ length: 10 }, (_, at) => 2 * at + 1);
		expect(gapsIn(arrived(20, odd))).toEqual(["10 trades did not arrive: 0, 2, 4, 6, 8, …"]);
	});

	test("are not filled by what is in another shard twice", () => {
		const arrivals = new Arrivals(2, 2000);
		arrivals.trade("shard-0", 0, 0);
		arrivals.trade("shard-1", 0, 0);
		expect(gapsIn(arrivals)).toEqual(["1 trades did not arrive: 1"]);
	});
});

describe("copies", () => {
	test("are counted beyond the first, however many of one trade", () => {
		const arrivals = arrived(3, [0, 1, 1, 1, 2, 2]);
		expect(arrivals).toMatchObject({ trades: 6, distinct: 3, copies: 3 });
	});

	test("may be as many as all producers together sent again", () => {
		const lives = [life(0, 1, { retried: 1 }), life(1, 2, { retried: 2 })];
		expect(copiesIn(arrived(2, [0, 1, 0, 0, 1]), lives)).toEqual([]);
		expect(copiesIn(arrived(2, [0, 1, 0, 0, 1, 1]), lives)).toEqual(["There are 4 copies; the producers sent 3 again"]);
	});

	test("of 300 of one trade are all counted, though only 255 are remembered", () => {
		expect(arrived(1, Array(300).fill(0)).copies).toBe(299);
	});

	test("do not hide what nobody gave", () => {
		const arrivals = arrived(2, [0, 1, 2]);
		arrivals.trade("shard-0", Number.NaN, 0);
		arrivals.trade("shard-0", -1, 0);
		expect(arrivals.copies).toBe(0);
		expect(copiesIn(arrivals, [life(0, 2)])).toEqual(["3 trades arrived that were not given"]);
	});
});

describe("order", () => {
	test("may be off by the lateness in a shard", () => {
		const arrivals = arrived(4, [2, 0, 3, 1]);
		expect(arrivals).toMatchObject({ late: 0, worstBehindMs: 2000 });
		expect(orderIn(arrivals, 2000)).toEqual([]);
	});

	test("is wrong beyond it", () => {
		const arrivals = arrived(5, [3, 0, 4, 1, 2]);
		expect(arrivals).toMatchObject({ late: 2, worstBehindMs: 3000 });
		expect(orderIn(arrivals, 2000)).toEqual(["2 trades are more than 2000 ms late in their shard, by 3000 at worst"]);
		expect(arrivals.examples).toEqual([
			"shard-0: trade 0 stands behind something 3000 ms newer",
			"shard-0: trade 1 stands behind something 3000 ms newer",
		]);
	});

	test("is each shard's own", () => {
		const arrivals = new Arrivals(10, 2000);
		arrivals.trade("shard-0", 9, 9000);
		arrivals.trade("shard-1", 0, 0);
		expect(orderIn(arrivals, 2000)).toEqual([]);
	});

	test("is broken by a clock that runs ahead of trades that are still to come, and not by one that does not", () => {
		const arrivals = arrived(4, [0]);
		arrivals.clock("shard-0", 3000);
		arrivals.trade("shard-0", 1, 1000);
		expect(arrivals.late).toBe(0);
		arrivals.clock("shard-0", 4001);
		arrivals.trade("shard-0", 2, 2000);
		expect(arrivals).toMatchObject({ late: 1, clocks: 2 });
	});

	test("is also that of the first trade behind a clock, where the clock came first", () => {
		const arrivals = new Arrivals(1, 2000);
		arrivals.clock("shard-0", 5000);
		arrivals.trade("shard-0", 0, 1000);
		expect(arrivals.late).toBe(1);
	});

	test("counts the first copy only: the later ones are duplicates to the reader", () => {
		expect(arrived(6, [0, 5, 0]).late).toBe(0);
	});
});

describe("accounts", () => {
	test("add up over lives that hand over a spool", () => {
		expect(accountsOf(goodLives, 200)).toEqual([]);
	});

	const broken = (at: number, counts: Partial<ProduceResult>, bounds: Partial<Life> = {}): Life[] =>
		goodLives.map((each, index) =>
			index === at ? { ...each, ...bounds, result: { ...each.result, ...counts } } : each,
		);

	test.each([
		[
			"something read is neither sent nor kept",
			broken(0, { spooled: 9 }),
			"Process 1: read 100, but sent 90 + spooled 9",
		],
		["trades were rejected", broken(2, { sent: 49, rejected: 1 }), "Process 3: 1 rejected, 0 failed"],
		["trades were given up", broken(2, { sent: 49, failed: 1 }), "Process 3: 0 rejected, 1 failed"],
		["the spool lost some", broken(1, { recovered: 9 }), "Process 2: recovered 9, but the one before left 10"],
		["the next life skips some", broken(1, {}, { from: 101 }), "Process 2: began with 101, but the next was 100"],
		["the feed gave what was not read", broken(2, {}, { next: 201 }), "Process 3: read 50 from a feed that gave 51"],
		["the spool is not empty at the end", broken(2, { sent: 48, spooled: 2 }), "2 trades are still in the spool"],
		["something was acknowledged twice", broken(2, { sent: 51 }), "201 trades were acknowledged instead of 200"],
	])("do not where %s", (_, lives, problem) => {
		expect(accountsOf(lives, 200)).toContainEqual(expect.stringContaining(problem));
	});

	test("do not where the last trades were never given", () => {
		expect(accountsOf(goodLives, 201)).toEqual([
			"200 trades were given instead of 201",
			"200 trades were acknowledged instead of 201",
		]);
	});
});

describe("memory", () => {
	const over = (seconds: number, megabytes: (second: number) => number): Sample[] =>
		Array.from({ length: seconds }, (_, at) => ({ seconds: at, megabytes: megabytes(at) }));

	test("may go up at first, and up and down all the time", () => {
		const sawtooth = over(600, (second) => Math.min(200, 80 + second) + (second % 20));
		expect(memoryOf(sawtooth, 250)).toEqual([]);
		expect(highestOf(sawtooth)).toBe(219);
	});

	test("must stay under the limit at each moment", () => {
		expect(
			memoryOf(
				over(600, (second) => (second === 30 ? 250 : 100)),
				250,
			),
		).toEqual(["It took 250 MB; the limit is 250 MB"]);
	});

	test("must not go on growing in the second half", () => {
		expect(
			memoryOf(
				over(601, (second) => 80 + second / 10),
				250,
			),
		).toEqual(["It grew by 30 MB in its last 300 s"]);
		expect(
			memoryOf(
				over(601, (second) => 80 + second / 20),
				250,
			),
		).toEqual([]);
	});

	test("is not judged by less than a minute", () => {
		expect(
			memoryOf(
				over(40, (second) => 80 + second),
				250,
			),
		).toEqual([]);
	});

	test("that nobody measured is a problem", () => {
		expect(memoryOf([], 250)).toEqual(["No memory was measured"]);
	});

	test("has a slope in megabytes a minute", () => {
		expect(slopeOf(over(100, (second) => 50 + second / 30))).toBeCloseTo(2, 9);
		expect(slopeOf(over(1, () => 50))).toBe(0);
	});
});
