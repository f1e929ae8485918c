import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastLines } from "../../local/log.ts";
import { tempDir } from "./support.ts";

test("the last lines are those that say something", () => {
	const file = join(tempDir(), "a.log");
	writeFileSync(file, "one\n\ntwo\r\n   \nthree\n\n");
	expect(lastLines(file, 2)).toEqual(["two", "three"]);
	expect(lastLines(file, 10)).toEqual(["one", "two", "three"]);
});

test("a log of any size is read from its end", () => {
	const file = join(tempDir(), "a.log");
	const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} of a log that is longer than what is read`);
	writeFileSync(file, lines.join("\n"));
	expect(lastLines(file, 3)).toEqual(lines.slice(-3));
});

test("no file and an empty file have no lines", () => {
	const file = join(tempDir(), "a.log");
	expect(lastLines(file, 3)).toEqual([]);
	writeFileSync(file, "");
	expect(lastLines(file, 3)).toEqual([]);
});
