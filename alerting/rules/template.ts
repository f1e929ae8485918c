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
/** Of what a template makes; more would make a message that SNS does not take. */
const LONGEST_TEXT = 10_000;
/** What a template may do beside naming fields; nothing reads files, and nothing goes round for ever. */
const TAGS = new Set(["if", "elsif", "else", "unless", "case", "when", "comment"]);
/** Liquid's own filters for one text or number; others make lists, or take a text for a part of a template. */
const FILTERS = new Set(
	"abs append at_least at_most capitalize ceil date default divided_by downcase escape floor json lstrip minus modulo plus prepend remove replace round rstrip size slice strip times truncate truncatewords upcase url_encode".split(
		" ",
	),
);

const liquid = new Liquid({
	strictVariables: true,
	strictFilters: true,
	ownPropertyOnly: true,
	templates: {},
	parseLimit: LONGEST,
	renderLimit: 1_000,
	memoryLimit: 1e5,
});
for (const tag of Object.keys(liquid.tags)) if (!TAGS.has(tag)) delete liquid.tags[tag];
for (const filter of Object.keys(liquid.filters)) if (!FILTERS.has(filter)) delete liquid.filters[filter];

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
liquid.registerFilter("time", (value: unknown) =>
	/T\d\d:\d\d:\d\d/.test(String(value)) ? `${String(value).slice(11, 19)} UTC` : UNKNOWN,
);

/**
 * Reads a template. What it makes is cut at 10,000 characters; where it cannot be made of some fields after all, the text says
 * why, so that an alert goes out all the same.
 *
 * @param names what it may name
 * @throws an Error that says where it cannot be read, which name there is not, or what it cannot make of any field
 */
export function compileTemplate(text: string, names: readonly string[]): Template {
	if (text.length > LONGEST) throw new Error(`has ${text.length} characters; ${LONGEST} are the most`);
	let parsed: Parsed[];
	try {
		parsed = liquid.parse(text);
	} catch (error) {
		const known = `filters: percent, price, number, count, time, ${[...FILTERS].join(", ")}`;
		throw new Error(`cannot be read: ${plain(error)} (${known})`, { cause: error });
	}
	for (const [name = "", ...parts] of liquid.globalVariableSegmentsSync(parsed)) {
		if (!names.includes(String(name)))
			throw new Error(`names ${String(name)}, which is no field here. There are ${names.join(", ")}`);
		if (parts.length > 0) throw new Error(`names a part of ${String(name)}; fields have no parts`);
	}
	const render = (fields: Fields) =>
		String(liquid.renderSync(parsed, printableFields(fields)))
			.slice(0, LONGEST_TEXT)
			.toWellFormed();
	for (const sample of [null, 1.5, "2026-11-25T14:30:00.000Z"]) {
		try {
			render(Object.fromEntries(names.map((name) => [name, sample])));
		} catch (error) {
			throw new Error(`cannot be made, where a field is ${sample ?? "not known"}: ${plain(error)}`, { cause: error });
		}
	}
	return {
		render(fields) {
			try {
				return render(fields);
			} catch (error) {
				return `(this text could not be made: ${plain(error)})`;
			}
		},
	};
}

function plain(error: unknown): string {
	return (error as Error).message.split("\n")[0] ?? "";
}

function printableFields(fields: Fields): Fields {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? printable(value) : value]),
	);
}

/** Text from a record in one line: what would start a new line, or hide or turn round what follows, becomes a question mark. */
export function printable(text: string, longest = LONGEST_NAME): string {
	return text
		.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")
		.slice(0, longest)
		.toWellFormed();
}
