/** The tests that share a process must not change what others in it see. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../local/paths.ts";
import { FUNCTIONS } from "../vitest.config.ts";

const files = globSync(FUNCTIONS, { cwd: root });

test("each of their folders is there", () => {
	expect(FUNCTIONS.filter((pattern) => globSync(pattern, { cwd: root }).length === 0)).toEqual([]);
	expect(files.length).toBeGreaterThan(80);
});

test("they replace no module, and start no emulator, no browser and no command", () => {
	const harmful =
		/\bvi\.(mock|doMock|stubGlobal)\(|process\.chdir\(|support\/emulator\.ts|page\/browser\.ts|e2e\/cli\.ts/;
	expect(files.filter((file) => harmful.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});

test("they put the clock back, and what they set in the environment", () => {
	const texts = files.map((file) => [file, readFileSync(join(root, file), "utf8")] as const);
	const without = (does: RegExp, undoes: RegExp) =>
		texts.filter(([, text]) => does.test(text) && !undoes.test(text)).map(([file]) => file);
	expect(without(/useFakeTimers\(/, /useRealTimers\(/)).toEqual([]);
	expect(without(/process\.env\.\w+ = /, /afterEach\(|onTestFinished\(/)).toEqual([]);
});
