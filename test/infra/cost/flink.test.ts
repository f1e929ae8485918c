import { expect, test } from "vitest";
import type { Capacity } from "../../../infra/cost/capacity.ts";
import { flinkLines } from "../../../infra/cost/flink.ts";
import { totalOf } from "../../../infra/cost/line.ts";
import { PRICES } from "../../../infra/cost/prices.ts";

const bill = (kpus: number) => flinkLines({ kpus } as Capacity, PRICES);

test("one KPU, and the one for orchestration", () => {
	expect(bill(1).map(({ what, quantity, price }) => [what, quantity, price])).toEqual([
		["1 KPU", 730, 0.11],
		["1 KPU for orchestration", 730, 0.11],
		["running storage", 50, 0.1],
		["snapshots", 1, 0.023],
	]);
	// 80.30 + 80.30 + 5.00 + 0.023
	expect(totalOf(bill(1))).toBeCloseTo(165.623, 9);
});

test("orchestration takes one KPU, however many there are, and has no running storage", () => {
	// 6 x 80.30 + 80.30 + 6 x 5 + 0.023
	expect(totalOf(bill(6))).toBeCloseTo(592.123, 9);
	expect(totalOf(bill(7)) - totalOf(bill(6))).toBeCloseTo(85.3, 9);
});
