import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Bar, Tick } from "../../contracts.ts";
import type { Outcome, Valued } from "../records.ts";
import { putNewest } from "./put.ts";

/** What the table of histories has of ticks in place of an interval. */
export const tickSeries = "tick";

/** The key of an item: a symbol's series (an interval, or {@link tickSeries}) in the order of time. */
export function seriesTime(series: string, time: string): string {
	return `${series}#${time}`;
}

/** An item of the table: what the record has, nulls left out, with its key and its day. */
type Item = { symbol: string; series_time: string; day: string; emitted_at: string; [field: string]: unknown };

/** A bar as an item; `day` is the UTC day of its start. */
export function barItem(bar: Bar): Item {
	const { interval, window_start } = bar;
	return { ...withoutNulls(bar), series_time: seriesTime(interval, window_start), day: window_start.slice(0, 10) };
}

/** A tick as an item; `day` is its UTC day. */
export function tickItem(tick: Tick): Item {
	const { event_time } = tick;
	return { ...withoutNulls(tick), series_time: seriesTime(tickSeries, event_time), day: event_time.slice(0, 10) };
}

export type HistoryOptions<T> = {
	table: string;
	/** How long an item is kept after its record was emitted: a replay of the past is kept as long as what happens now. */
	days: number;
	itemOf: (record: T) => Item;
};

/**
 * Keeps records in a DynamoDB table, an item for each key, replaced by what was emitted later only, so that records may come
 * again and in any order. Of a key's records in the batch the newest is written.
 */
export function historyWriter<T extends { emitted_at: string }>(
	client: DynamoDBDocumentClient,
	{ table, days, itemOf }: HistoryOptions<T>,
): (entries: readonly Valued<T>[]) => Promise<Outcome[]> {
	return async (entries) => {
		const outcomes = entries.map((): Outcome => ({ status: "handled" }));
		const items = entries.map(({ value }, index) => ({ item: itemOf(value), index }));
		const byKey = Map.groupBy(items, ({ item }) => JSON.stringify([item.symbol, item.series_time]));
		const groups = [...byKey.values()].map((group) =>
			// Of two that were emitted at the same time the later in the stream wins.
			group
				.toSorted((a, b) =>
					a.item.emitted_at < b.item.emitted_at ? 1 : a.item.emitted_at > b.item.emitted_at ? -1 : b.index - a.index,
				)
				.map(({ item, index }) => ({ put: putIfNewer(table, item, days), index })),
		);
		await putNewest(client, groups, outcomes);
		return outcomes;
	};
}

function putIfNewer(table: string, item: Item, days: number): PutCommand {
	return new PutCommand({
		TableName: table,
		Item: { ...item, expires: Math.floor(Date.parse(item.emitted_at) / 1_000) + days * 86_400 },
		ConditionExpression: "attribute_not_exists(symbol) OR emitted_at < :emitted_at",
		ExpressionAttributeValues: { ":emitted_at": item.emitted_at },
	});
}

/** What is null is not in the item, as in the table of latest prices. */
function withoutNulls<T extends { symbol: string; emitted_at: string }>(record: T) {
	const known = Object.entries(record).filter(([, value]) => value !== null);
	return { ...Object.fromEntries(known), symbol: record.symbol, emitted_at: record.emitted_at };
}
