import { writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "../duckdb.ts";
import { messageOf, UserError } from "../errors.ts";
import { asCsv, asJson, asTable } from "../format.ts";
import type { Rows } from "../rows.ts";

/** How an answer is written. */
export const FORMATS = ["table", "csv", "json", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** Where an answer goes; without a file it is what the command prints. */
export interface Target {
	format: Format;
	file: string | undefined;
}

const asText = { table: asTable, csv: asCsv, json: asJson };

/**
 * Where an answer goes: the format that is given, else the one that the file's name ends with, else a table.
 * Throws {@link UserError} for Parquet without a file.
 */
export function targetOf({ format, out }: { format?: Format; out?: string }): Target {
	const ending = FORMATS.find((each) => out !== undefined && extname(out) === `.${each}`);
	const chosen = format ?? ending ?? "table";
	if (chosen === "parquet" && out === undefined)
		throw new UserError("Parquet is not for terminals: say where to with --out FILE");
	return { format: chosen, file: out === undefined ? undefined : resolve(out) };
}

/**
 * Writes what a query gives, and returns what is to be printed.
 *
 * @param query one query, that `connection` understands
 * @param read runs it and reads its rows
 */
export async function writeAnswer(
	{ format, file }: Target,
	connection: Pick<DuckDBConnection, "runAndReadAll">,
	query: string,
	read: () => Promise<Rows>,
): Promise<string> {
	try {
		if (format === "parquet") {
			const copied = await connection.runAndReadAll(
				`COPY (${query}\n) TO ${quote(file ?? "")} (FORMAT parquet, COMPRESSION zstd)`,
			);
			return said(Number(copied.getRows()[0]?.[0]), file);
		}
		const rows = await read();
		const text = asText[format](rows);
		if (file === undefined) return text;
		writeFileSync(file, `${text}\n`);
		return said(rows.rows.length, file);
	} catch (cause) {
		if (file === undefined || cause instanceof UserError) throw cause;
		throw new UserError(`The answer could not be written to ${file}: ${messageOf(cause)}`, { cause });
	}
}

function said(rows: number, file: string | undefined): string {
	return `${rows} ${rows === 1 ? "row" : "rows"} written to ${file}`;
}
