import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../../../producer/errors.ts";
import type { Given } from "../../../producer/synthetic/faults.ts";
import { Truth } from "../../../producer/synthetic/truth.ts";

const dir = mkdtempSync(join(tmpdir(), "truth-"));
afterAll(() => rmSync(dir, { recursive: true }));
const START = Date.parse("2026-03-02T15:00:00.000Z");
const lines = (file: string) =>
	readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));

function given(kind: Given["kind"], key: string, ms: number, more: Partial<Given> = {}): Given {
	const eventTime = START + ms;
	const record = { key, time: kind === "late" ? undefined : eventTime, data: Buffer.from(`{"of":"${key}"}`) };
	return { kind, due: eventTime, tradeId: `${key}-${ms}`, eventTime, record, ...more };
}
const broken = given("malformed", "B", 0, { tradeId: undefined, eventTime: undefined, detail: "cut off" });

describe("the truth", () => {
	test("has a line for the run, one a fault, and the counts at the end", () => {
		const file = join(dir, "all.jsonl");
		const truth = new Truth(file);
		truth.begin({ seed: 7 });
		truth.gave([given("trade", "B", 5), given("trade", "A", 2), given("duplicate", "B", 5)]);
		truth.gave([given("trade", "B", 9), broken, given("late", "A", -900_000)]);
		truth.end();
		expect(lines(file)).toEqual([
			{ kind: "run", seed: 7 },
			{ kind: "duplicate", symbol: "B", trade_id: "B-5", event_time: "2026-03-02T15:00:00.005Z" },
			{ kind: "malformed", symbol: "B", detail: "cut off", payload: '{"of":"B"}' },
			{ kind: "late", symbol: "A", trade_id: "A--900000", event_time: "2026-03-02T14:45:00.000Z" },
			{
				kind: "totals",
				...{ records: 6, trades: 3, duplicates: 1, late: 1, malformed: 1, disordered: 1 },
				...{ first_event_time: "2026-03-02T15:00:00.002Z", last_event_time: "2026-03-02T15:00:00.009Z" },
				symbols: { A: 1, B: 2 },
			},
		]);
	});

	test("is in the file as soon as it was given, and replaces what was there", () => {
		const file = join(dir, "soon.jsonl");
		writeFileSync(file, "of an earlier run\n");
		const truth = new Truth(file);
		truth.gave([broken]);
		expect(lines(file)).toHaveLength(1);
		truth.gave([given("trade", "A", 1)]);
		expect(lines(file)).toHaveLength(1);
		truth.end();
		truth.end();
		expect(lines(file)).toHaveLength(2);
	});

	test("counts without a file, nothing included", () => {
		expect(new Truth().totals()).toMatchObject({ records: 0, trades: 0, first_event_time: null, symbols: {} });
	});

	test("says where it cannot be written", () => {
		const file = join(dir, "nowhere", "truth.jsonl");
		expect(() => new Truth(file)).toThrow(UserError);
		expect(() => new Truth(file)).toThrow(`--truth: cannot write ${file}: `);
		expect(() => new Truth(dir)).toThrow(/--truth: cannot write .*EISDIR/);
	});

	test("says so if the disk is full", () => {
		const truth = new Truth("/dev/full");
		expect(() => truth.gave([broken])).toThrow(/--truth: cannot write \/dev\/full: .*ENOSPC/);
		expect(() => truth.end()).toThrow(/ENOSPC/);
	});
});
