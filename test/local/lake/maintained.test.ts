import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { catalogOf, choose, type Figures, type Maintained } from "../../../local/lake/maintain.ts";
import { size } from "../../../local/lake/maintain-command.ts";
import { sayBytes, sayMaintained } from "../../../local/lake/maintained.ts";

const before: Figures = {
	files: 2_400,
	partitions: 2,
	mostFilesInPartition: 2_000,
	bytes: 5_300_000,
	rows: 120_000,
	snapshots: 2_400,
	manifests: 99,
	metadataBytes: 2_100_000,
};
const after: Figures = {
	...before,
	files: 3,
	mostFilesInPartition: 2,
	bytes: 1_900_000,
	snapshots: 40,
	manifests: 2,
	metadataBytes: 42_000,
};

describe("what became of the tables", () => {
	test("is a table of before and after", () => {
		const lines = sayMaintained([{ table: "trades", before, after, seconds: 12.34 }]).split("\n");
		expect(lines).toHaveLength(3);
		expect(lines[0]?.split(/ {2,}/)).toEqual([
			"table",
			"files",
			"most a partition",
			"data",
			"snapshots",
			"manifests",
			"metadata",
			"rows",
			"seconds",
		]);
		expect(lines[2]?.split(/ {2,}/)).toEqual([
			"trades",
			"2400 → 3",
			"2000 → 2",
			"5.3 MB → 1.9 MB",
			"2400 → 40",
			"99 → 2",
			"2.1 MB → 42 kB",
			"120000 → 120000",
			"12.3",
		]);
	});

	test("says what is left for the next time, and what failed", () => {
		const all: Maintained[] = [
			{ table: "bars", before, after, seconds: 1, leftGroups: 2 },
			{ table: "hits", failed: "java.lang.IllegalStateException: no" },
		];
		const text = sayMaintained(all);
		expect(text).toContain("bars: 2 groups of files were changed by others meanwhile; run it again");
		expect(text.endsWith("hits failed: java.lang.IllegalStateException: no")).toBe(true);
		expect(sayMaintained([all[1] as Maintained])).toBe("hits failed: java.lang.IllegalStateException: no");
	});

	test("is what would be done, of a dry run", () => {
		const lines = sayMaintained([{ table: "trades", before, rewrittenFiles: 2_399, expiredSnapshots: 2_360 }]).split(
			"\n",
		);
		expect(lines[0]).toContain("would be compacted");
		expect(lines[2]?.split(/ {2,}/)).toEqual(["trades", "2400", "2000", "2399", "2400", "2360"]);
	});
});

test.each([
	[0, "0 B"],
	[999, "999 B"],
	[1_000, "1 kB"],
	[5_349, "5.3 kB"],
	[123_456, "123 kB"],
	[1_234_567, "1.2 MB"],
	[12_345_678_901_234, "12 TB"],
	[1_234_000_000_000_000, "1234 TB"],
])("%i bytes are %s", (bytes, text) => {
	expect(sayBytes(bytes)).toBe(text);
});

describe("the size of files", () => {
	test.each([
		["128MB", 128_000_000],
		["1 MB", 1_000_000],
		["0.5gb", 500_000_000],
		["2000kB", 2_000_000],
	])("%s is %i bytes", (text, bytes) => {
		expect(size(text)).toBe(bytes);
	});

	test.each(["128", "MB", "0.5MB", "11GB", "128MiB", "-1MB"])("%s is none", (text) => {
		expect(() => size(text)).toThrow(InvalidArgumentError);
	});
});

describe("the tables that are asked for", () => {
	test("are all where none is", () => {
		expect(choose([], ["bars", "trades"], "live")).toEqual(["bars", "trades"]);
	});

	test("are called as in SQL or without the database, each once", () => {
		expect(choose(["lake.trades", "trades"], ["bars", "trades"], "live")).toEqual(["trades"]);
	});

	test("have to be there", () => {
		expect(() => choose(["bar", "bars", "trade"], ["bars", "trades"], "live")).toThrow(
			"The lake of live has no table bar, trade. There are: bars, trades",
		);
		expect(() => choose([], [], "live")).toThrow("has no tables yet");
	});
});

test("the catalog is the emulator's, and nothing of it is AWS' own", () => {
	const catalog = catalogOf("http://127.0.0.1:4566", "lake-bucket");
	expect(catalog["glue.endpoint"]).toBe("http://127.0.0.1:4566");
	expect(catalog["s3.endpoint"]).toBe("http://127.0.0.1:4566");
	expect(catalog.warehouse).toBe("s3://lake-bucket/lake");
});
