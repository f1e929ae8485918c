import type { PlanNode } from "./plan.ts";

/** A column of the rows that a node gives out. */
export interface Field {
	name: string;
	/** The type as Flink compares it when it restores state: with nullability, without telling time attributes apart. */
	type: string;
	/** What kind of time attribute the column is. */
	time: "event" | "processing" | null;
}

/** A type in a plan: text where Flink can write it as SQL, else an object. */
type LogicalType =
	| string
	| { type: string; nullable?: boolean; precision?: number; kind?: string; [field: string]: unknown };

/** The columns of the rows that a node gives out; none where the plan does not say. */
export function fieldsOf(node: PlanNode): Field[] {
	return rowFields(node.outputType);
}

/** The columns of a row type, in either form that plans have: `ROW<…>` as text, or an object with fields. */
export function rowFields(type: unknown): Field[] {
	if (typeof type === "string") {
		const inner = /^ROW<(.*)>( NOT NULL)?$/s.exec(type)?.[1];
		return inner === undefined ? [] : splitFields(inner).map((text) => textField(text));
	}
	const fields = (type as { fields?: { name: string; fieldType: LogicalType }[] } | undefined)?.fields ?? [];
	return fields.map(({ name, fieldType }) => ({ name, type: typeText(fieldType), time: timeOf(fieldType) }));
}

/** A type as comparable text: a time attribute reads like the plain type that it is stored as. */
export function typeText(type: LogicalType): string {
	if (typeof type === "string") return type;
	const notNull = type.nullable === false ? " NOT NULL" : "";
	const precision = type.precision ?? 6;
	if (type.type === "TIMESTAMP_WITH_LOCAL_TIME_ZONE") return `TIMESTAMP(${precision}) WITH LOCAL TIME ZONE${notNull}`;
	if (type.type === "TIMESTAMP_WITHOUT_TIME_ZONE") return `TIMESTAMP(${precision})${notNull}`;
	return canonical(type);
}

/** JSON with the keys of each object in order, so that equal values have equal texts. */
export function canonical(value: unknown): string {
	return JSON.stringify(value, (_, inner) =>
		inner && typeof inner === "object" && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	) as string;
}

function timeOf(type: LogicalType): Field["time"] {
	if (typeof type === "string") return null;
	return type.kind === "ROWTIME" ? "event" : type.kind === "PROCTIME" ? "processing" : null;
}

function textField(text: string): Field {
	const [, quoted = "", rest = ""] = /^`((?:[^`]|``)*)`\s+(.*)$/s.exec(text) ?? [];
	const time = /\*ROWTIME\*/.test(rest) ? "event" : /\*PROCTIME\*/.test(rest) ? "processing" : null;
	const type = rest.replace(/\s*\*(?:ROWTIME|PROCTIME)\*/, "").replace(/ '(?:[^']|'')*'$/, "");
	return { name: quoted.replaceAll("``", "`"), type: type.trim(), time };
}

/** The parts of a row type's text that commas part on the outermost level. */
function splitFields(text: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let quote = "";
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		const c = text.charAt(at);
		if (quote) {
			if (c === quote) quote = "";
		} else if (c === "`" || c === "'") quote = c;
		else if (c === "<" || c === "(") depth++;
		else if (c === ">" || c === ")") depth--;
		else if (c === "," && depth === 0) {
			parts.push(text.slice(start, at).trim());
			start = at + 1;
		}
	}
	const last = text.slice(start).trim();
	return last ? [...parts, last] : parts;
}
