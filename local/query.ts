import { readFileSync } from "node:fs";
import { Command } from "commander";
import { messageOf, UserError } from "./errors.ts";
import { formatOf } from "./format.ts";
import { type Lake, openLake } from "./lake.ts";
import { readRows } from "./rows.ts";
import { findStack } from "./stack.ts";
import { withEmulator } from "./wake.ts";

interface QueryOptions {
	file?: string;
	json?: boolean;
	csv?: boolean;
	run?: string;
}

/** `tidemark query`: SQL over the lake's current snapshots. */
export function queryCommand(): Command {
	return new Command("query")
		.description("run SQL over the lake with DuckDB: every Iceberg table is there by its name, as of now")
		.argument("[sql]", "what to run, such as \"SELECT * FROM bars WHERE interval = '1d'\"")
		.option("--file <path>", "run the SQL in a file instead")
		.option("--json", "print one JSON array of objects")
		.option("--csv", "print CSV with a header")
		.option("--run <id>", "read this run under .tidemark/runs, or live; by default the live stack, else the latest run")
		.action(async (sql: string | undefined, options: QueryOptions) => {
			process.stdout.write(`${await query(sql, options)}\n`);
		});
}

/** What `tidemark query` prints. Throws {@link UserError} for whatever its user can put right. */
export async function query(sql: string | undefined, options: QueryOptions): Promise<string> {
	const text = sqlOf(sql, options.file);
	const format = formatOf(options);
	const stack = await findStack(options.run);
	return withEmulator(stack, async (awake) => {
		const lake = await openLake(awake);
		try {
			return format(await runSql(lake, text));
		} finally {
			lake.close();
		}
	});
}

/** Runs one or more statements over a lake; returns the last one's rows. */
export async function runSql(lake: Pick<Lake, "connection" | "tables">, sql: string) {
	try {
		return readRows(await lake.connection.runAndReadAll(sql));
	} catch (cause) {
		const message = messageOf(cause);
		const tables = /Table with name \S+ does not exist/.test(message)
			? `\nThe tables there are: ${lake.tables.join(", ") || "none yet"}`
			: "";
		throw new UserError(`${message}${tables}`, { cause });
	}
}

function sqlOf(sql: string | undefined, file: string | undefined): string {
	if (sql !== undefined && file !== undefined) throw new UserError("Give the SQL itself or --file, not both");
	if (sql === undefined && file === undefined)
		throw new UserError('Give SQL, such as tidemark query "SELECT * FROM bars"');
	let text = sql;
	if (file !== undefined) {
		try {
			text = readFileSync(file, "utf8");
		} catch (cause) {
			throw new UserError(`The file ${file} cannot be read: ${messageOf(cause)}`, { cause });
		}
	}
	if (!text?.trim()) throw new UserError(file ? `The file ${file} is empty` : "The SQL is empty");
	return text;
}
