import { type Token, tokens } from "../workbench/tokens.ts";
import { literalOf, ParameterError, type ParameterType, TYPES } from "./literals.ts";

/** A parameter of a query: a column of the CTE `parameters` that opens it. */
export interface Parameter {
	name: string;
	type: ParameterType;
	/** Its value in the text, as it is written there; undefined where it has none and must be given. */
	written: string | undefined;
	/** Where its value stands in the text. */
	start: number;
	end: number;
}

/**
 * The parameters of a query: `WITH parameters AS (SELECT literal AS name, …)` at its beginning, so that the text runs as it
 * is wherever SQL runs. A value is a literal, or `CAST(NULL AS type)` where it has none. Empty where there is no such CTE.
 *
 * @throws ParameterError where the CTE holds something else
 */
export function parametersIn(text: string): Parameter[] {
	const all = tokens(text);
	if (!["WITH", "PARAMETERS", "AS", "("].every((word, i) => upper(all[i]) === word)) return [];
	const found: Parameter[] = [];
	let at = 4;
	if (upper(all[at]) !== "SELECT") throw malformed(text, all[at], "SELECT");
	do {
		const parameter = parameterAt(text, all, at + 1);
		if (found.some(({ name }) => name === parameter.name))
			throw new ParameterError(`The parameter ${parameter.name} is there twice: give each a name of its own`);
		found.push(parameter);
		at = all.findIndex((token) => token.start > parameter.end && [",", ")"].includes(token.text));
	} while (all[at]?.text === ",");
	return found;
}

function parameterAt(text: string, all: Token[], at: number): Parameter {
	const literal = literalOf(all, at);
	if (!literal) throw malformed(text, all[at], `a literal (${TYPES.join(", ")}) or CAST(NULL AS type)`);
	const last = all[at + literal.length - 1] as Token;
	const [as, name, after] = all.slice(at + literal.length);
	if (upper(as) !== "AS") throw malformed(text, as, "AS");
	if (name?.kind !== "word") throw malformed(text, name, "the parameter's name");
	if (![",", ")"].includes(after?.text ?? "")) throw malformed(text, after, "a comma or the end of the CTE");
	const start = (all[at] as Token).start;
	const written = literal.isNull ? undefined : text.slice(start, last.end);
	return { name: name.text.toLowerCase(), type: literal.type, written, start, end: last.end };
}

/**
 * The text with other values for some of its parameters, by name. A value is written as people do: `America/New_York`,
 * `2020-05-14`, `2.5`.
 *
 * @throws ParameterError for an unknown name, a value that its type cannot have, and a parameter left without a value
 */
export function withValues(text: string, given: Readonly<Record<string, string>>): string {
	const parameters = parametersIn(text);
	const known = parameters.map(({ name }) => name);
	const unknown = Object.keys(given).filter((name) => !known.includes(name));
	if (unknown.length > 0)
		throw new ParameterError(
			`There is no parameter ${unknown.join(", ")} in this query. ${known.length > 0 ? `It has ${known.join(", ")}` : "It has none: they are columns of a CTE parameters at its beginning (docs/athena.md)"}`,
		);
	const missing = parameters.filter(({ name, written }) => written === undefined && given[name] === undefined);
	if (missing.length > 0)
		throw new ParameterError(
			`These parameters have no value in the query, so they must be given: ${missing.map(({ name, type }) => `--param ${name}=${type}`).join(" ")}`,
		);
	// From the end, so that what stands before keeps its place.
	return parameters.reduceRight((sql, { name, type, start, end }) => {
		const value = given[name];
		return value === undefined ? sql : sql.slice(0, start) + type.write(name, value) + sql.slice(end);
	}, text);
}

function upper(token: Token | undefined): string | undefined {
	return token?.text.toUpperCase();
}

function malformed(text: string, token: Token | undefined, wanted: string): ParameterError {
	const line = token ? text.slice(0, token.start).split("\n").length : text.split("\n").length;
	return new ParameterError(
		`The CTE parameters needs ${wanted} in line ${line}, where ${token ? `${token.text} stands` : "the text ends"}: WITH parameters AS (SELECT 'SPY' AS symbol, 5 AS minutes)`,
	);
}
