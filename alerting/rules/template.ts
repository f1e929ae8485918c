/** Texts with fields in them, in Liquid: `{{ symbol }} {{ move_pct | percent }}`. */
import { Liquid, type Template as Parsed } from "liquidjs";
import type { Fields } from "../engine/types.ts";

/** A text with places for fields. */
export interface Template {
	render(fields: Fields): string;
}

const UNKNOWN = "–";
const LONGEST_NAME = 64;
const LONGEST = 4_000;
/** What a template may do beside naming fields; nothing reads files, and nothing goes round for ever. */
const TAGS = new Set(["if", "elsif", "else", "unless", "case", "when", "comment"]);

const liquid = new Liquid({
	strictVariables: true,
	strictFilters: true,
	ownPropertyOnly: true,
	templates: {},
	parseLimit: LONGEST,
	renderLimit: 200,
	memoryLimit: 1e5,
});
for (const tag of Object.keys(liquid.tags)) if (!TAGS.has(tag)) delete liquid.tags[tag];

const asNumber = (value: unknown, write: (value: number) => string) =>
	typeof value === "number" && Number.isFinite(value) ? write(value) : UNKNOWN;
/** In percent with two decimals and a sign, which rounds for the eye only. */
liquid.registerFilter("percent", (value: unknown) =>
	asNumber(value, (number) => `${number > 0 ? "+" : ""}${number.toFixed(2)} %`),
);
/** At most eight significant digits: cents of a large price, and all that a small one has. */
liquid.registerFilter("price", (value: unknown) => asNumber(value, (number) => String(Number(number.toPrecision(8)))));
liquid.registerFilter("number", (value: unknown, decimals: unknown = 2) =>
	asNumber(value, (number) => number.toFixed(Math.min(Math.max(Math.trunc(Number(decimals)) || 0, 0), 8))),
);
liquid.registerFilter("count", (value: unknown) =>
	asNumber(value, (number) => Math.round(number).toLocaleString("en-US")),
);
liquid.registerFilter("time", (value: unknown) => `${String(value).slice(11, 19)} UTC`);

/**
 * Reads a template.
 *
 * @param names what it may name
 * @throws an Error that says where it cannot be read, or which name there is not
 */
export function compileTemplate(text: string, names: readonly string[]): Template {
	if (text.length > LONGEST) throw new Error(`has ${text.length} characters; ${LONGEST} are the most`);
	let parsed: Parsed[];
	try {
		parsed = liquid.parse(text);
	} catch (error) {
		const known = `filters: percent, price, number, count, time, url_encode and Liquid's own`;
		throw new Error(`cannot be read: ${(error as Error).message.split("\n")[0]} (${known})`, { cause: error });
	}
	for (const name of liquid.globalVariablesSync(parsed)) {
		if (!names.includes(name)) throw new Error(`names ${name}, which is no field here. There are ${names.join(", ")}`);
	}
	return { render: (fields) => String(liquid.renderSync(parsed, printableFields(fields))) };
}

function printableFields(fields: Fields): Fields {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? printable(value) : value]),
	);
}

/** Text from a record in one line: what would start a new line, or hide or turn round what follows, becomes a question mark. */
export function printable(text: string): string {
	return text
		.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")
		.slice(0, LONGEST_NAME)
		.toWellFormed();
}
