import type { Token } from "../workbench/tokens.ts";

/** A query's parameters, or the values given for them, are not as they must be. The message says how. */
export class ParameterError extends Error {
	override name = "UserError";
}

/** What a parameter can hold. As text it is the type's name. */
export interface ParameterType {
	toString(): string;
	/** A value as SQL writes it on both engines. Throws {@link ParameterError} if it is none of this type. */
	write(parameter: string, value: string): string;
}

/** A literal that was found among tokens. */
export interface Literal {
	type: ParameterType;
	/** Of how many tokens it is. */
	length: number;
	/** Whether it is `CAST(NULL AS type)`. */
	isNull: boolean;
}

const BIGINT = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

const types = {
	VARCHAR: type("VARCHAR", (value) => quoted(value)),
	BIGINT: type("BIGINT, a whole number such as 20", (value) => {
		if (!/^[+-]?\d+$/.test(value)) return undefined;
		const number = BigInt(value.replace(/^\+/, ""));
		return number < BIGINT.min || number > BIGINT.max ? undefined : String(number);
	}),
	// With an exponent it is a DOUBLE to both engines; 2.5 would be a DECIMAL.
	DOUBLE: type("DOUBLE, a number such as 2.5", (value) => {
		const number = value.trim() === "" ? Number.NaN : Number(value);
		return Number.isFinite(number) ? number.toExponential().replace("e+", "E").replace("e", "E") : undefined;
	}),
	BOOLEAN: type("BOOLEAN, true or false", (value) => (/^(true|false)$/i.test(value) ? value.toUpperCase() : undefined)),
	DATE: type("DATE, a day such as 2020-05-14", (value) => (isDay(value) ? `DATE ${quoted(value)}` : undefined)),
	TIMESTAMP: type("TIMESTAMP, an instant with its offset such as 2020-05-14T13:30:00Z", (value) => {
		const instant = readInstant(value);
		return instant && `TIMESTAMP ${quoted(`${instant.toISOString().slice(0, 23).replace("T", " ")} UTC`)}`;
	}),
} satisfies Record<string, ParameterType>;

/** The names of the types. */
export const TYPES = Object.keys(types);

/** The literal that begins at a token; undefined where there is none. */
export function literalOf(all: readonly Token[], at: number): Literal | undefined {
	const [first, second, third, fourth, fifth, sixth] = all
		.slice(at, at + 6)
		.map(({ kind, text }) => ({ kind, text: text.toUpperCase() }));
	if (!first) return undefined;
	if (first.kind === "string") return literal(types.VARCHAR, 1);
	if (first.kind === "number") return number(first.text, 1);
	if (first.text === "-" && second?.kind === "number") return number(second.text, 2);
	if (first.text === "TRUE" || first.text === "FALSE") return literal(types.BOOLEAN, 1);
	if ((first.text === "DATE" || first.text === "TIMESTAMP") && second?.kind === "string")
		return literal(types[first.text], 2);
	const isCast = first.text === "CAST" && second?.text === "(" && third?.text === "NULL" && fourth?.text === "AS";
	const named = TYPES.find((name) => name === fifth?.text) as keyof typeof types | undefined;
	return isCast && named && sixth?.text === ")" ? { ...literal(types[named], 6), isNull: true } : undefined;
}

/** An instant in ISO 8601 with an offset or Z; undefined for anything else. A day is its beginning in UTC. */
export function readInstant(value: string): Date | undefined {
	if (isDay(value)) return new Date(value);
	if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i.test(value)) return undefined;
	const instant = new Date(value.replace(" ", "T"));
	return isDay(value.slice(0, 10)) && !Number.isNaN(instant.getTime()) ? instant : undefined;
}

function isDay(value: string): boolean {
	const day = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : new Date(Number.NaN);
	return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function number(text: string, length: number): Literal | undefined {
	if (/^\d+$/.test(text)) return literal(types.BIGINT, length);
	return text.includes("E") ? literal(types.DOUBLE, length) : undefined;
}

function literal(type: ParameterType, length: number): Literal {
	return { type, length, isNull: false };
}

function type(description: string, write: (value: string) => string | undefined): ParameterType {
	const name = description.replace(/,.*/, "");
	return {
		toString: () => name,
		write(parameter, value) {
			const written = write(value);
			if (written === undefined)
				throw new ParameterError(`The parameter ${parameter} is ${JSON.stringify(value)}, but it is a ${description}`);
			return written;
		},
	};
}

function quoted(value: string): string {
	return `'${value.replaceAll("'", "''")}'`;
}
