import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { athenaCommand, list } from "../../../local/athena/command.ts";
import { namedQueries } from "../../../sql/athena/named.ts";
import { tempDir, useState } from "../support.ts";

/** Runs the command on a machine without any stack. */
async function run(...args: string[]): Promise<void> {
	useState(tempDir());
	const command = athenaCommand();
	command.exitOverride().configureOutput({ writeErr: () => {} });
	await command.parseAsync(args, { from: "user" });
}

/** A file with this text. */
function file(text: string): string {
	const path = join(tempDir(), "own.sql");
	writeFileSync(path, text);
	return path;
}

describe("tidemark athena refuses", () => {
	test.each([
		[["nothing"], "There is no file nothing, and no query of that name in sql/athena: daily_ohlc, data_quality"],
		[["."], "The file . cannot be read"],
		[["vwap", "--param", "zone=a"], "There is no parameter zone in this query. It has time_zone, from_day"],
		[["vwap", "--param", "from_day=today"], 'The parameter from_day is "today", but it is a DATE'],
		[["gaps", "--param", "least_minutes=1.5"], 'least_minutes is "1.5", but it is a BIGINT'],
		[["vwap", "--param", "from_day"], "Give a name and a value, such as time_zone=Asia/Tokyo"],
		[["vwap", "--param", "symbols=A", "--param", "Symbols=B"], "symbols is given twice"],
		[["vwap", "--as-of", "yesterday"], "Give an instant with its offset, such as 2020-05-14T13:30:00Z, or a day"],
		[["vwap", "--format", "xml"], "Allowed choices are table, csv, json, parquet"],
		[["vwap", "--format", "parquet"], "say where to with --out FILE"],
		[["vwap", "--aws", "--run", "r1"], "--run is a run on this machine"],
		[["vwap", "--aws", "--price", "much"], "Give US dollars for a TB"],
		[["vwap"], "There is nothing to read yet: start a stack with npm start"],
		[["vwap", "--run", "r1"], 'There is no run "r1"'],
	])("%j", async (args, message) => {
		await expect(run(...args)).rejects.toThrow(message);
	});

	test("what is no query, or leaves a parameter out", async () => {
		await expect(run(file(""))).rejects.toThrow("own.sql is empty");
		await expect(run(file("DROP TABLE trades"))).rejects.toThrow("begins with DROP");
		const needs = "WITH parameters AS (SELECT CAST(NULL AS DATE) AS day) SELECT day FROM parameters";
		await expect(run(file(needs))).rejects.toThrow("so they must be given: --param day=DATE");
		await expect(run(file("WITH parameters AS (SELECT 1 + 1 AS a) SELECT a"))).rejects.toThrow(
			"The CTE parameters needs AS in line 1",
		);
	});
});

test("without a file it lists the queries with what they say and their parameters", () => {
	const text = list(namedQueries());
	expect(text).toMatch(/^highest_per_hour\n {2}The highest price of each symbol and hour/m);
	expect(text).toContain("    --param time_zone='America/New_York'");
	expect(list([{ name: "a", comment: [], text: "", parameters: [] }])).toBe("a");
});
