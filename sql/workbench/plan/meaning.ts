import { createHash } from "node:crypto";
import { canonical } from "./row-type.ts";

/**
 * What a column is, whatever it is called and wherever it stands: the expression over the columns of sources that it is
 * made by, as a hash, and those columns.
 */
export interface Meaning {
	hash: string;
	columns: ReadonlySet<string>;
}

/** The rows of a node by the way they came: one list of columns for each branch of the unions before it. */
export type Branch = Meaning[];

/** The column of a table. */
export function column(table: string, name: string): Meaning {
	const text = `${table}.${name}`;
	return { hash: hashOf(text), columns: new Set([text]) };
}

/** What something is that is made of these parts in this way. */
export function made(how: unknown, of: Meaning[]): Meaning {
	return {
		hash: hashOf(canonical([how, of.map(({ hash }) => hash)])),
		columns: new Set(of.flatMap(({ columns }) => [...columns])),
	};
}

/** What an expression of the plan is over rows with these columns. Types count where they decide the value: in casts and literals. */
export function expression(rex: unknown, row: Branch): Meaning {
	const reference = rex as { kind?: string; inputIndex?: number } | null;
	if (reference?.kind === "INPUT_REF") return row[reference.inputIndex ?? -1] ?? column("?", "");
	const used: Meaning[] = [];
	return made(shape(rex, row, used), used);
}

function shape(rex: unknown, row: Branch, used: Meaning[]): unknown {
	if (Array.isArray(rex)) return rex.map((each) => shape(each, row, used));
	if (!rex || typeof rex !== "object") return rex;
	const { kind, inputIndex, syntax: _, type, ...rest } = rex as Record<string, unknown>;
	if (kind === "INPUT_REF" && typeof inputIndex === "number") {
		used.push(row[inputIndex] ?? column("?", String(inputIndex)));
		return ["column", used.length - 1];
	}
	const shaped = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, shape(value, row, used)]));
	const typed = kind !== "CALL" || /CAST|REINTERPRET/.test(String(rest.internalName));
	const text = typeof type === "string" ? type.replace(/ NOT NULL$/, "") : type;
	return typed ? { kind, type: text, ...shaped } : { kind, ...shaped };
}

function hashOf(text: string): string {
	return createHash("sha1").update(text).digest("base64url").slice(0, 16);
}
