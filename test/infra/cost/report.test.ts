import { describe, expect, test } from "vitest";
import { costOf } from "../../../infra/cost/cost.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { dollars, RATES, reportOf } from "../../../infra/cost/report.ts";
import { demand } from "./demand.ts";

test("dollars have cents where they matter", () => {
	expect([0, 0.004, 99.994, 100, 1_234.5, 939_188.2].map(dollars)).toEqual([
		"$0.00",
		"$0.00",
		"$99.99",
		"$100",
		"$1,235",
		"$939,188",
	]);
});

describe("the report", () => {
	const text = reportOf(demand());
	const rows = text.split("\n").map((row) => row.trim().split(/ {2,}/));
	const rowOf = (name: string) => rows.find(([first]) => first === name);

	test("says what was asked, of which region and day", () => {
		expect(text).toMatch(
			/^1,000 trades\/s, 100 symbols, 730 of 730 hours; stores: influxdb\nus-east-1, list prices of /,
		);
	});

	test("has every service, and their total", () => {
		const { lines, monthly } = costOf(demand());
		for (const service of new Set(lines.map((line) => line.service))) expect(rowOf(service)).toHaveLength(4);
		expect(rowOf("total")).toEqual(["total", dollars(monthly)]);
		// Three KPUs and the one for orchestration, 150 GB and a snapshot: 4 x 80.30 + 15 + 0.02.
		expect(rowOf("Managed Flink")?.[1]).toBe("$336");
	});

	test("has the capacity", () => {
		expect(text).toContain("shards (on-demand): trades 4 (needs 3), bars 4, ticks 4, hits 4; trades one a record");
		expect(text).toContain("Flink: parallelism 3, 3 KPU and 1 for orchestration; Lambda: 16 calls at a time at most");
	});

	test("has the five rates, with the other design", () => {
		expect(RATES).toEqual([10, 100, 1_000, 10_000, 100_000]);
		for (const rate of RATES) {
			const row = rowOf(rate.toLocaleString("en-US"));
			const { monthly } = costOf(demand({ tradesPerSecond: rate }));
			expect(row?.[1]).toBe(dollars(monthly));
			expect(row).toHaveLength(7);
		}
		expect(text).toMatch(
			/A function called for each trade, bars in DynamoDB, no lake: \$9,\d\d\d a month, \d+\.\d times as much\./,
		);
		expect(reportOf(demand({ tradesPerSecond: 10 }))).toMatch(/no lake: \$\d+ a month, 0\.\d times as much\./);
	});

	test("says how sure its prices are, and how much stands on those that are not", () => {
		// 730 x 0.13 + 20 x 0.1, 4 x 730 x 0.01, 3, and 0.03 for each GB of logs: 1 of Flink's and 10 of 10.9 million calls.
		expect(text).toMatch(/, 5 unconfirmed \(\$129 of the total\); sources: docs\/cost\.md\nUnconfirmed: /);
		expect(text).toMatch(
			/Unconfirmed: Timestream for InfluxDB \(db\.influx\.medium hour\), .*CloudWatch \(GB-month of logs\), CloudWatch \(dashboard\)$/,
		);
		const sure = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, { ...price, seen: "aws" }]));
		expect(reportOf(demand(), { prices: sure as unknown as typeof PRICES })).toMatch(
			/, 0 unconfirmed; sources: docs\/cost\.md$/,
		);
	});

	test("warns where on-demand streams have fewer shards than there are subtasks", () => {
		expect(reportOf(demand({ tradesPerSecond: 100_000 }))).toContain("more subtasks than shards: set shards to 267");
		expect(text).not.toContain("more subtasks");
	});

	test("has each item where it is asked", () => {
		const items = reportOf(demand(), { items: true });
		expect(items).toMatch(/Managed Flink +1 KPU for orchestration +730 +KPU-hour +0\.11 +\$80\.30/);
		for (const { what } of costOf(demand()).lines) expect(items).toContain(what);
	});

	test("says which settings cost something that is not counted", () => {
		expect(text).not.toContain("Not counted");
		const set = { producer: "fargate", influxdb: { instanceType: "db.influx.large" } } as const;
		expect(reportOf(demand({}, set))).toMatch(
			/\nNot counted, though it is set: producer fargate, what db\.influx\.large costs above db\.influx\.medium$/,
		);
	});

	test("says so where nothing would be cheaper", () => {
		const free = Object.fromEntries(Object.entries(PRICES).map(([name, price]) => [name, { ...price, usd: 0 }]));
		expect(reportOf(demand(), { prices: free as unknown as typeof PRICES })).toContain("Cheaper: nothing found.");
	});
});
