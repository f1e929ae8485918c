import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { UserError } from "../../local/errors.ts";
import { root } from "../../local/paths.ts";
import { sqlDir } from "./properties.ts";

/** A value of a row as it stands in the file. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

/** A row of a case, with the place where it stands. */
export interface CaseRow {
	/** `file:line` */
	place: string;
	/** The columns it names. */
	values: Record<string, Value>;
	/** A record as it came, in the place of the columns that would be read from it. */
	record?: string;
	/** The shard it comes from, from 0, or all of them. */
	shard?: number | "all";
}

/** Rows that are given to the SQL, and those that are expected of it. */
export interface Case {
	name: string;
	/** `file:line` */
	place: string;
	/** The day of the times without one. */
	date: string;
	/** By relation: what a given row has in the columns that it leaves out. */
	defaults: Record<string, Record<string, Value>>;
	given: Record<string, CaseRow[]>;
	expect: Record<string, CaseRow[]>;
	/** `any`: the rows come in some random orders too. */
	order: "any" | "given";
	/** Whether it holds in batch mode. */
	batch: boolean;
	/** Whether it holds at parallelism 2. */
	parallelism: boolean;
	/** In seconds. */
	lateness: number;
	shards: number;
}

/** With .inf and .nan, which YAML has and zod's own number does not take. */
const isNumber = (value: unknown) => typeof value === "number";
const Value: z.ZodType<Value> = z.lazy(() =>
	z.union([z.string(), z.custom<number>(isNumber), z.boolean(), z.null(), z.array(Value), z.record(z.string(), Value)]),
);
const Row = z.record(z.string(), Value, "a row is a mapping of columns, such as { symbol: AAPL, price: 10 }");
const FileOfRows = z.strictObject({ file: z.string() });
const CaseSchema = z.strictObject({
	name: z.string().min(1),
	given: z.record(
		z.string(),
		z.union([z.array(z.union([z.string(), Row])), FileOfRows], "a list of rows, or { file: rows.jsonl }"),
	),
	expect: z.record(z.string(), z.union([z.array(Row), FileOfRows], "a list of rows, or { file: rows.jsonl }")),
	order: z.enum(["any", "given"]).default("any"),
	batch: z.boolean().default(true),
	parallelism: z.boolean().default(true),
	lateness: z.number().nonnegative().max(999).default(2),
	shards: z.int().min(1).max(64).default(1),
});
const FileSchema = z.strictObject({
	date: z.iso.date().default("2024-01-02"),
	defaults: z.record(z.string(), Row).default({}),
	cases: z.array(CaseSchema).min(1),
});

/** Where the cases of a SQL directory are: the repository's own in test/sql/cases, another's in its folder `cases`. */
export function casesDir(sql: string): string {
	return resolve(sql) === sqlDir ? join(root, "test", "sql", "cases") : join(sql, "cases");
}

/** The cases of all YAML files in a directory. Throws {@link UserError} where it has none, or one cannot be read. */
export function readCases(dir: string): Case[] {
	const files = existsSync(dir) ? readdirSync(dir).filter((file) => /\.ya?ml$/.test(file)) : [];
	if (files.length === 0) throw new UserError(`${dir} has no cases: write one as a .yaml file, or give --cases DIR`);
	return files.sort().flatMap((file) => readCaseFile(join(dir, file)));
}

/** The cases of a file. Throws {@link UserError} with the place of everything that is wrong with it. */
export function readCaseFile(path: string): Case[] {
	const file = shown(path);
	const lines = new LineCounter();
	const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
	const lineAt = (place: readonly PropertyKey[]): number => {
		for (let length = place.length; length > 0; length--) {
			const node = document.getIn(place.slice(0, length), true) as { range?: [number, number, number] } | undefined;
			if (node?.range) return lines.linePos(node.range[0]).line;
		}
		return 1;
	};
	const broken = document.errors.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`);
	if (broken.length > 0) throw new UserError(broken.join("\n"));
	const read = FileSchema.safeParse(document.toJS());
	if (!read.success) {
		throw new UserError(read.error.issues.map((issue) => sayIssue(file, issue, lineAt)).join("\n"));
	}
	const { cases, date, defaults } = read.data;
	return cases.map(({ given, expect, ...rest }, index) => {
		const at = ["cases", index];
		const rows = (part: string, relation: string, listed: (string | Record<string, Value>)[] | { file: string }) =>
			Array.isArray(listed)
				? listed.map((row, i) => toRow(row, `${file}:${lineAt([...at, part, relation, i])}`))
				: readRows(join(dirname(path), listed.file), `${file}:${lineAt([...at, part, relation])}`);
		const all = (part: string, relations: Record<string, (string | Record<string, Value>)[] | { file: string }>) =>
			Object.fromEntries(Object.entries(relations).map(([name, listed]) => [name, rows(part, name, listed)]));
		const place = `${file}:${lineAt([...at, "name"])}`;
		return { ...rest, place, date, defaults, given: all("given", given), expect: all("expect", expect) };
	});
}

function toRow(row: string | Record<string, Value>, place: string): CaseRow {
	if (typeof row === "string") return { place, values: {}, record: row };
	const { record, shard, ...values } = row;
	if (record !== undefined && typeof record !== "string")
		throw new UserError(`${place}: record is a record as text, received ${JSON.stringify(record)}`);
	if (shard !== undefined && shard !== "all" && !(Number.isInteger(shard) && (shard as number) >= 0))
		throw new UserError(`${place}: shard is a number from 0, or "all", received ${JSON.stringify(shard)}`);
	return {
		place,
		values,
		...(record === undefined ? {} : { record }),
		...(shard === undefined ? {} : { shard: shard as number | "all" }),
	};
}

function readRows(path: string, place: string): CaseRow[] {
	if (!existsSync(path)) throw new UserError(`${place}: there is no file ${shown(path)}`);
	return readFileSync(path, "utf8")
		.split("\n")
		.map((text, i) => ({ text, at: `${shown(path)}:${i + 1}` }))
		.filter(({ text }) => text.trim() !== "")
		.map(({ text, at }) => {
			try {
				return toRow(Row.parse(JSON.parse(text)), at);
			} catch (cause) {
				if (cause instanceof UserError) throw cause;
				throw new UserError(`${at}: this line is no row as a JSON object: ${text.slice(0, 100)}`, { cause });
			}
		});
}

function sayIssue(file: string, issue: z.core.$ZodIssue, lineAt: (place: readonly PropertyKey[]) => number): string {
	const what = issue.path.slice(2).join(".");
	return `${file}:${lineAt(issue.path)}: ${what === "" ? "" : `${what}: `}${issue.message}`;
}

function shown(path: string): string {
	const short = relative(process.cwd(), path);
	return short.startsWith("..") ? path : short;
}
