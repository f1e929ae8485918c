import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, onTestFinished, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { query, runSql } from "../../local/query.ts";
import { tempDir, useState } from "./support.ts";

async function lakeWith(sql: string) {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	onTestFinished(() => {
		connection.closeSync();
		instance.closeSync();
	});
	await connection.run(sql);
	return { connection, tables: ["bars", "trades"] };
}

describe("SQL over the lake", () => {
	test("gives the rows of the last statement", async () => {
		const lake = await lakeWith("CREATE TABLE bars AS SELECT 'SPY' AS symbol, 167.5 AS close");
		expect(await runSql(lake, "SET threads = 1; SELECT symbol, close FROM bars;")).toEqual({
			columns: ["symbol", "close"],
			rows: [["SPY", 167.5]],
		});
	});

	test("with a mistake is told with its place", async () => {
		const lake = await lakeWith("SELECT 1");
		const run = runSql(lake, "SELECT *\nFRM bars");
		await expect(run).rejects.toSatisfy(isUserError);
		await expect(run).rejects.toThrow(/syntax error at or near "bars".*LINE 2: FRM bars\n *\^/s);
	});

	test("over a table that is not there names those that are", async () => {
		const lake = await lakeWith("CREATE TABLE bars (close DOUBLE)");
		await expect(runSql(lake, "SELECT * FROM bar")).rejects.toThrow(
			/bar does not exist.*The tables there are: bars, trades$/s,
		);
		await expect(runSql({ ...lake, tables: [] }, "SELECT * FROM bar")).rejects.toThrow(
			"The tables there are: none yet",
		);
	});

	test("over a column that is not there says so without a list of tables", async () => {
		const lake = await lakeWith("CREATE TABLE bars (close DOUBLE)");
		const run = runSql(lake, "SELECT closing FROM bars");
		await expect(run).rejects.toThrow('Referenced column "closing" not found');
		await expect(run).rejects.not.toThrow("The tables there are");
	});
});

describe("tidemark query refuses, before it looks for a stack,", () => {
	test("no SQL at all, and both kinds at once", async () => {
		await expect(query(undefined, {})).rejects.toThrow('Give SQL, such as tidemark query "SELECT * FROM bars"');
		await expect(query("SELECT 1", { file: "a.sql" })).rejects.toThrow("Give the SQL itself or --file, not both");
	});

	test("a file that is not there, or is empty", async () => {
		const file = join(tempDir(), "a.sql");
		await expect(query(undefined, { file })).rejects.toThrow(`The file ${file} cannot be read: ENOENT`);
		writeFileSync(file, " \n");
		await expect(query(undefined, { file })).rejects.toThrow(`The file ${file} is empty`);
		await expect(query("  ", {})).rejects.toThrow("The SQL is empty");
	});

	test("two formats", async () => {
		await expect(query("SELECT 1", { json: true, csv: true })).rejects.toThrow("Choose one of --json and --csv");
	});
});

test("tidemark query says how to get something to read where there is nothing", async () => {
	useState(tempDir());
	await expect(query("SELECT 1", {})).rejects.toThrow("There is nothing to read yet");
});
