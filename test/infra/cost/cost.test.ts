import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costOf } from "../../../infra/cost/cost.ts";
import { byService } from "../../../infra/cost/line.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { demand } from "./demand.ts";

const MILLION = 1_000_000;
const services = (...asked: Parameters<typeof demand>) => byService(costOf(demand(...asked)).lines);

describe("1,000 trades/s of 100 symbols, by hand", () => {
	const bill = services();
	// A month: 2,628 million trades; 262.788 million ticks; 5.332 million bars; 25,094 hits, 4,563 notifications.
	const [trades, ticks] = [2_628 * MILLION, 99.9954600070238 * 2_628_000];
	const bars = 100 * (60 + 12 + 1 + 1 / 24) * 730;
	const [hits, alerts] = [(33 / 4) * 100 * (730 / 24), (6 / 4) * 100 * (730 / 24)];
	const GB = 1_073_741_824;

	test("streams: four of them, a KiB of each record in, its bytes out", () => {
		const read = trades * 155 + ticks * 301 + bars * 330 * 2 + hits * 291;
		const written = ((trades + ticks + bars + hits) * 1_024) / GB;
		expect(bill.get("Kinesis Data Streams")).toBeCloseTo(4 * 730 * 0.04 + written * 0.08 + (read / GB) * 0.04, 4);
	});

	test("Flink: three KPUs, the orchestration KPU, 150 GB, a snapshot", () => {
		expect(bill.get("Managed Flink")).toBeCloseTo(4 * 730 * 0.11 + 150 * 0.1 + 0.023, 9);
	});

	test("S3, Glue and Athena", () => {
		const gb = (trades * (18.6 + 16 + (11 * 207_932) / 388_417) + bars * 45 + hits * 29) / GB;
		// 43,800 checkpoints: 227,760 commits, 350,400 files and one for each hit.
		const [commits, files] = [227_760, 350_400 + hits];
		const s3 = gb * 0.023 + ((files + 3 * commits) / MILLION) * (5 + 0.4);
		expect(bill.get("S3")).toBeCloseTo(s3, 4);
		expect(bill.get("Glue")).toBeCloseTo((2 * commits) / MILLION + (files / 100 / 30 + gb / 10) * 0.44, 4);
		expect(bill.get("Athena")).toBeCloseTo(((10 * trades * 16) / 2 ** 40) * 5, 4);
	});

	test("DynamoDB: a write a tick, a read and a write for each bar and hit", () => {
		const writes = ticks + bars + hits + 5 * alerts;
		const reads = bars + hits + 43_800 * 8 * 0.5;
		expect(bill.get("DynamoDB")).toBeCloseTo((writes * 0.625 + reads * 0.125) / MILLION, 4);
	});

	test("Lambda: four shards each second and minute, the hits, the clock", () => {
		const barCalls = 4 * 43_800;
		const tickCalls = 4 * 2_628_000;
		const hitCalls = hits * 4 * (1 - Math.exp(-1 / 4));
		const calls = tickCalls + 2 * barCalls + hitCalls + 43_800;
		const records = ticks + 2 * bars + hits;
		const puts = tickCalls + barCalls + hitCalls + (ticks + bars + hits) / 50;
		const seconds = (calls * 20 + (calls * 1.4 + records * 0.044) * (1_769 / 512) + puts * 5) / 1_000;
		expect(bill.get("Lambda")).toBeCloseTo((calls * 0.2 + seconds * 0.5 * 13.3334) / MILLION, 3);
		expect(bill.get("CloudWatch")).toBeCloseTo(((calls * 1_000) / GB + 1) * 0.53 + 5 * 4 * 0.3 + 30 * 0.1 + 3, 3);
	});

	test("the store and the notifications", () => {
		expect(bill.get("Timestream for InfluxDB")).toBeCloseTo(730 * 0.13 + 20 * 0.1, 9);
		expect(bill.get("SNS")).toBeCloseTo((alerts * (0.5 + 20)) / MILLION, 9);
		expect(bill.get("SQS")).toBeCloseTo(((657_000 + 3 * alerts) * 0.4) / MILLION, 9);
	});
});

test("30,000 trades/s, provisioned: 81 KPUs, 4 x 80 shards, one trade a record at 375 a shard", () => {
	const cost = costOf(demand({ tradesPerSecond: 30_000 }, { shards: 6 }));
	const monthly = (name: string) =>
		cost.lines.filter(({ priceName }) => priceName === name).reduce((sum, line) => sum + line.monthly, 0);
	expect(monthly("kpuHour")).toBeCloseTo(81 * 730 * 0.11, 9);
	expect(monthly("flinkStorage")).toBeCloseTo(400, 9);
	expect(monthly("shardHour")).toBeCloseTo(320 * 730 * 0.015, 9);
	// 78,840 million trades, 262.8 million ticks, 5.3 million bars.
	expect(monthly("putUnits")).toBeCloseTo((78_840 + 262.8 + 5.3320417 + 0.02509) * 0.014, 3);
	expect(monthly("streamHour")).toBe(0);
});

