import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { offlineProperties, sqlDir } from "../../../sql/workbench/properties.ts";

function directory(properties?: string): string {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-properties-"));
	onTestFinished(() => rmSync(dir, { recursive: true }));
	if (properties !== undefined) writeFileSync(join(dir, "properties.json"), properties);
	return dir;
}

test("every placeholder of the repository's SQL has a value, and every value a placeholder", () => {
	const texts = ["1_sources", "3_sinks"].flatMap((folder) =>
		readdirSync(join(sqlDir, folder), { recursive: true, encoding: "utf8" })
			.filter((path) => path.endsWith(".sql"))
			.map((path) => readFileSync(join(sqlDir, folder, path), "utf8")),
	);
	const used = new Set([...texts.join("\n").matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
	expect(Object.keys(offlineProperties()).sort()).toEqual([...used].sort());
});

test("the lateness is the configuration's, and nothing is reached at the addresses", () => {
	expect(offlineProperties(sqlDir, { lateness: 0.5 })).toMatchObject({ LATENESS_SECONDS: "0.5" });
	expect(offlineProperties()).toMatchObject({ KINESIS_ENDPOINT: "http://127.0.0.1:9", LATENESS_SECONDS: "2" });
});

test("another directory says its own", () => {
	expect(offlineProperties(directory('{"STREAM": "readings"}'))).toEqual({ STREAM: "readings" });
	expect(offlineProperties(directory())).toEqual(offlineProperties());
});

test.each([
	["{", "is no JSON"],
	['{"A": 1}', "A is no text"],
	["[]", "this is no object"],
])("%s is refused", (text, message) => {
	const dir = directory(text);
	expect(() => offlineProperties(dir)).toThrow(message);
	expect(() => offlineProperties(dir)).toThrow(join(dir, "properties.json"));
});
