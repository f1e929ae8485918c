import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDuckDb, quote } from "../../../../local/duckdb.ts";
import { tools } from "../../../../local/paths.ts";
import { readSqlFiles } from "../../../../local/release.ts";
import type { Plan } from "../../../../sql/workbench/plan/plan.ts";
import { judge } from "../../../../sql/workbench/plan/verdict.ts";
import { offlineProperties, sqlDir } from "../../../../sql/workbench/properties.ts";
import { EDITS, type Edit } from "./edits.ts";
import { AFTER, BEFORE, edited, readingsSql } from "./readings.ts";
import { openStand, type Printed, type Stand } from "./stand.ts";

let stand: Stand;
/** The plan of the job that the savepoint is of, and what it had printed by then. */
let base: Plan;
let savepoint: string;
let before: Printed;
/** What the same job prints that is never interrupted. */
let whole: Printed;
/** What it prints after the savepoint. */
let after: Printed;

beforeAll(async () => {
	stand = await openStand();
	base = await stand.compile(readingsSql());
	stand.give("before", BEFORE);
	await stand.start(base);
	await stand.printed("minutes", "[b, 20.0");
	await stand.printed("readings", "[b, 21.0");
	const stopped = await stand.stop({ savepoint: true });
	before = stopped.printed;
	savepoint = stopped.savepoint as string;

	await stand.start(base);
	await stand.printed("readings", "[b, 21.0");
	stand.give("after", AFTER);
	whole = await finish(Object.keys(tablesOf(base)));
	after = Object.fromEntries(Object.entries(whole).map(([table, rows]) => [table, without(rows, before[table] ?? [])]));
});

afterAll(() => stand?.end());

test("there is state in the middle of everything when the savepoint is taken", () => {
	expect(before.readings).toHaveLength(6);
	expect(before.hours).toBeUndefined();
	expect(after.minutes).toContain("[a, 11.0, 15.0, 11.0, 15.0, 4, 2]");
	expect(after.steps).toContain("[a, 15.0, 3.0]");
	expect(after.rises).toContain("[a, 15.0, 11.0, 12.0]");
	expect(after.days).toContain("[b, 21.0, 4]");
	expect(after.lately).toContain("[b, b-site, 2]");
});

test.each(EDITS.map((edit) => [edit.name, edit] as const))("%s", async (_, edit) => {
	const plan = await stand.compile(edit.sql, edit.properties);
	const outcome = judge(base, plan);
	expect({ verdict: outcome.verdict, reasons: outcome.reasons }).toEqual({
		verdict: edit.verdict,
		reasons: edit.reasons,
	});
	const added = outcome.operators.filter((operator) => operator.outcome === "new").map(({ reason }) => reason);
	expect(added).toEqual(edit.added ?? []);
	expect(await goOn(outcome.plan, outcome.verdict !== "compatible")).toEqual(expected(edit));
});

test("a lake table gets each row once over a savepoint", async () => {
	const { plan } = judge(base, await stand.compile(EDITS[0]?.sql ?? {}));
	await stand.start(plan, { savepoint, allowNonRestored: false });
	await ended(["minutes"]);
	await stand.stop({ savepoint: true });
	const rows = await inLake("SELECT sensor, weight, readings FROM lake ORDER BY ALL");
	const printed = (whole.minutes ?? []).map((row) => row.slice(1, -1).split(", "));
	expect(rows).toEqual(printed.map(([sensor, , , , , weight, readings]) => [sensor, weight, readings]).sort());
});

test("bars of another interval in the repository's own job, one file and two lines, lose nothing", async () => {
	const sql = readSqlFiles(sqlDir);
	const quarter = edited(sql, {
		"2_views/all_bars.sql": [
			[
				"UNION ALL\nSELECT CAST('1h'",
				`UNION ALL\nSELECT CAST('15m' AS STRING) AS \`interval\`, * FROM bars_15m\nUNION ALL\nSELECT CAST('1h'`,
			],
		],
	});
	const view = (sql["2_views/bars_5m.sql"] ?? "")
		.replace("VIEW bars_5m", "VIEW bars_15m")
		.replace("bars_1m", "bars_5m");
	const old = await stand.plan(sql, offlineProperties());
	const now = await stand.plan(
		{ ...quarter, "2_views/bars_15m.sql": view.replace("'5' MINUTE", "'15' MINUTE") },
		offlineProperties(),
	);
	const { verdict, operators, plan } = judge(old, now);
	expect(verdict).toBe("compatible");
	const others = operators.filter(({ outcome }) => outcome !== "kept");
	expect(others.map(({ reason }) => reason)).toEqual([
		"the 15-minute window (for streams.bars and lake.bars) is new: its open windows start empty",
	]);
	expect(operators.filter(({ outcome, oldId, newId }) => outcome === "kept" && oldId !== newId)).toEqual([]);
	expect(plan.nodes.length).toBeGreaterThan(old.nodes.length);
});

