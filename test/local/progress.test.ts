import { expect, test } from "vitest";
import { startProgress } from "../../local/progress.ts";

function recorded() {
	const lines: string[] = [];
	return { lines, progress: startProgress((line) => lines.push(line)) };
}

test("each line has the seconds since the start", () => {
	const { lines, progress } = recorded();
	progress.say("hello");
	expect(lines).toEqual([expect.stringMatching(/^ {3}\d\.\d s {2}hello\n$/)]);
});

test("a step says that it began and how long it took, and gives its result", async () => {
	const { lines, progress } = recorded();
	const result = await progress.step("Counting", async () => 42);
	expect(result).toBe(42);
	expect(lines.map((line) => line.trim().replace(/\d+\.\d s/g, "T"))).toEqual([
		"T  Counting …",
		"T  Counting: done in T",
	]);
});

test("a step that fails says so and throws what it threw", async () => {
	const { lines, progress } = recorded();
	const error = new Error("no");
	await expect(progress.step("Counting", () => Promise.reject(error))).rejects.toBe(error);
	expect(lines.at(-1)).toMatch(/Counting: failed after \d+\.\d s/);
});

test("seconds go on", async () => {
	const { progress } = recorded();
	const before = progress.seconds();
	await new Promise((resolve) => setTimeout(resolve, 15));
	expect(progress.seconds() - before).toBeGreaterThanOrEqual(0.01);
});
