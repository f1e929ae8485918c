import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../local/errors.ts";
import { type Case, casesDir } from "./cases.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { describeRelations, runCase, runCases } from "./run-cases.ts";
import type { Relation } from "./types.ts";
import type { Planner } from "./workbench.ts";

/** What became of a mutant: `caught` by a case, `refused` by the planner, known to be `equivalent`, or `survived`. */
export interface MutantResult extends Mutant {
	/** Relative to the SQL directory. */
	file: string;
	outcome: "caught" | "refused" | "equivalent" | "survived";
	/** The case that caught it, why it is equivalent, or the planner's words. */
	why: string;
}

/** A mutant that cannot be caught, as its result is the same. */
interface Equivalent {
	relation: string;
	change: string;
	reason: string;
}

/** How to look for survivors. */
export interface MutateOptions {
	workbench: Planner;
	sql: string;
	/** All that the SQL files define. */
	relations: readonly Relation[];
	cases: readonly Case[];
	/** The view to change; all if left out. */
	only?: string;
	onResult?: (result: MutantResult, done: number, all: number) => void;
}

/** More than one at a time: while the planner is busy with one, Flink runs another. */
const AT_ONCE = 3;

/** Runs each mutant of the views against the cases whose flow contains the view, until one of them fails. */
export async function mutate(options: MutateOptions): Promise<MutantResult[]> {
	const { workbench, sql, relations, cases, only } = options;
	const views = relations.filter(({ kind, name }) => kind === "view" && (only === undefined || name === only));
	if (views.length === 0) throw new UserError(`There is no view ${only}`);
	const equivalents = readEquivalents(sql);
	const described = await describeRelations(workbench, sql);
	const open = views.flatMap((view) => {
		const able = casesThrough(view.name, cases, relations);
		const text = readFileSync(join(sql, view.file), "utf8");
		return mutantsOf(text).map((mutant) => ({ view, mutant, able }));
	});
	const used = new Set(open.flatMap(({ able }) => able));
	await expectToPass([...used], options);
	const all = open.length;
	const results: MutantResult[] = [];
	const work = async () => {
		for (let next = open.shift(); next; next = open.shift()) {
			const { view, mutant, able } = next;
			const known = equivalents.find(({ relation, change }) => relation === view.name && change === mutant.change);
			const found = known
				? ({ outcome: "equivalent", why: known.reason } as const)
				: await judge(able, (test) =>
						runCase(test, described, { workbench, sql, quick: true, changed: { [view.name]: mutant.sql } }),
					);
			const result = { ...mutant, ...found, file: view.file };
			results.push(result);
			options.onResult?.(result, results.length, all);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return results.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** A case that fails anyway would catch everything. */
async function expectToPass(cases: readonly Case[], { workbench, sql }: MutateOptions): Promise<void> {
	const failed = (await runCases(cases, { workbench, sql, quick: true })).filter(({ failures }) => failures.length > 0);
	if (failed.length === 0) return;
	const names = failed.map((result) => `${result.case.name} (${result.case.place})`).join(", ");
	throw new UserError(`The cases must hold before any view is changed; mend these first: ${names}`);
}

async function judge(
	cases: readonly Case[],
	run: (test: Case) => ReturnType<typeof runCase>,
): Promise<Pick<MutantResult, "outcome" | "why">> {
	for (const test of cases) {
		const { failures, refused } = await run(test);
		if (refused) return { outcome: "refused", why: failures.join("\n") };
		if (failures.length > 0) return { outcome: "caught", why: test.name };
	}
	return { outcome: "survived", why: cases.length === 0 ? "no case reads it" : `${cases.length} cases hold` };
}

/** The cases in whose flow, from what is given to what is expected, a view is; the shortest flows first. */
export function casesThrough(view: string, cases: readonly Case[], relations: readonly Relation[]): Case[] {
	const reads = new Map(relations.map((relation) => [relation.name, relation.reads]));
	const flows = cases.map((test) => {
		const flow = new Set<string>();
		const walk = (name: string) => {
			if (flow.has(name) || name in test.given) return;
			flow.add(name);
			for (const read of reads.get(name) ?? []) walk(read);
		};
		for (const name of Object.keys(test.expect)) walk(name);
		return { test, flow };
	});
	const through = flows.filter(({ flow }) => flow.has(view)).sort((a, b) => a.flow.size - b.flow.size);
	return through.map(({ test }) => test);
}

/** The share of the mutants that were caught, of those that could be, in percent. */
export function caughtPercent(results: readonly MutantResult[]): number {
	const caught = results.filter(({ outcome }) => outcome === "caught").length;
	const survived = results.filter(({ outcome }) => outcome === "survived").length;
	return caught + survived === 0 ? 100 : (100 * caught) / (caught + survived);
}

const Equivalents = z.array(z.strictObject({ relation: z.string(), change: z.string(), reason: z.string().min(10) }));

/** `equivalent-mutants.yaml` beside the directory of the cases. */
function readEquivalents(sql: string): Equivalent[] {
	const file = join(casesDir(sql), "..", "equivalent-mutants.yaml");
	if (!existsSync(file)) return [];
	const read = Equivalents.safeParse(parse(readFileSync(file, "utf8")));
	if (!read.success) throw new UserError(`${file}: ${z.prettifyError(read.error)}`);
	return read.data;
}
