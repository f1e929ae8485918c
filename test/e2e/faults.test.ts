/** A feed that does wrong on purpose: the pipeline comes to exactly what its truth says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { query, resultOf, succeed, temporaryState } from "./cli.ts";

const FAULTS = "duplicates=1%,disorder=2s,late=0.5%,malformed=0.5%,burst=3x@10s";

interface Totals {
	records: number;
	trades: number;
	duplicates: number;
	late: number;
	malformed: number;
	disordered: number;
	symbols: Record<string, number>;
}

interface Fault {
	kind: string;
	trade_id?: string;
	payload?: string;
}

test("every duplicate, late and malformed record is counted as what it is, and every trade once", async () => {
	const state = temporaryState();
	try {
		const file = join(state.dir, "truth.jsonl");
		const feed = ["--count", "10000", "--rate", "250", "--faults", FAULTS, "--truth", file];
		const result = resultOf(await succeed(state.dir, ["up", "--once", "--no-page", ...feed]));
		const truth = readFileSync(file, "utf8")
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as Fault);
		const totals = truth.at(-1) as unknown as Totals;
		// The truth must hold something to be held against.
		expect(totals.trades).toBe(10_000);
		for (const kind of ["duplicates", "late", "malformed", "disordered"] as const)
			expect(totals[kind]).toBeGreaterThan(15);
		expect(totals.records).toBe(totals.trades + totals.duplicates + totals.late + totals.malformed);

		expect(result.duplicates).toBe(totals.duplicates);
		expect(result.rejects).toEqual({ malformed: totals.malformed, invalid: 0, late: totals.late });
		const bars = await query<{ symbol: string; trades: number }>(
			state.dir,
			"SELECT symbol, CAST(sum(trade_count) AS INTEGER) AS trades FROM bars WHERE interval = '1m' GROUP BY symbol",
		);
		expect(Object.fromEntries(bars.map(({ symbol, trades }) => [symbol, trades]))).toEqual(totals.symbols);

		const rejects = await query<{ reason: string; payload: string }>(state.dir, "SELECT reason, payload FROM rejects");
		const payloads = (reason: string) => rejects.filter((each) => each.reason === reason).map(({ payload }) => payload);
		const faults = (kind: string) => truth.filter((fault) => fault.kind === kind);
		expect(payloads("malformed").sort()).toEqual(
			faults("malformed")
				.map(({ payload }) => payload as string)
				.sort(),
		);
		const late = payloads("late").map((payload) => (JSON.parse(payload) as { trade_id: string }).trade_id);
		expect(late.sort()).toEqual(
			faults("late")
				.map(({ trade_id }) => trade_id as string)
				.sort(),
		);
	} finally {
		state.remove();
	}
});
