import { UserError } from "../../local/errors.ts";
import { type CaseRelations, expectedRows, type Given, givenRows } from "./case-rows.ts";
import type { Case, Value } from "./cases.ts";
import { compare, sayDifference } from "./compare.ts";
import { offlineProperties } from "./properties.ts";
import { asGiven, type Variant, variantsOf } from "./variants.ts";
import type { Workbench } from "./workbench.ts";

/** What became of a case. */
export interface CaseResult {
	case: Case;
	/** Empty where it holds: a paragraph for each way of running it that failed. */
	failures: string[];
	/** Why the planner refuses to run it; its message is among the failures. */
	refused: boolean;
	seconds: number;
}

/** How to run cases. */
export interface RunOptions {
	workbench: Pick<Workbench, "request">;
	/** The SQL directory. */
	sql: string;
	/** Statements that take the place of views, by name. */
	changed?: Record<string, string>;
	/** As given only, not in other orders, modes and parallelism. */
	quick?: boolean;
	/** Called as each case ends. */
	onResult?: (result: CaseResult) => void;
}

type Run = { rows: Record<string, Record<string, Value>[]> } | { failed: string } | { refused: string };
type Answer = { runs: Run[]; unread: string[] } | { wrong: { relation: string; row: number; message: string } };

/** More than cores: while the planner is busy with one, Flink runs another. */
const AT_ONCE = 4;

/** The sources and views of a SQL directory. Throws SqlError where it is wrong. */
export async function describeRelations(workbench: Pick<Workbench, "request">, sql: string): Promise<CaseRelations> {
	const properties = offlineProperties(sql);
	const { relations } = await workbench.request<{ relations: CaseRelations }>("run", {
		sql,
		properties,
		describe: true,
	});
	return relations;
}

/** Runs cases, a few at a time. The results are in the order of the cases. */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<CaseResult[]> {
	const relations = await describeRelations(options.workbench, options.sql);
	const results: CaseResult[] = [];
	const open = [...cases.entries()];
	const work = async () => {
		for (let next = open.shift(); next; next = open.shift()) {
			const result = await runCase(next[1], relations, options);
			results[next[0]] = result;
			options.onResult?.(result);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return results;
}

/** Runs one case, as given and in its variants. What is wrong with the case itself is a failure too. */
export async function runCase(test: Case, relations: CaseRelations, options: RunOptions): Promise<CaseResult> {
	const started = performance.now();
	const ended = (failures: string[], refused = false): CaseResult => {
		return { case: test, failures, refused, seconds: (performance.now() - started) / 1000 };
	};
	let given: Record<string, Given>;
	let expected: ReturnType<typeof expectedRows>;
	try {
		given = givenRows(test, relations);
		expected = expectedRows(test, relations);
	} catch (error) {
		if (error instanceof UserError) return ended([error.message]);
		throw error;
	}
	const variants = options.quick ? [asGiven] : variantsOf(test, given);
	const answer = await ask(test, given, variants, options);
	if ("wrong" in answer) {
		const { relation, row, message } = answer.wrong;
		return ended([`${given[relation]?.places[row]}: ${message}`]);
	}
	if (answer.unread.length > 0 && answer.runs.some((run) => "rows" in run))
		return ended([`${test.place}: ${answer.unread.join(", ")} is given, but nothing that is expected reads it`]);
	const failures = variants.flatMap((variant, i) => {
		const lines = differences(answer.runs[i] as Run, expected, test.date);
		return lines.length === 0 ? [] : [`${sayVariant(variant)}:\n${lines.map((line) => `  ${line}`).join("\n")}`];
	});
	const refused = answer.runs.some((run) => "refused" in run);
	// What fails as given fails in other ways too: they would only repeat it.
	return ended(failures[0]?.startsWith(asGiven.name) ? failures.slice(0, 1) : failures, refused);
}

function ask(test: Case, given: Record<string, Given>, variants: Variant[], { workbench, sql, changed }: RunOptions) {
	const properties = offlineProperties(sql);
	if (properties.LATENESS_SECONDS !== undefined) properties.LATENESS_SECONDS = String(test.lateness);
	return workbench.request<Answer>("run", {
		sql,
		properties,
		given: Object.fromEntries(Object.entries(given).map(([name, { rows }]) => [name, rows])),
		expect: Object.keys(test.expect),
		lateness: test.lateness * 1000,
		...(changed ? { changed } : {}),
		runs: variants.map(({ mode, parallelism, order }) => ({ mode, parallelism, ...(order ? { order } : {}) })),
	});
}

function differences(run: Run, expected: ReturnType<typeof expectedRows>, date: string): string[] {
	if ("failed" in run) return [`the run failed: ${run.failed}`];
	if ("refused" in run) return [`the planner refuses it: ${run.refused}`];
	return Object.entries(expected).flatMap(([relation, rows]) => {
		const difference = compare(relation, rows, run.rows[relation] ?? []);
		return difference ? sayDifference(difference, date) : [];
	});
}

function sayVariant({ name, order }: Variant): string {
	const rows = Object.entries(order ?? {}).map(
		([relation, indexes]) => `${relation} ${indexes.map((i) => i + 1).join(" ")}`,
	);
	return rows.length === 0 ? name : `${name} (${rows.join("; ")})`;
}
