import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	changedFiles,
	isJobFile,
	isSameRelease,
	keepRelease,
	type Release,
	readRelease,
	readSqlFiles,
} from "../../local/release.ts";
import { placesIn } from "../../local/stack.ts";
import { tempDir } from "./support.ts";

const release: Release = {
	sql: { "2_views/a.sql": "CREATE VIEW a AS SELECT 1;", "3_sinks/lake/b.sql": "-- b", "4_job.sql": "job" },
	properties: { LATENESS_SECONDS: "2" },
	runner: "stamp",
	highest: 81,
	at: "2026-11-22T09:30:00.000Z",
};

function write(dir: string, path: string, text: string): void {
	mkdirSync(dirname(join(dir, path)), { recursive: true });
	writeFileSync(join(dir, path), text);
}

describe("a stack's release", () => {
	test("comes back as it was kept, with its SQL as files", () => {
		const dir = tempDir();
		expect(readRelease(dir)).toBeUndefined();
		keepRelease(dir, '{"nodes":[]}', release);
		const kept = readRelease(dir);
		expect(kept?.release).toEqual(release);
		expect(kept?.plan).toBe('{"nodes":[]}');
		expect(readSqlFiles(kept?.sqlDir ?? "")).toEqual(release.sql);
	});

	test("is replaced whole: no file of the one before stays", () => {
		const dir = tempDir();
		keepRelease(dir, "1", release);
		keepRelease(dir, "2", { ...release, sql: { "4_job.sql": "other" } });
		expect(readRelease(dir)?.release.sql).toEqual({ "4_job.sql": "other" });
		expect(readdirSync(placesIn(dir).flink)).toEqual(["release"]);
	});

	test("survives a writer that was killed half-way", () => {
		const dir = tempDir();
		keepRelease(dir, "1", release);
		write(`${placesIn(dir).release}.new`, "plan.json", "half");
		expect(readRelease(dir)?.plan).toBe("1");
		keepRelease(dir, "2", release);
		expect(readRelease(dir)?.plan).toBe("2");
		expect(existsSync(`${placesIn(dir).release}.new`)).toBe(false);
	});
});

describe("two releases are the same", () => {
	test("whatever the order of their files and properties, and whenever they were made", () => {
		const turned = {
			...release,
			sql: Object.fromEntries(Object.entries(release.sql).reverse()),
			at: "later",
			highest: 1,
		};
		expect(isSameRelease(release, turned)).toBe(true);
	});

	test.each([
		["a file's text", { sql: { ...release.sql, "4_job.sql": "changed" } }],
		["a file more", { sql: { ...release.sql, "2_views/c.sql": "" } }],
		["a property", { properties: { LATENESS_SECONDS: "5" } }],
		["the runner", { runner: "other" }],
	])("unless %s differs", (_, change) => {
		expect(isSameRelease(release, { ...release, ...change })).toBe(false);
	});
});

describe("the job's files", () => {
	test("are those of the four places, by path", () => {
		const dir = tempDir();
		const files = { "1_sources/t.sql": "t", "2_views/v.sql": "v", "3_sinks/lake/s.sql": "s", "4_job.sql": "j" };
		for (const [path, text] of Object.entries(files)) write(dir, path, text);
		for (const path of ["README.md", "runner/x.sql", "2_views/notes.md", "athena/q.sql", "4_job.sql~"])
			write(dir, path, "x");
		expect(readSqlFiles(dir)).toEqual(files);
		expect(() => readSqlFiles(join(dir, "none"))).toThrow(`There is no SQL directory ${join(dir, "none")}`);
	});

	test.each([
		["2_views/bars.sql", true],
		["3_sinks/lake/bars.sql", true],
		["4_job.sql", true],
		["2_views\\bars.sql", true],
		["x/4_job.sql", false],
		["2_views/.bars.sql.swp", false],
		["cases/bars.sql", false],
	])("%s: %s", (path, is) => {
		expect(isJobFile(path)).toBe(is);
	});

	test("that changed are those with another text, new ones and removed ones", () => {
		expect(changedFiles({ a: "1", b: "1", c: "1" }, { a: "1", b: "2", d: "1" })).toEqual(["b", "c", "d"]);
		expect(changedFiles({ a: "1" }, { a: "1" })).toEqual([]);
	});
});
