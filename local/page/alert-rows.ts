/** The list of alerts as a server and its browsers keep it: one row an alert, the one that changed last at the end. */
import type { AlertRow } from "./messages.ts";

/** Most rows that are kept of those that were told or are to be, and as many of those that were not. */
export const MOST_ROWS = 200;

/**
 * Puts a row in place of the one with its id, at the end. Where there are too many of its kind the one that changed first
 * is dropped: a flood of suppressed ones takes nothing else away.
 *
 * @returns the id of the row that was dropped
 */
export function keepRow(rows: Map<string, AlertRow>, row: AlertRow, most = MOST_ROWS): string | undefined {
	rows.delete(row.id);
	rows.set(row.id, row);
	const ofKind = [...rows.values()].filter(({ told }) => told === row.told);
	if (ofKind.length <= most) return undefined;
	const dropped = ofKind[0]?.id ?? "";
	rows.delete(dropped);
	return dropped;
}
