import { expect, test } from "vitest";
import { perRecordCost, perRecordLines } from "../../../infra/cost/per_record.ts";
import { demand } from "./demand.ts";

test("100 trades/s, a call and five writes for each: 262.8 million a month", () => {
	const bill = new Map(perRecordLines(demand({ tradesPerSecond: 100 })).map(({ what, monthly }) => [what, monthly]));
	expect(bill.get("1 stream on demand")).toBeCloseTo(29.2, 9);
	expect(bill.get("written, each record rounded up to 1 KB")).toBeCloseTo((262_800_000 / 1_048_576) * 0.08, 6);
	expect(bill.get("read once")).toBeCloseTo(((262_800_000 * 155) / 1_073_741_824) * 0.04, 6);
	expect(bill.get("a call for each trade")).toBeCloseTo(52.56, 6);
	// 20 ms, and 1.4 + 0.044 ms of CPU at 512/1769: 24.98913 ms at half a GB.
	expect(bill.get("at 0.5 GB, ARM")).toBeCloseTo(262.8 * 0.01249456640625 * 13.3334, 4);
	expect(bill.get("four bars and the latest price")).toBeCloseTo(262.8 * 5 * 0.625, 6);
	expect(bill.size).toBe(6);
	expect(perRecordCost(demand({ tradesPerSecond: 100 }))).toBeCloseTo(
		[...bill.values()].reduce((a, b) => a + b),
		9,
	);
});

test("it costs in proportion to the trades, and nothing but the stream without them", () => {
	const [none, one, ten] = [0, 1, 10].map((tradesPerSecond) => perRecordCost(demand({ tradesPerSecond })));
	expect(none).toBeCloseTo(29.2, 9);
	expect((ten ?? 0) - 29.2).toBeCloseTo(10 * ((one ?? 0) - 29.2), 6);
});