test("state that is given to an operator with another key does not go unnoticed", async () => {
	const edit = EDITS.find(({ name }) => name === "another key") as Edit;
	const wrong = keptByForce(judge(base, await stand.compile(edit.sql)));
	expect((await goOn(wrong, true)).lately).not.toEqual(expected(edit).lately);
});

test("state that is given to aggregates in another order does not go unnoticed", async () => {
	const edit = EDITS.find(({ name }) => name.startsWith("two aggregates")) as Edit;
	const wrong = keptByForce(judge(base, await stand.compile(edit.sql)));
	const printed = await goOn(wrong, true);
	expect(printed.minutes).not.toEqual(expected(edit).minutes);
	expect(printed.minutes).not.toEqual(after.minutes);
});

test("state that is not found does not go unnoticed: without matching, no savepoint fits an edit in front", async () => {
	const plan = await stand.compile(EDITS[0]?.sql ?? {});
	const started = stand.start(plan, { savepoint, allowNonRestored: false });
	await expect(started).rejects.toThrow(/Cannot map checkpoint\/savepoint state/);
});

/** Goes on from the savepoint to the end of the readings. */
async function goOn(plan: Plan, allowNonRestored: boolean): Promise<Printed> {
	await stand.start(plan, { savepoint, allowNonRestored });
	return finish(Object.keys(tablesOf(plan)));
}

async function finish(tables: string[]): Promise<Printed> {
	await ended(tables.filter((table) => !["heavy", "jumps"].includes(table)));
	return (await stand.stop()).printed;
}

/** Waits until tables have printed their last rows; then the watermark is at the end everywhere. */
async function ended(tables: string[]): Promise<void> {
	for (const table of tables) await stand.printed(table, "[end");
}

/** What must be printed after the savepoint: what the old job would have printed, but for what the edit is about. */
function expected({ instead = {} }: Edit): Printed {
	const all = Object.entries({ ...after, ...instead }).filter(([, rows]) => rows.length > 0);
	return Object.fromEntries(all.map(([table, rows]) => [table, [...rows].sort()]));
}

/** The plan in which even what changed gets the state of the operator before. */
function keptByForce({ plan, operators }: ReturnType<typeof judge>): Plan {
	const forced = new Map(
		operators.filter(({ outcome }) => outcome === "changed").map(({ oldId, newId }) => [newId, oldId]),
	);
	expect(forced.size).toBeGreaterThan(0);
	const id = (now: number) => forced.get(now) ?? now;
	return {
		...plan,
		nodes: plan.nodes.map((node) => ({ ...node, id: id(node.id) })),
		edges: plan.edges.map((edge) => ({ ...edge, source: id(edge.source), target: id(edge.target) })),
	};
}

/** The tables that a plan prints into, by name. */
function tablesOf(plan: Plan): Record<string, true> {
	const names = plan.nodes.flatMap(
		(node) => /`printed`\.`(\w+)`/.exec(JSON.stringify(node.dynamicTableSink ?? ""))?.[1] ?? [],
	);
	return Object.fromEntries(names.map((name) => [name, true]));
}

function without(rows: string[], gone: string[]): string[] {
	const left = [...rows];
	for (const row of gone) {
		const at = left.indexOf(row);
		if (at < 0) throw new Error(`The job that was not interrupted did not print ${row}`);
		left.splice(at, 1);
	}
	return left;
}

async function inLake(query: string): Promise<(string | undefined)[][]> {
	const duckdb = await openDuckDb(tools().duckdbExtensions);
	try {
		const table = join(stand.dir, "warehouse", "lake", "minutes");
		await duckdb.connection.run("SET unsafe_enable_version_guessing = true");
		const scan = query.replace("lake", `iceberg_scan(${quote(table)})`);
		const rows = (await duckdb.connection.runAndReadAll(scan)).getRowsJson();
		return rows.map((row) => row.map((value) => String(value)));
	} finally {
		duckdb.close();
	}
}
