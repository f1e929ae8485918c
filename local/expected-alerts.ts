import { seriesKey, textOf } from "../alerting/deliver/keys.ts";
import { evaluate, newSeries } from "../alerting/engine/engine.ts";
import { type Incoming, incomingBar, incomingHit } from "../alerting/engine/observe.ts";
import type { RuleSet } from "../alerting/rules/load.ts";
import { unusable } from "../alerting/usable.ts";
import { Bar, Hit } from "../contracts.ts";
import type { Lake } from "./lake.ts";
import { notificationKey } from "./notifications.ts";
import { readRows } from "./rows.ts";

/**
 * The notifications, by their key, that the rules make of the lake's bars and hits: each series' in the order of its keys,
 * told whatever their age. What alerting cannot use is left out, as it is a dead letter.
 */
export async function expectedAlerts(lake: Lake, rules: RuleSet): Promise<Set<string>> {
	const bars = await recordsOf(lake, "bars", Bar);
	const hits = await recordsOf(lake, "hits", Hit);
	const all = [...bars.map((bar) => incomingBar(bar, rules)), ...hits.map(incomingHit)];
	const records = all.filter((record) => unusable(record) === undefined);
	const keys = new Set<string>();
	const bySeries = Map.groupBy(records, ({ symbol, series }) => textOf(seriesKey(symbol, series)));
	for (const ofSeries of bySeries.values()) for (const key of notified(ofSeries, rules)) keys.add(key);
	return keys;
}

function notified(records: readonly Incoming[], rules: RuleSet): string[] {
	let state = newSeries;
	const keys: string[] = [];
	for (const record of records.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
		const { state: after, outcomes } = evaluate(state, record, rules, {});
		state = after;
		for (const outcome of outcomes) if (outcome.kind === "notify") keys.push(notificationKey(outcome.alert));
	}
	return keys;
}

async function recordsOf<T>(
	{ connection }: Lake,
	table: string,
	schema: { safeParse(value: unknown): { data?: T } },
): Promise<T[]> {
	const { columns, rows } = readRows(await connection.runAndReadAll(`SELECT * FROM ${table}`));
	return rows.flatMap((row) => {
		const { data } = schema.safeParse(Object.fromEntries(columns.map((name, index) => [name, row[index]])));
		return data === undefined ? [] : [data];
	});
}
