import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../local/paths.ts";

/** A relation as its CREATE TABLE statement declares it. */
export interface Relation {
	/** As in SQL, such as `lake.bars`. */
	name: string;
	/** The comment that opens the file, as one text. */
	comment: string;
	columns: { name: string; type: string; metadata: boolean }[];
	/** Columns, or transforms of them such as `bucket(4, symbol)`. */
	partitionedBy: string[];
}

/** The tables of a folder below sql/, sorted by name. Computed columns and watermarks are left out. */
export function relationsIn(folder: string): Relation[] {
	const dir = join(root, "sql", folder);
	return readdirSync(dir)
		.filter((file) => file.endsWith(".sql"))
		.sort()
		.map((file) => parseRelation(readFileSync(join(dir, file), "utf8")));
}

/** One CREATE TABLE statement of the plain form that Tidemark's files have: a column a line. Throws on another form. */
export function parseRelation(text: string): Relation {
	const comment = text
		.split("\n")
		.filter((line) => line.startsWith("--"))
		.map((line) => line.slice(2).trim())
		.join(" ");
	const create = /CREATE TABLE (?:IF NOT EXISTS )?([\w.]+) \(\n([\s\S]*?)\n\)/.exec(text);
	if (!create) throw new Error(`This is no CREATE TABLE with a column a line:\n${text.slice(0, 200)}`);
	const columns = (create[2] ?? "").split("\n").flatMap((line) => {
		const column =
			/^\s+`?(\w+)`? ((?:STRING|BYTES|BIGINT|DOUBLE|DATE|SYMBOL|LONG|TIMESTAMP(?:_LTZ)?)(?:\(\d\))?)( METADATA)?/.exec(
				line,
			);
		return column ? [{ name: column[1] as string, type: column[2] as string, metadata: column[3] !== undefined }] : [];
	});
	const partitions =
		/PARTITIONED BY \(([^)]*)\)/.exec(text)?.[1] ?? /'tidemark\.partitioned-by' = '([^']*)'/.exec(text)?.[1];
	const partitionedBy = (partitions ?? "").split(/,(?![^(]*\))/).map((name) => name.trim().replaceAll("`", ""));
	return { name: create[1] as string, comment, columns, partitionedBy: partitionedBy.filter(Boolean) };
}
