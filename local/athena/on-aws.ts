import { AthenaClient } from "@aws-sdk/client-athena";
import { DuckDBInstance } from "@duckdb/node-api";
import { identifier, quote } from "../duckdb.ts";
import { readRows } from "../rows.ts";
import { type Target, writeAnswer } from "./answer.ts";
import { textAsOf } from "./as-of.ts";
import { type Results, runQuery } from "./client.ts";
import { costOf, sayBytes } from "./cost.ts";
import { parse, tablesIn } from "./tree.ts";

/** Where a query runs on AWS. */
export interface OnAws {
	workgroup: string;
	database: string;
	/** Left out, it is what the SDK finds: AWS_REGION, or the profile's. */
	region: string | undefined;
	dollarsPerTb: number | undefined;
}

/**
 * Runs one query on Athena, says on the way and at the end what it scans and costs, and returns what is to be printed.
 * Credentials are those that the SDK finds. Throws {@link UserError} for whatever its user can put right.
 */
export async function runOnAws(
	query: string,
	{
		asOf,
		target,
		aws,
		say,
		signal,
	}: {
		asOf: Date | undefined;
		target: Target;
		aws: OnAws;
		say: (line: string) => void;
		signal: AbortSignal;
	},
): Promise<string> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	const client = new AthenaClient(aws.region ? { region: aws.region } : {});
	try {
		const text = asOf ? textAsOf(query, tablesIn(await parse(connection, query)), asOf) : query;
		const results = await runQuery(client, text, {
			workgroup: aws.workgroup,
			database: aws.database,
			onProgress: progress(say),
			signal,
		});
		say(sayCost(results, aws.dollarsPerTb));
		await connection.run("SET TimeZone = 'UTC'");
		await connection.run(tableOf(results));
		const rows = results.rows.map((row) => `(${row.map(textLiteral).join(", ")})`);
		// A statement of all rows at once would be long; a few thousand are no matter.
		for (let i = 0; i < rows.length; i += 5_000)
			await connection.run(`INSERT INTO texts VALUES ${rows.slice(i, i + 5_000).join(", ")}`);
		const answer = `SELECT ${results.columns.map(typed).join(", ") || "1 LIMIT 0"} FROM texts`;
		return await writeAnswer(target, connection, answer, async () => readRows(await connection.runAndReadAll(answer)));
	} finally {
		client.destroy();
		connection.closeSync();
		instance.closeSync();
	}
}

function progress(say: (line: string) => void) {
	let last = "";
	return (state: string, scanned: number) => {
		const line = `${state.toLowerCase()}, ${sayBytes(scanned)} scanned`;
		if (line !== last) say(line);
		last = line;
	};
}

function sayCost({ scanned, milliseconds }: Results, dollarsPerTb?: number): string {
	const dollars = costOf(scanned, dollarsPerTb);
	return `${sayBytes(scanned)} scanned in ${(milliseconds / 1000).toFixed(1)} s: $${dollars.toFixed(6)} (docs/athena.md says how it is counted)`;
}

const tableOf = ({ columns }: Results) =>
	`CREATE TABLE texts (${columns.map((_, i) => `c${i} VARCHAR`).join(", ") || "c0 VARCHAR"})`;

const textLiteral = (value: string | null) => (value === null ? "NULL" : quote(value));

/** DuckDB's types have Athena's names, but for two; what it does not know stays text. */
function typed({ name, type }: Results["columns"][number], i: number): string {
	const plain = /^(boolean|tinyint|smallint|integer|bigint|float|double|real|decimal|date|timestamp|time)\b/i.test(
		type,
	);
	const as = /with time zone/i.test(type)
		? "TIMESTAMPTZ"
		: /^decimal$/i.test(type)
			? "DOUBLE"
			: plain
				? type
				: "VARCHAR";
	return `CAST(c${i} AS ${as}) AS ${identifier(name)}`;
}
