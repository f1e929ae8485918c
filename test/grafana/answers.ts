/** Whether an answer is what a panel draws. */
import type { Needs } from "../../grafana/panel.ts";

/** A row as any store answers it: times as epoch ms. */
export type Row = Record<string, unknown>;

/**
 * What is wrong with an answer, in words; empty if a panel can draw it. Columns beside those that it needs are none of its
 * business. With `seriesBySeries` times are in order within each series, as InfluxDB answers; without, over all rows.
 */
export function problemsOf(rows: readonly Row[], needs: Needs, { seriesBySeries = false } = {}): string[] {
	const fewest = needs.rows ?? 1;
	if (rows.length < fewest) return [`${rows.length} rows, and ${fewest} are needed`];
	const missing = [...(needs.time ? ["time"] : []), ...needs.text, ...needs.numbers].filter((name) =>
		rows.every((row) => !(name in row)),
	);
	if (missing.length > 0) return [`no column ${missing.join(", ")}`];
	return [
		...(needs.time ? seriesOf(rows, seriesBySeries ? needs.text : []).flatMap(timeProblems) : []),
		...needs.text.flatMap((name) => typeProblems(rows, name, "string")),
		...needs.numbers.flatMap((name) => typeProblems(rows, name, "number")),
	];
}

function seriesOf(rows: readonly Row[], labels: readonly string[]): Row[][] {
	return [...Map.groupBy(rows, (row) => JSON.stringify(labels.map((name) => row[name]))).values()];
}

function timeProblems(rows: readonly Row[]): string[] {
	const times = rows.map(({ time }) => time);
	const wrong = times.find((time) => typeof time !== "number" || !Number.isFinite(time));
	if (wrong !== undefined || times.includes(undefined)) return [`the time ${String(wrong)}`];
	const sorted = times.every((time, index) => index === 0 || Number(time) >= Number(times[index - 1]));
	return sorted ? [] : ["times that are not in order"];
}

function typeProblems(rows: readonly Row[], name: string, type: "string" | "number"): string[] {
	const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
	if (values.length === 0) return [`nothing but nulls in ${name}`];
	const wrong = values.find((value) => typeof value !== type || (type === "number" && !Number.isFinite(value)));
	return wrong === undefined ? [] : [`${name} has ${JSON.stringify(wrong)}, which is no ${type}`];
}

/** The needed columns alone, in an order and with digits that do not depend on the store. */
export function comparable(rows: readonly Row[], needs: Needs): string[] {
	const names = [...(needs.time ? ["time"] : []), ...needs.text, ...needs.numbers];
	const cell = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(9)) : (value ?? null));
	return rows.map((row) => JSON.stringify(names.map((name) => cell(row[name])))).sort();
}

/** Answers that a panel draws together, as one: rows of the same time are one row. */
export function joined(answers: readonly (readonly Row[])[]): Row[] {
	if (answers.length === 1) return [...(answers[0] ?? [])];
	const byTime = new Map<unknown, Row>();
	for (const row of answers.flat()) byTime.set(row.time, { ...byTime.get(row.time), ...row });
	return [...byTime.values()].sort((a, b) => Number(a.time) - Number(b.time));
}
