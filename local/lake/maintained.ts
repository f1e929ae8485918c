import { tableOf } from "../format.ts";
import type { Cell } from "../rows.ts";
import type { Figures, Maintained } from "./maintain.ts";

/** What became of the tables, as a table for people; what failed is said below it. */
export function sayMaintained(all: readonly Maintained[]): string {
	const done = all.filter(({ before }) => before !== undefined);
	const failed = all.flatMap(({ table, failed }) => (failed ? [`${table} failed: ${failed}`] : []));
	const left = all.flatMap(({ table, leftGroups = 0 }) =>
		leftGroups > 0 ? [`${table}: ${leftGroups} groups of files were changed by others meanwhile; run it again`] : [],
	);
	const dry = done.some(({ after }) => after === undefined);
	const table = tableOf(dry ? planned(done) : changed(done));
	return [...(done.length > 0 ? [table] : []), ...left, ...failed].join("\n");
}

function changed(done: readonly Maintained[]): { columns: string[]; rows: Cell[][] } {
	const rows = done.map(({ table, before, after, seconds = 0 }) => {
		const arrow = (of: (figures: Figures) => number | string) =>
			before && after ? `${of(before)} → ${of(after)}` : "";
		return [
			table,
			arrow(({ files }) => files),
			arrow(({ mostFilesInPartition }) => mostFilesInPartition),
			arrow(({ bytes }) => sayBytes(bytes)),
			arrow(({ snapshots }) => snapshots),
			arrow(({ manifests }) => manifests),
			arrow(({ metadataBytes }) => sayBytes(metadataBytes)),
			arrow(({ rows }) => rows),
			Math.round(seconds * 10) / 10,
		];
	});
	const columns = [
		"table",
		"files",
		"most a partition",
		"data",
		"snapshots",
		"manifests",
		"metadata",
		"rows",
		"seconds",
	];
	return { columns, rows };
}

function planned(done: readonly Maintained[]): { columns: string[]; rows: Cell[][] } {
	const rows = done.map(({ table, before, rewrittenFiles = 0, expiredSnapshots = 0 }) => [
		table,
		before?.files ?? 0,
		before?.mostFilesInPartition ?? 0,
		rewrittenFiles,
		before?.snapshots ?? 0,
		expiredSnapshots,
	]);
	return {
		columns: ["table", "files", "most a partition", "would be compacted", "snapshots", "would expire"],
		rows,
	};
}

/** Bytes as a person writes them: `12 kB`, `3.4 MB`. */
export function sayBytes(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let value = bytes;
	let unit = 0;
	for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
	return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}
