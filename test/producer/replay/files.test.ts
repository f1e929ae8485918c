import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listFiles } from "../../../producer/replay/files.ts";
import { tempFolder } from "../support.ts";

const folderOf = (...names: string[]): string => {
	const folder = tempFolder();
	for (const name of names) writeFileSync(join(folder, name), "");
	return folder;
};

describe("the files of a replay", () => {
	test("are those named, in their order, there or not", async () => {
		expect(await listFiles(["b.csv", "no/a.parquet"])).toEqual(["b.csv", "no/a.parquet"]);
	});

	test("are all that a folder has, by name, but not those of its folders or of other kinds", async () => {
		const folder = folderOf("b.csv.gz", "a.jsonl", "c.NDJSON", "notes.txt", "d.csv.bak");
		mkdirSync(join(folder, "deeper.csv"));
		expect(await listFiles(["z.csv", folder])).toEqual([
			"z.csv",
			...["a.jsonl", "b.csv.gz", "c.NDJSON"].map((name) => join(folder, name)),
		]);
	});

	test("are none in a folder without any, which is an error", async () => {
		const folder = folderOf("notes.txt");
		await expect(listFiles([folder])).rejects.toThrow(
			`The folder ${folder} holds no file that ends in .csv or .jsonl (or that with .gz).`,
		);
	});

	test("are each there once", async () => {
		const folder = folderOf("a.csv", "b.csv");
		const file = join(folder, "..", folder.split("/").at(-1) as string, "b.csv");
		await expect(listFiles([folder, file])).rejects.toThrow(`${file} is named twice: its trades would be sent twice.`);
	});

	test("are at least one", async () => {
		await expect(listFiles([])).rejects.toThrow("A replay needs a file, or a folder of files.");
	});
});
