import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { casesDir, readCaseFile, readCases } from "../../../sql/workbench/cases.ts";
import { sqlDir } from "../../../sql/workbench/properties.ts";
import { tempDir } from "../../local/support.ts";

function caseFile(text: string, more: Record<string, string> = {}): string {
	const dir = tempDir();
	for (const [name, content] of Object.entries({ "a.yaml": text, ...more })) writeFileSync(join(dir, name), content);
	return join(dir, "a.yaml");
}

const SMALL = `
cases:
  - name: one
    given:
      trades:
        - { symbol: A, price: 1.5, event_time: 09:30:01.5 }
        - '{"symbol":'
        - { record: "{}", arrived_at: 09:30, shard: all }
    expect:
      bars: []
`;

test("a case has its defaults, and each row the place where it stands", () => {
	const path = caseFile(SMALL);
	const [one] = readCaseFile(path);
	expect(one).toMatchObject({
		name: "one",
		place: `${path}:3`,
		date: "2024-01-02",
		order: "any",
		batch: true,
		parallelism: true,
		lateness: 2,
		shards: 1,
		expect: { bars: [] },
	});
	expect(one?.given.trades).toEqual([
		{ place: `${path}:6`, values: { symbol: "A", price: 1.5, event_time: "09:30:01.5" } },
		{ place: `${path}:7`, values: {}, record: '{"symbol":' },
		{ place: `${path}:8`, values: { arrived_at: "09:30" }, record: "{}", shard: "all" },
	]);
});

test("infinity is a value", () => {
	const [one] = readCaseFile(caseFile(SMALL.replace("1.5,", ".inf,")));
	expect(one?.given.trades?.[0]?.values.price).toBe(Number.POSITIVE_INFINITY);
});

test("rows can stand in a file of their own, one a line", () => {
	const text = SMALL.replace(/given:[\s\S]*expect/, "given: { trades: { file: rows.jsonl } }\n    expect");
	const path = caseFile(text, { "rows.jsonl": '{"symbol":"A"}\n\n{"symbol":"B","shard":1}\n' });
	const rows = path.replace("a.yaml", "rows.jsonl");
	expect(readCaseFile(path)[0]?.given.trades).toEqual([
		{ place: `${rows}:1`, values: { symbol: "A" } },
		{ place: `${rows}:3`, values: { symbol: "B" }, shard: 1 },
	]);
});

test.each([
	["an unknown key", SMALL.replace("name: one", "name: one\n    ordr: any"), /a\.yaml:3: .*ordr/],
	["a wrong value", SMALL.replace("name: one", "name: one\n    order: none"), /a\.yaml:4: order: .*any/],
	["a case without a name", SMALL.replace("- name: one", "- batch: true"), /a\.yaml:3: name: /],
	["no cases", "date: 2024-01-02", /a\.yaml:1: .*/],
	["a date that is none", `date: today\n${SMALL}`, /a\.yaml:1: .*date/i],
	["YAML that is none", "cases: [", /a\.yaml:1: /],
	["an expected record", SMALL.replace("bars: []", "bars:\n        - text"), /a\.yaml:11: expect\.bars/],
	["a shard that is none", SMALL.replace("shard: all", "shard: -1"), /a\.yaml:8: shard is a number from 0/],
	[
		"a missing file of rows",
		SMALL.replace("bars: []", "bars: { file: no.jsonl }"),
		/a\.yaml:10: there is no file .*no\.jsonl/,
	],
])("%s is an error with its place", (_, text, message) => {
	expect(() => readCaseFile(caseFile(text))).toThrow(message);
});

test("a line of a file of rows that is no row is an error with its place", () => {
	const text = SMALL.replace("bars: []", "bars: { file: rows.jsonl }");
	expect(() => readCaseFile(caseFile(text, { "rows.jsonl": "{}\n[1]\n" }))).toThrow(
		/rows\.jsonl:2: this line is no row.*\[1\]/,
	);
});

test("all cases of a directory, in the order of the files", () => {
	const dir = tempDir();
	writeFileSync(join(dir, "b.yaml"), SMALL.replace("one", "second"));
	writeFileSync(join(dir, "a.yml"), SMALL.replace("one", "first"));
	writeFileSync(join(dir, "notes.txt"), "no cases");
	expect(readCases(dir).map(({ name }) => name)).toEqual(["first", "second"]);
	mkdirSync(join(dir, "empty"));
	expect(() => readCases(join(dir, "empty"))).toThrow(/has no cases: write one/);
	expect(() => readCases(join(dir, "nowhere"))).toThrow(/has no cases/);
});

test("another SQL directory brings its own cases", () => {
	expect(casesDir(sqlDir)).toMatch(/test\/sql\/cases$/);
	expect(casesDir("/examples/sensors")).toBe("/examples/sensors/cases");
});
