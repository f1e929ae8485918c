import { describe, expect, test } from "vitest";
import { loadOf } from "../../../infra/cost/load.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { storeLines, tableLines } from "../../../infra/cost/stores.ts";
import { demand } from "./demand.ts";

const bill = (...asked: Parameters<typeof demand>) => storeLines(demand(...asked), loadOf(demand(...asked)), PRICES);

describe("time-series stores", () => {
	test("none", () => {
		expect(bill({ stores: [] })).toEqual([]);
		expect(bill({ stores: ["dynamodb"] })).toEqual([]);
	});

	test("InfluxDB is an instance all month and 20 GB, whatever the rate", () => {
		const lines = bill();
		expect(lines.map(({ quantity, unit }) => [quantity, unit])).toEqual([
			[730, "db.influx.medium hour"],
			[20, "GB-month"],
			[2_920, "endpoint-hour in a zone"],
		]);
		expect(lines.reduce((sum, { monthly }) => sum + monthly, 0)).toBeCloseTo(94.9 + 2 + 29.2, 9);
	});

	test("InfluxDB's storage grows with many symbols", () => {
		const asked = demand({ symbols: 10_000, tradesPerSecond: 1_000_000 });
		// 10,000 x 73.041667 x 730 bars of 60 bytes
		expect(storeLines(asked, loadOf(asked), PRICES)[1]?.quantity).toBeCloseTo(
			(10_000 * 73.0416666667 * 730 * 60) / 1_073_741_824,
			4,
		);
	});

	test("LiveAnalytics counts KiB that the bars of a minute share, and keeps them in memory for a day", () => {
		const [writes, memory, magnetic] = bill({ stores: ["live-analytics"] });
		// 121.7 bars x 0.152 = 18.5: 19 writes a minute, 43,800 minutes.
		expect(writes?.quantity).toBeCloseTo(0.8322, 9);
		expect(writes?.monthly).toBeCloseTo(0.4161, 9);
		// 5,332,041.7 bars x 175 bytes = 0.869025 GB, 24 hours each.
		const gb = (100 * 73.0416666667 * 730 * 175) / 1_073_741_824;
		expect(memory?.monthly).toBeCloseTo(gb * 24 * 0.036, 6);
		expect(magnetic?.monthly).toBeCloseTo(gb * 0.03, 6);
		expect(bill({ stores: ["live-analytics"] }, { memoryStoreHours: 48 })[1]?.quantity).toBeCloseTo(gb * 48, 6);
	});
});

describe("DynamoDB", () => {
	const asked = demand({ stores: [] });
	const load = { ...loadOf(asked), ticks: 100_000_000, bars: 4_000_000, hits: 20_000, alerts: 4_000 };

	test("a write for each tick, and a read and a write of a state for each bar and hit", () => {
		const [latest, states, reads, ...more] = tableLines(asked, load, PRICES);
		expect(more).toEqual([]);
		expect(latest?.monthly).toBeCloseTo(62.5, 9);
		// 4,020,000 states and 5 for each of 4,000 notifications
		expect(states?.quantity).toBeCloseTo(4.04, 9);
		expect(states?.monthly).toBeCloseTo(2.525, 9);
		// 4,020,000 reads; 43,800 looks over 100 x 301 bytes: 8 x 4 KiB, half a unit each.
		expect(reads?.quantity).toBeCloseTo(4.02 + 0.1752, 9);
	});

	test("the history is a write for each bar, kept for 90 days", () => {
		const lines = tableLines({ ...asked, stores: ["dynamodb"] }, load, PRICES);
		expect(lines.at(-2)).toMatchObject({ what: "history", quantity: 4 });
		// 4,000,000 x 512 bytes a month, for 90 / 30.41667 months
		expect(lines.at(-1)?.quantity).toBeCloseTo((1.9073486328125 * 90 * 24) / 730, 6);
	});

	test("and for each tick where they are kept", () => {
		const { config } = demand({}, { historyTicks: true });
		expect(tableLines({ ...asked, config, stores: ["dynamodb"] }, load, PRICES).at(-2)?.quantity).toBe(104);
	});
});
