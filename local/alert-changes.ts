import type { AlertItem, AlertTable } from "../alerting/deliver/table.ts";

const DAY_MS = 86_400_000;

/** What was written about alerts from an instant to another, epoch ms, in the order in which it was written. */
export async function changesSince(
	table: Pick<AlertTable, "changedOn">,
	from: number,
	to: number,
): Promise<AlertItem[]> {
	const after = new Date(from).toISOString();
	const items: AlertItem[] = [];
	for (let day = Math.floor(from / DAY_MS); day <= Math.floor(to / DAY_MS); day++) {
		items.push(...(await table.changedOn(new Date(day * DAY_MS).toISOString().slice(0, 10), after)));
	}
	return items;
}
