import { ConditionalCheckFailedException, type DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Tick } from "../../contracts.ts";
import { type Entry, messageOf, type Outcome } from "../records.ts";

/**
 * Keeps each symbol's latest price in a DynamoDB table: one item a symbol, replaced by newer ticks only, so that ticks may
 * come again and in any order. Of a symbol's ticks in the batch the newest is written.
 */
export function latestWriter(
	client: DynamoDBDocumentClient,
	table: string,
): (entries: Entry<Tick>[]) => Promise<Outcome[]> {
	/** Writes the symbol's newest tick; if the table refuses that one for good, the next newest. */
	const writeSymbol = async (newestFirst: { tick: Tick; index: number }[], outcomes: Outcome[]): Promise<void> => {
		for (const [position, { tick, index }] of newestFirst.entries()) {
			try {
				await client.send(putIfNewer(table, tick));
				return;
			} catch (error) {
				if (error instanceof ConditionalCheckFailedException) return;
				if ((error as DynamoDBServiceException).name === "ValidationException") {
					outcomes[index] = { status: "rejected", detail: `The table refused the item: ${messageOf(error)}` };
				} else {
					for (const { index } of newestFirst.slice(position)) outcomes[index] = { status: "failed", error };
					return;
				}
			}
		}
	};

	return async (entries) => {
		const outcomes = entries.map((): Outcome => ({ status: "handled" }));
		const ticks = entries.map(({ value }, index) => ({ tick: value, index }));
		const bySymbol = Map.groupBy(ticks.sort(newestFirst), ({ tick }) => tick.symbol);
		await Promise.all([...bySymbol.values()].map((group) => writeSymbol(group, outcomes)));
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
