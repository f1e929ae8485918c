import { describe, expect, test } from "vitest";
import { type Measurement, median, rowsOf, tableOf, targetsOf } from "./measured.ts";

function measured(variant: string, trades: number, more: Partial<Measurement> = {}): Measurement {
	return {
		variant,
		trades,
		seconds: 2,
		cpuSeconds: 1,
		serverCpuSeconds: 1,
		kinesisRecords: trades / 10,
		retried: 0,
		...more,
	};
}

test.each([
	[[3], 3],
	[[9, 1, 5], 5],
	[[4, 1, 3, 2], 2.5],
])("the median of %j is %d", (values, middle) => {
	expect(median(values)).toBe(middle);
});

test("there is no median of nothing", () => {
	expect(() => median([])).toThrow("no median of nothing");
});

describe("rows", () => {
	test("are medians over the rounds, each way of sending by itself", () => {
		const rounds = [measured("a", 100), measured("d", 50_000), measured("a", 300), measured("d", 90_000)];
		expect(rowsOf([...rounds, measured("a", 120), measured("d", 60_000)])).toMatchObject([
			{ variant: "a", rounds: 3, rate: 60, lowest: 50, highest: 150 },
			{ variant: "d", rounds: 3, rate: 30_000, lowest: 25_000, highest: 45_000 },
		]);
	});

	test("tell the CPU by trades and by time", () => {
		const [row] = rowsOf([measured("d", 80_000, { seconds: 4, cpuSeconds: 2, serverCpuSeconds: 3 })]);
		expect(row).toMatchObject({
			rate: 20_000,
			cores: 0.5,
			cpuPer100k: 2.5,
			ratePerCore: 40_000,
			serverCores: 0.75,
			tradesPerRecord: 10,
		});
	});

	test("do without the server's CPU where the system does not tell it", () => {
		const [row] = rowsOf([measured("d", 1000, { serverCpuSeconds: undefined })]);
		expect(row?.serverCores).toBeUndefined();
		expect(tableOf([row as NonNullable<typeof row>], {})).toContain(" – ");
	});
});

describe("targets", () => {
	const simple = [measured("a", 1000), measured("b", 40_000)];
	const met = (of: Measurement) =>
		Object.fromEntries(
			targetsOf(rowsOf([...simple, of]), "d").map(({ what, atLeast, measured }) => [what, measured >= atLeast]),
		);

	test("are met by what is fast enough", () => {
		expect(met(measured("d", 120_000))).toEqual({
			"trades a second from one core": true,
			"trades in a Kinesis record": true,
			"times (a)": true,
			"times (b)": true,
		});
	});

	test.each([
		["trades a second from one core", measured("d", 49_000)],
		["trades in a Kinesis record", measured("d", 120_000, { kinesisRecords: 20_000 })],
		["times (a)", measured("d", 29_000)],
		["times (b)", measured("d", 119_000)],
	])("are missed: %s", (what, of) => {
		expect(met(of)[what]).toBe(false);
	});

	test("are not met by a rate that takes more than a core", () => {
		const [target] = targetsOf(rowsOf([measured("d", 60_000, { cpuSeconds: 3 })]), "d");
		expect(target).toEqual({ what: "trades a second from one core", atLeast: 25_000, measured: 20_000 });
	});

	test("that nothing was measured for are left out", () => {
		expect(targetsOf(rowsOf([measured("d", 1000)]), "d").map(({ what }) => what)).toEqual([
			"trades a second from one core",
			"trades in a Kinesis record",
		]);
		expect(targetsOf(rowsOf(simple), "d")).toEqual([]);
	});
});

test("the table has a line for each way, against the simple ones", () => {
	const rows = rowsOf([measured("a", 1000), measured("b", 40_000), measured("d", 120_000)]);
	const lines = tableOf(rows, { d: "publish, aggregated" })
		.split("\n")
		.map((line) => line.split("|").map((cell) => cell.trim()));
	expect(lines).toHaveLength(5);
	expect(lines[4]?.slice(1, 8)).toEqual(["d", "publish, aggregated", "60,000", "60,000–60,000", "120", "3.0", "0.83"]);
	expect(new Set(lines.map((cells) => cells.length))).toHaveProperty("size", 1);
});