test("retention: a week of trades and three days of results, on demand by what is stored", () => {
	const cost = costOf(demand({}, { retentionHours: 168, resultsRetentionHours: 72 }));
	const kept = cost.lines.filter(({ priceName }) => priceName === "streamRetention");
	const GB = 1_073_741_824;
	const month = { ticks: 99.9954600070238 * 2_628_000 * 301, bars: 100 * (60 + 12 + 1 + 1 / 24) * 730 * 330 };
	const hits = (33 / 4) * 100 * (730 / 24) * 291;
	const results = ((month.ticks + month.bars + hits) * 48) / 730;
	const trades = (2_628 * MILLION * 155 * 144) / 730;
	expect(kept.map(({ monthly }) => monthly)).toEqual([expect.closeTo(((trades + results) / GB) * 0.1, 3)]);
	expect(costOf(demand()).lines.filter(({ what }) => what.startsWith("kept for more"))).toEqual([]);
});

test("retention of four shards a stream for 30 days: their hours, and what is stored beyond a week", () => {
	const { lines } = costOf(demand({}, { shards: 4, retentionHours: 720 }));
	const of = (name: string) => lines.find(({ priceName }) => priceName === name)?.monthly;
	// Only trades are kept for longer than a day.
	expect(of("shardRetention")).toBeCloseTo(4 * 730 * 0.02, 9);
	const bytes = lines.find(({ priceName }) => priceName === "putUnits") ? 2_628 * MILLION * 155 : 0;
	expect(of("longRetention")).toBeCloseTo(((bytes * (720 - 168)) / 730 / 1_073_741_824) * 0.023, 1);
});

test("a standby is a second instance, and a store of your own needs no endpoints of ours", () => {
	const bill = (overrides: Parameters<typeof demand>[1]) => services({}, overrides);
	expect(bill({ influxdb: { standby: true, storageGb: 50 } }).get("Timestream for InfluxDB")).toBeCloseTo(
		2 * (730 * 0.13 + 50 * 0.1),
		9,
	);
	expect(bill({}).get("PrivateLink")).toBeCloseTo(29.2, 9);
	expect(bill({ endpoints: { store: "https://store.example" } }).has("PrivateLink")).toBe(false);
});

test("without trades only what stands is billed", () => {
	const standing =
		4 * 730 * 0.04 + // streams
		(2 * 730 * 0.11 + 50 * 0.1 + 0.023) + // Flink
		((3 * 7 * 4_380) / MILLION) * (5 + 0.4) + // empty commits: a tenth of 43,800 checkpoints of seven tables
		(2 * 7 * 4_380) / MILLION + // Glue
		((10 * (730 / 24) * 10) / 2 ** 20) * 5 + // queries of 10 MB
		(43_800 * 0.2 + 43_800 * (0.02 + (0.0014 * 1_769) / 512) * 0.5 * 13.3334) / MILLION + // the clock's calls
		(43_800 * 8 * 0.5 * 0.125) / MILLION + // looks over the latest prices
		(730 * 0.13 + 2 + 4 * 730 * 0.01) + // the store and its two endpoints in two zones
		(657_000 * 0.4) / MILLION + // polls of the queue
		(((43_800 * 1_000) / 1_073_741_824 + 1) * 0.53 + 6) + // logs and metrics
		(30 * 0.1 + 3); // alarms: 16 of the job, streams and queues, 3 of each of five functions less one; a dashboard
	expect(costOf(demand({ tradesPerSecond: 0 })).monthly).toBeCloseTo(standing, 6);
});

describe("always", () => {
	const rate = fc.double({ min: 0, max: 200_000, noNaN: true });
	const symbols = fc.integer({ min: 1, max: 5_000 });
	const stores = fc.subarray(["influxdb", "dynamodb", "live-analytics"] as const);

	test("each item is its quantity times its price, and the total is their sum", () => {
		fc.assert(
			fc.property(rate, symbols, stores, (tradesPerSecond, count, chosen) => {
				const { lines, monthly } = costOf(demand({ tradesPerSecond, symbols: count, stores: chosen }));
				for (const line of lines) {
					expect(line.quantity, line.what).toBeGreaterThanOrEqual(0);
					expect(line.monthly).toBe(line.quantity * line.price);
					expect(line.price).toBe(PRICES[line.priceName].usd);
				}
				const sum = lines.reduce((all, line) => all + line.monthly, 0);
				expect(monthly).toBeCloseTo(sum, 6);
				expect([...byService(lines).values()].reduce((all, one) => all + one, 0)).toBeCloseTo(sum, 6);
			}),
		);
	});

	test("more trades cost no less, as long as they are sent in the same way", () => {
		const way = fc.constantFrom({}, { shards: 2 });
		fc.assert(
			fc.property(rate, rate, symbols, fc.boolean(), way, (a, b, count, aggregated, config) => {
				const [low, high] = [Math.min(a, b), Math.max(a, b)].map(
					(tradesPerSecond) => costOf({ ...demand({ tradesPerSecond, symbols: count }, config), aggregated }).monthly,
				);
				expect(high).toBeGreaterThanOrEqual((low ?? 0) - 1e-6);
			}),
		);
	});

	test("on demand it is cheaper where the producer begins to aggregate", () => {
		const [plain, aggregated] = [3_600, 3_601].map((tradesPerSecond) => costOf(demand({ tradesPerSecond })));
		expect([plain?.capacity.aggregated, aggregated?.capacity.aggregated]).toEqual([false, true]);
		expect(aggregated?.monthly).toBeLessThan(plain?.monthly ?? 0);
	});

	test("other prices make another bill", () => {
		const free = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, { ...price, usd: 0 }]));
		expect(costOf({ ...demand(), prices: free as unknown as typeof PRICES }).monthly).toBe(0);
	});
});
