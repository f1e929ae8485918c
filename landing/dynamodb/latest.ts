import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Tick } from "../../contracts.ts";
import type { Entry, Outcome } from "../records.ts";
import { putNewest } from "./put.ts";

/**
 * Keeps each symbol's latest price in a DynamoDB table: one item a symbol, replaced by newer ticks only, so that ticks may
 * come again and in any order. Of a symbol's ticks in the batch the newest is written.
 */
export function latestWriter(
	client: DynamoDBDocumentClient,
	table: string,
): (entries: Entry<Tick>[]) => Promise<Outcome[]> {
	return async (entries) => {
		const outcomes = entries.map((): Outcome => ({ status: "handled" }));
		const ticks = entries.map(({ value }, index) => ({ tick: value, index })).sort(newestFirst);
		const bySymbol = Map.groupBy(ticks, ({ tick }) => tick.symbol);
		const groups = [...bySymbol.values()].map((group) =>
			group.map(({ tick, index }) => ({ put: putIfNewer(table, tick), index })),
		);
		await putNewest(client, groups, outcomes);
		return outcomes;
	};
}

/** By event time, then by the time of sending: both are ISO 8601 in UTC with milliseconds, whose text sorts as they do. */
function newestFirst(a: { tick: Tick }, b: { tick: Tick }): number {
	const [left, right] = [a, b].map(({ tick }) => tick.event_time + tick.emitted_at) as [string, string];
	return left < right ? 1 : left > right ? -1 : 0;
}

function putIfNewer(table: string, tick: Tick): PutCommand {
	const { symbol, close, event_time, day_open, day_high, day_low, day_volume, emitted_at } = tick;
	return new PutCommand({
		TableName: table,
		Item: {
			symbol,
			price: close,
			event_time,
			day_open,
			day_high,
			day_low,
			day_volume,
			emitted_at,
			...(tick.previous_close === null ? {} : { previous_close: tick.previous_close }),
			...(tick.day_move_pct === null ? {} : { day_move_pct: tick.day_move_pct }),
		},
		ConditionExpression:
			"attribute_not_exists(symbol) OR event_time < :event_time OR (event_time = :event_time AND emitted_at < :emitted_at)",
		ExpressionAttributeValues: { ":event_time": event_time, ":emitted_at": emitted_at },
	});
}
