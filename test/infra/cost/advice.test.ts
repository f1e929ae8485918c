import { describe, expect, test } from "vitest";
import { adviceFor } from "../../../infra/cost/advice.ts";
import { demand } from "./demand.ts";

const advice = (...asked: Parameters<typeof demand>) => adviceFor(demand(...asked));
const saves = (word: string, ...asked: Parameters<typeof demand>) =>
	advice(...asked).find(({ text }) => text.includes(word))?.saves;

test("what saves most comes first, and nothing that saves less than a dollar is said", () => {
	for (const tradesPerSecond of [10, 1_000, 100_000]) {
		const saved = advice({ tradesPerSecond }).map((each) => each.saves);
		expect(saved).toEqual([...saved].sort((a, b) => b - a));
		expect(Math.min(...saved)).toBeGreaterThanOrEqual(1);
	}
});

describe("streams", () => {
	test("on demand at 1,000 trades/s: three shards of each stream, one for each KPU", () => {
		const [first] = advice();
		expect(first?.text).toContain(`'{"shards":3}'`);
		// On demand: 116.80 for the streams, 2,762 GiB in, 458.0 out. Provisioned: 12 x 10.95, and 2,896 million units.
		const [trades, ticks, rest] = [2_628_000_000, 262_788_069, 5_332_041.7 + 25_093.75];
		const written = ((trades + ticks + rest) * 1_024) / 1_073_741_824;
		const read = (trades * 155 + ticks * 301 + 5_332_041.7 * 660 + 25_093.75 * 291) / 1_073_741_824;
		const provisioned = 12 * 730 * 0.015 + ((trades + ticks + rest) / 1_000_000) * 0.014;
		// With three shards each in place of four, functions are called less, which is a little more.
		const streams = 116.8 + written * 0.08 + read * 0.04 - provisioned;
		expect(first?.saves).toBeGreaterThan(streams);
		expect(first?.saves).toBeLessThan(streams + 10);
	});

	test("provisioned with far too many: on demand", () => {
		expect(saves("streams on demand", {}, { shards: 50 })).toBeGreaterThan(1_000);
		expect(saves("streams on demand", {}, { shards: 1 })).toBeUndefined();
	});

	test("aggregates where trades go one by one: 1 KiB becomes 3 KiB for 16", () => {
		// 2,506.3 GiB become a sixteenth of three times as many; 14 bytes more are read with each trade.
		const less = ((2_628_000_000 * 1_024) / 1_073_741_824) * (1 - 3 / 16) * 0.08;
		const more = ((2_628_000_000 * 14) / 1_073_741_824) * 0.04;
		expect(saves("--aggregate on")).toBeCloseTo(less - more, 3);
		expect(saves("--aggregate on", { tradesPerSecond: 10_000 })).toBeUndefined();
	});
});

test("a checkpoint every 5 minutes: four fifths of requests and compactions less", () => {
	// 227,760 commits (3 PUT, 3 GET, 2 of Glue) and 350,400 files (1 PUT, 1 GET, a hundredth of a 2-minute DPU).
	const requests = (227_760 * 3 + 350_400) * 5.4 + 227_760 * 2;
	const compaction = (350_400 / 100 / 30) * 0.44;
	expect(saves("checkpoint")).toBeCloseTo((requests / 1_000_000 + compaction) * 0.8, 6);
	expect(saves("checkpoint", {}, { checkpointMs: 300_000 })).toBeUndefined();
});

describe("stores", () => {
	test("DynamoDB and LiveAnalytics in place of an instance, for a few symbols", () => {
		// 96.90 and 29.20 for its endpoints against 5.3 million writes and 90 days of them.
		const history = 5.332041667 * 0.625 + ((5_332_041.667 * 512) / 1_073_741_824) * (90 / (730 / 24)) * 0.25;
		const instance = 96.9 + 29.2;
		const found = saves('["dynamodb"]') ?? 0;
		expect(found).toBeLessThan(instance - history);
		expect(found).toBeGreaterThan(instance - history - 1);
		expect(saves('["live-analytics"]')).toBeGreaterThan(90);
	});

	test("the instance, for many symbols", () => {
		const many = { tradesPerSecond: 100_000, symbols: 5_000 };
		expect(saves('["influxdb"]', { ...many, stores: ["dynamodb"] })).toBeGreaterThan(50);
		expect(saves('["dynamodb"]', many)).toBeUndefined();
	});

	test("nothing, where there is none or there are several", () => {
		for (const stores of [[], ["influxdb", "dynamodb"]] as const) {
			expect(advice({ stores }).filter(({ text }) => text.includes("stores"))).toEqual([]);
		}
	});
});

test("a market's hours leave Flink without work: 4 KPUs for 593.5 of 730 hours", () => {
	expect(saves("stopped", { hoursPerDay: 6.5, daysPerMonth: 21 })).toBeCloseTo(4 * 0.11 * 593.5, 9);
	expect(saves("stopped")).toBeUndefined();
});

test("small write buffers: a KPU less for 1,000 trades/s, with its storage; nothing where one is enough", () => {
	expect(saves("writebuffer")).toBeCloseTo(730 * 0.11 + 50 * 0.1, 9);
	expect(advice().find(({ text }) => text.includes("writebuffer"))?.text).toMatch(
		/^2 KPU in place of 3: ask AWS Support/,
	);
	expect(saves("writebuffer", { tradesPerSecond: 300 })).toBeUndefined();
	expect(saves("writebuffer", { tuned: true })).toBeUndefined();
});
