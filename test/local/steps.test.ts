import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startProgress } from "../../local/progress.ts";
import { hashFiles, isMade, makeStep, type Step } from "../../local/steps.ts";
import { tempDir } from "./support.ts";

function counted(inputs: string[] = ["v1"]) {
	const lines: string[] = [];
	const made: string[] = [];
	const step: Step = {
		name: "thing",
		title: "Making the thing",
		inputs,
		async make(dir) {
			made.push(dir);
			writeFileSync(join(dir, "thing.txt"), `made from ${inputs}`);
		},
	};
	return { step, made, lines, progress: startProgress((line) => lines.push(line)) };
}

describe("a step", () => {
	test("is made once, and skipped without a word while its inputs are the same", async () => {
		const tools = tempDir();
		const { step, made, lines, progress } = counted();
		expect(isMade(step, tools)).toBe(false);
		await makeStep(step, tools, progress);
		expect(isMade(step, tools)).toBe(true);
		expect(lines).toHaveLength(2);
		await makeStep(step, tools, progress);
		expect(made).toHaveLength(1);
		expect(lines).toHaveLength(2);
		expect(readFileSync(join(tools, "thing", "thing.txt"), "utf8")).toBe("made from v1");
	});

	test("is made again when an input changes, with nothing left of what was there", async () => {
		const tools = tempDir();
		const first = counted(["v1"]);
		await makeStep(first.step, tools, first.progress);
		writeFileSync(join(tools, "thing", "old.txt"), "of v1");
		const second = counted(["v2"]);
		expect(isMade(second.step, tools)).toBe(false);
		await makeStep(second.step, tools, second.progress);
		expect(readdirSync(join(tools, "thing")).sort()).toEqual([".stamp", "thing.txt"]);
		expect(isMade(first.step, tools)).toBe(false);
	});

	test("that fails leaves nothing half-made, and keeps what was made before", async () => {
		const tools = tempDir();
		const first = counted(["v1"]);
		await makeStep(first.step, tools, first.progress);
		const failing: Step = {
			...counted(["v2"]).step,
			async make(dir) {
				writeFileSync(join(dir, "half.txt"), "");
				throw new Error("no space left");
			},
		};
		await expect(makeStep(failing, tools, first.progress)).rejects.toThrow("no space left");
		expect(isMade(failing, tools)).toBe(false);
		expect(readdirSync(tools).sort()).toEqual(["thing"]);
		expect(isMade(first.step, tools)).toBe(true);
	});

	test("that was killed in the middle is made from the beginning", async () => {
		const tools = tempDir();
		mkdirSync(join(tools, ".thing.new"));
		writeFileSync(join(tools, ".thing.new", "half.txt"), "");
		const { step, progress } = counted();
		await makeStep(step, tools, progress);
		expect(existsSync(join(tools, "thing", "half.txt"))).toBe(false);
	});

	test("without its stamp does not count as made", async () => {
		const tools = tempDir();
		mkdirSync(join(tools, "thing"));
		const { step, made, progress } = counted();
		await makeStep(step, tools, progress);
		expect(made).toHaveLength(1);
	});
});

describe("the hash of files", () => {
	test("follows names and contents of everything below", () => {
		const dir = tempDir();
		mkdirSync(join(dir, "src", "deep"), { recursive: true });
		writeFileSync(join(dir, "pom.xml"), "<project/>");
		writeFileSync(join(dir, "src", "deep", "A.java"), "class A {}");
		const before = hashFiles(dir, "pom.xml", "src");
		expect(hashFiles(dir, "src", "pom.xml")).toBe(before);
		writeFileSync(join(dir, "src", "deep", "A.java"), "class B {}");
		const changed = hashFiles(dir, "pom.xml", "src");
		expect(changed).not.toBe(before);
		writeFileSync(join(dir, "src", "B.java"), "");
		expect(hashFiles(dir, "pom.xml", "src")).not.toBe(changed);
	});

	test("leaves out what is not asked for, and what is not there", () => {
		const dir = tempDir();
		writeFileSync(join(dir, "pom.xml"), "<project/>");
		const before = hashFiles(dir, "pom.xml", "src");
		writeFileSync(join(dir, "other"), "");
		expect(hashFiles(dir, "pom.xml", "src")).toBe(before);
	});
});
