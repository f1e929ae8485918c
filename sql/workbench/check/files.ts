import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sqlFiles } from "../sql-files.ts";
import { nameOf, type Token, tokensOf } from "./tokens.ts";

/** A SQL file as it is on disk. */
export interface SqlFile {
	/** Relative to the SQL directory. */
	file: string;
	text: string;
	tokens: Token[];
	/** The relation that it creates, with its name's tokens; undefined where it creates none. */
	creates?: { name: string; kind: "TABLE" | "VIEW"; tokens: Token[] };
}

/** The job's files in a SQL directory. Throws UserError where there are none. */
export function readSql(dir: string): SqlFile[] {
	return sqlFiles(dir).map((file) => readFile(file, readFileSync(join(dir, file), "utf8")));
}

/** A file of this text. */
export function readFile(file: string, text: string): SqlFile {
	const tokens = tokensOf(text);
	const creates = created(tokens);
	return { file, text, tokens, ...(creates ? { creates } : {}) };
}

function created(tokens: Token[]): SqlFile["creates"] {
	if (tokens[0]?.value !== "CREATE") return undefined;
	let at = tokens[1]?.value === "TEMPORARY" ? 2 : 1;
	const kind = tokens[at]?.value;
	if (kind !== "TABLE" && kind !== "VIEW") return undefined;
	at++;
	if (tokens[at]?.value === "IF") at += 3;
	const parts: Token[] = [];
	for (; nameOf(tokens[at]) !== undefined; at += 2) {
		parts.push(tokens[at] as Token);
		if (tokens[at + 1]?.text !== ".") break;
	}
	return parts.length === 0 ? undefined : { name: parts.map(nameOf).join("."), kind, tokens: parts };
}
