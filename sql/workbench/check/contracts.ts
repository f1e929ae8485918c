import { z } from "zod";
import { Bar, Hit, Move, Reject, Tick, Trade } from "../../../contracts.ts";
import type { SqlFile } from "./files.ts";
import { type Finding, findingAt } from "./findings.ts";
import { didYouMean } from "./nearest.ts";
import { nameOf, type Token } from "./tokens.ts";

/** The columns that a relation must have, by name, each with its SQL type. */
export type ContractColumns = Record<string, string>;

const PLACE_IN_THE_STREAM = {
	shard_id: "STRING",
	sequence_number: "STRING",
	sub_sequence_number: "BIGINT",
	arrived_at: "TIMESTAMP_LTZ(6)",
};

/** What contracts.ts asks of each relation that is one side of a contract. */
export const contracts: Record<string, ContractColumns> = {
	trades: columnsOf(Trade, "TIMESTAMP_LTZ(3)"),
	// Times leave as ISO 8601 text.
	"streams.bars": columnsOf(Bar, "STRING"),
	"streams.ticks": columnsOf(Tick, "STRING"),
	"streams.hits": columnsOf(Hit, "STRING"),
	"lake.bars": { ...columnsOf(Bar, "TIMESTAMP_LTZ(6)"), day: "DATE" },
	"lake.hits": { ...columnsOf(Hit, "TIMESTAMP_LTZ(6)"), day: "DATE" },
	"lake.moves": { ...columnsOf(Move, "TIMESTAMP_LTZ(6)"), day: "DATE" },
	"lake.raw_trades": {
		stream: "STRING",
		...PLACE_IN_THE_STREAM,
		symbol: "STRING",
		payload: "STRING",
		payload_bytes: "BYTES",
		day: "DATE",
	},
	"lake.rejects": { ...columnsOf(Reject, "TIMESTAMP_LTZ(6)"), day: "DATE" },
	"lake.trades": {
		...columnsOf(Trade, "TIMESTAMP_LTZ(6)"),
		...PLACE_IN_THE_STREAM,
		watermark_before: "TIMESTAMP_LTZ(6)",
		day: "DATE",
	},
};

/** How a relation's own columns differ from its contract, by column; none where there is no contract. */
export function differences(name: string, columns: readonly { name: string; type: string }[]): Difference[] {
	const contract = contracts[name];
	if (contract === undefined) return [];
	const own = new Map(columns.map((column) => [column.name, column.type]));
	const missing = Object.entries(contract).filter(([column]) => !own.has(column));
	const other = [...own].filter(([column, type]) => contract[column] !== type);
	return [
		...missing.map(([column, expected]) => ({ column, expected, found: undefined })),
		...other.map(([column, found]) => ({ column, expected: contract[column], found })),
	];
}

/** A column that one side has otherwise than the other: `undefined` is a column that is not there. */
export interface Difference {
	column: string;
	expected: string | undefined;
	found: string | undefined;
}

/** The DDL of the files against contracts.ts; computed columns and metadata are no part of a contract. */
export function checkContracts(
	files: readonly SqlFile[],
	relations: readonly { name: string; file: string; columns: readonly DeclaredColumn[] }[],
): Finding[] {
	return relations.flatMap(({ name, file, columns }) => {
		const tokens = files.find((each) => each.file === file)?.tokens ?? [];
		const declared = columns.filter((column) => !column.metadata && !column.computed);
		return differences(name, declared).map(({ column, expected, found }) =>
			findingAt(file, placeOf(tokens, found === undefined ? undefined : column), {
				severity: "error",
				rule: "contract",
				...(found === undefined
					? { message: `${name} lacks the column ${column} of its contract`, expected: `\`${column}\` ${expected}` }
					: expected === undefined
						? {
								message: `The contract of ${name} has no column ${column}`,
								expected:
									didYouMean(column, Object.keys(contracts[name] ?? {})) ?? "the same columns as in contracts.ts",
							}
						: {
								message: `${name}.${column} is ${found}, but its contract makes it ${expected}`,
								expected: `${expected}, or another type in contracts.ts`,
							}),
			}),
		);
	});
}

interface DeclaredColumn {
	name: string;
	type: string;
	metadata: boolean;
	computed?: boolean;
}

/** The fields of a schema as SQL columns, with times of the type `time`. */
function columnsOf(schema: z.ZodObject, time: string): ContractColumns {
	const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
	return Object.fromEntries(
		Object.entries(properties).map(([name, property]) => {
			const text = JSON.stringify(property);
			if (text.includes("date-time")) return [name, time];
			return [name, text.includes('"integer"') ? "BIGINT" : text.includes('"number"') ? "DOUBLE" : "STRING"];
		}),
	);
}

/** The token that declares a column, or the relation's name where it declares none. */
function placeOf(tokens: readonly Token[], column: string | undefined): Token[] {
	const open = tokens.findIndex(({ text }) => text === "(");
	const at = tokens.findIndex(
		(token, at) =>
			column !== undefined && at > open && nameOf(token) === column && /^[(,]$/.test(tokens[at - 1]?.text ?? ""),
	);
	const token = tokens[at] ?? tokens[open - 1];
	return token === undefined ? [] : [token];
}
