import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { targetOf, writeAnswer } from "../../../local/athena/answer.ts";
import { runSql } from "../../../local/query.ts";
import { memoryLake } from "../../sql/athena/lake.ts";
import { tempDir } from "../support.ts";

describe("where an answer goes", () => {
	test("is the terminal as a table unless something else is said", () => {
		expect(targetOf({})).toEqual({ format: "table", file: undefined });
		expect(targetOf({ format: "csv" })).toEqual({ format: "csv", file: undefined });
		expect(targetOf({ out: "/a/b.json" })).toEqual({ format: "json", file: "/a/b.json" });
		expect(targetOf({ out: "/a/b.json", format: "csv" })).toEqual({ format: "csv", file: "/a/b.json" });
		expect(targetOf({ out: "/a/answer" })).toEqual({ format: "table", file: "/a/answer" });
	});

	test("is never a terminal for Parquet", () => {
		expect(() => targetOf({ format: "parquet" })).toThrow("say where to with --out FILE");
		expect(targetOf({ out: "/a/b.parquet" })).toEqual({ format: "parquet", file: "/a/b.parquet" });
	});
});

describe("an answer", () => {
	const sql = "SELECT 'SPY' AS symbol, 167.5E0 AS price, TIMESTAMPTZ '2013-10-07 13:30:00+00' AS event_time -- the end";

	async function write(target: { format: "table" | "csv" | "json" | "parquet"; file?: string }, query = sql) {
		const lake = await memoryLake();
		const answer = { format: target.format, file: target.file };
		return { lake, said: await writeAnswer(answer, lake.connection, query, () => runSql(lake, query)) };
	}

	test("is printed in each format", async () => {
		expect((await write({ format: "csv" })).said).toBe("symbol,price,event_time\nSPY,167.5,2013-10-07T13:30:00.000Z");
		expect((await write({ format: "table" })).said).toContain("(1 row)");
		expect(JSON.parse((await write({ format: "json" })).said)).toEqual([
			{ symbol: "SPY", price: 167.5, event_time: "2013-10-07T13:30:00.000Z" },
		]);
	});

	test("is written to a file, with a newline at its end, and how much is said", async () => {
		const file = join(tempDir(), "answer.csv");
		expect((await write({ format: "csv", file })).said).toBe(`1 row written to ${file}`);
		expect(readFileSync(file, "utf8")).toBe("symbol,price,event_time\nSPY,167.5,2013-10-07T13:30:00.000Z\n");
	});

	test("as Parquet keeps its types", async () => {
		const file = join(tempDir(), "it's.parquet");
		const { lake, said } = await write({ format: "parquet", file });
		expect(said).toBe(`1 row written to ${file}`);
		const read = `FROM '${file.replaceAll("'", "''")}'`;
		expect((await runSql(lake, `SELECT * ${read}`)).rows).toEqual([["SPY", 167.5, "2013-10-07T13:30:00.000Z"]]);
		const types = await runSql(lake, `SELECT column_type FROM (DESCRIBE SELECT * ${read})`);
		expect(types.rows.flat()).toEqual(["VARCHAR", "DOUBLE", "TIMESTAMP WITH TIME ZONE"]);
	});

	test("that cannot be written is told with its place", async () => {
		const file = join(tempDir(), "missing", "answer.csv");
		await expect(write({ format: "csv", file })).rejects.toThrow(`The answer could not be written to ${file}: ENOENT`);
		const parquet = join(tempDir(), "missing", "answer.parquet");
		await expect(write({ format: "parquet", file: parquet })).rejects.toThrow(`could not be written to ${parquet}`);
	});

	test("of a query with a mistake says the mistake", async () => {
		const file = join(tempDir(), "answer.csv");
		await expect(write({ format: "csv", file }, "SELECT * FROM trade")).rejects.toThrow("The tables there are: ");
	});
});
