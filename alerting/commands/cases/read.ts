/** Cases of rules: files with records that are given, and the notifications that are expected of them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isNode, LineCounter, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { messageOf, UserError } from "../../../local/errors.ts";
import { root } from "../../../local/paths.ts";
import { calledHere, ownRules, readRules } from "../../../local/rules.ts";
import { loadRules, type RuleSet, RulesError } from "../../rules/load.ts";
import type { Silence } from "../../silences.ts";
import { Expectation, type Expected, readExpectation } from "./expected.ts";
import { type Given, givenOf } from "./given.ts";
import { GivenRow, GivenSilence } from "./given-row.ts";
import { instantOf } from "./times.ts";

/** The repository's own cases. */
export const casesDir = join(root, "alerting", "cases");

export interface Case {
	name: string;
	/** `file:line` */
	place: string;
	rules: RuleSet;
	given: Given[];
	expect: Expected[];
	/** The wall clock for max_age, epoch ms; undefined where the records are of the past on purpose. */
	now?: number;
	silences: Silence[];
	/** The day of times without one. */
	date: string;
}

const Rules = z.union([
	z.string(),
	z.array(z.looseObject({ name: z.string() })),
	z.looseObject({ rules: z.array(z.unknown()) }),
]);
const CaseSchema = z.strictObject({
	name: z.string().min(1),
	rules: Rules.optional(),
	given: z.array(GivenRow).min(1),
	expect: z.array(Expectation),
	now: z.string().optional(),
	silences: z.array(GivenSilence).default([]),
});
const FileSchema = z.strictObject({
	/** The day of times without one, UTC. */
	date: z.iso.date().default("2024-01-02"),
	/** The symbol of rows without one. */
	symbol: z.string().min(1).default("AAPL"),
	rules: Rules.optional(),
	cases: z.array(CaseSchema).min(1),
});

/** The cases of files, and of the YAML files in folders. Throws {@link UserError} where there is none. */
export function readCases(paths: readonly string[]): Case[] {
	const files = paths.flatMap((path) => {
		if (!existsSync(path)) throw new UserError(`There is no file or folder ${path}`);
		return statSync(path).isDirectory()
			? readdirSync(path)
					.filter((file) => /\.ya?ml$/.test(file))
					.sort()
					.map((file) => join(path, file))
			: [path];
	});
	if (files.length === 0) throw new UserError(`${paths.join(", ")} has no cases: write one as a .yaml file`);
	return files.flatMap(readCaseFile);
}

/** The cases of a file. Throws {@link UserError} with the place of everything that is wrong with it. */
export function readCaseFile(path: string): Case[] {
	const file = calledHere(path);
	const lines = new LineCounter();
	const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines, prettyErrors: false });
	const at = (place: readonly PropertyKey[]): string => {
		for (let length = place.length; length > 0; length--) {
			const node = document.getIn(place.slice(0, length), true);
			if (isNode(node) && node.range) return `${file}:${lines.linePos(node.range[0]).line}`;
		}
		return `${file}:1`;
	};
	const broken = document.errors.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`);
	if (broken.length > 0) throw new UserError(broken.join("\n"));
	const read = FileSchema.safeParse(document.toJS());
	if (!read.success)
		throw new UserError(
			read.error.issues.map(({ path, message }) => `${at(path)}: ${path.slice(2).join(".")}: ${message}`).join("\n"),
		);
	const { date, symbol, cases } = read.data;
	return cases.map(({ name, silences, ...test }, index) => {
		const place = (...keys: PropertyKey[]) => at(["cases", index, ...keys]);
		const own =
			test.rules === undefined
				? { rules: read.data.rules, at: at(["rules"]) }
				: { rules: test.rules, at: place("rules") };
		return {
			name,
			place: place("name"),
			rules: rulesOf(own.rules, own.at, dirname(path)),
			given: givenOf(
				test.given.map((row, i) => ({ row, place: place("given", i) })),
				{ date, symbol },
			),
			expect: test.expect.map((row, i) => readExpectation(row, place("expect", i), date)),
			date,
			silences: silences.map((silence, i) => silenceOf(silence, date, place("silences", i))),
			...(test.now === undefined ? {} : { now: momentOf(test.now, date, place("now")) }),
		};
	});
}

const known = new Map<string, RuleSet>();

/** The repository's rules, those of a file beside the case, or those that stand in it. */
function rulesOf(rules: z.infer<typeof Rules> | undefined, place: string, dir: string): RuleSet {
	const file = rules === undefined ? ownRules : typeof rules === "string" ? resolve(dir, rules) : undefined;
	const text =
		file === undefined ? stringify(Array.isArray(rules) ? { rules: rules.map(withTexts) } : rules) : readRules(file);
	let read = known.get(text);
	if (!read) {
		try {
			read = loadRules(text, file === undefined ? place : calledHere(file));
		} catch (error) {
			if (!(error instanceof RulesError) || file !== undefined) throw error;
			// Its lines are those of no file that anybody has.
			const mistakes = error.mistakes.map(
				({ rule, message }) => `${place}: ${rule === undefined ? "" : `rule ${rule}: `}${message}`,
			);
			throw new UserError(mistakes.join("\n"), { cause: error });
		}
		known.set(text, read);
	}
	return read;
}

/** A case that is about when a rule fires need not say what it writes. */
function withTexts(rule: Record<string, unknown>): Record<string, unknown> {
	return { subject: "{{ symbol }} {{ rule }}", message: "{{ symbol }} {{ rule }}", ...rule };
}

/** A silence that holds at all times, where it does not say when. */
function silenceOf({ symbol, rule, from, until, reason = "" }: GivenSilence, date: string, place: string): Silence {
	const at = (time: string) => new Date(momentOf(time, date, place)).toISOString();
	return {
		...{ id: "case", symbol, reason },
		...(rule === undefined ? {} : { rule }),
		from: from === undefined ? "1970-01-01T00:00:00.000Z" : at(from),
		until: until === undefined ? "9999-12-31T00:00:00.000Z" : at(until),
	};
}

/** Epoch ms of a time with a date or of a time of the case's day. */
function momentOf(text: string, date: string, place: string): number {
	try {
		return Date.parse(instantOf(text, date));
	} catch (cause) {
		throw new UserError(`${place}: ${messageOf(cause)}`, { cause });
	}
}
