import type { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Bar } from "../../contracts.ts";
import { barItem, historyWriter, seriesTime } from "../../landing/dynamodb/history.ts";
import { lineStore, type StoreOptions } from "../../landing/influxdb/store.ts";
import { barWriter } from "../../landing/influxdb/writer.ts";
import { barTable } from "../../landing/live_analytics/table.ts";
import { barWriter as timestreamWriter } from "../../landing/live_analytics/writer.ts";
import type { Outcome } from "../../landing/records.ts";
import type { WhichBars } from "./lake-bars.ts";
import { lineStoreContents } from "./line-store-contents.ts";

/** A store as a replay sees it: landing's writer, and what can be asked of it. */
export interface ReplayStore {
	/** As `--to` calls it. */
	name: string;
	/** For messages. */
	place: string;
	/** Bars that are given to it at a time. */
	batch: number;
	/**
	 * When the store's versions of these bars were emitted (epoch ms), by {@link keyOf}; left out where the store itself
	 * refuses older ones.
	 */
	versions?: (bars: readonly Bar[]) => Promise<ReadonlyMap<string, number>>;
	write: (bars: readonly Bar[]) => Promise<Outcome[]>;
	/** How many bars it has of each interval; left out where it cannot be asked. */
	count?: (which: WhichBars, days: readonly string[]) => Promise<Record<string, number>>;
}

/** A bar's key as one text. */
export function keyOf({ symbol, interval, window_start }: Pick<Bar, "symbol" | "interval" | "window_start">): string {
	return JSON.stringify([symbol, interval, Date.parse(window_start)]);
}

const valued = (bars: readonly Bar[]) => bars.map((value) => ({ value }));

/**
 * A store of line protocol. It keeps what is written last, so it is asked first what it has.
 *
 * @param overwrite does not ask it, for one that answers no queries
 */
export function lines(options: StoreOptions, { overwrite = false } = {}): ReplayStore {
	const write = barWriter(lineStore(options));
	const contents = lineStoreContents(options);
	return {
		name: "influxdb",
		place: `the store at ${options.url}`,
		batch: 5_000,
		...(overwrite ? {} : { versions: contents.versions, count: contents.count }),
		write: (bars) => write(valued(bars), { getRemainingTimeInMillis: () => 900_000 }),
	};
}

/** The table of histories, which refuses older versions by itself. It is counted by the keys of what was written. */
export function histories(client: DynamoDBDocumentClient, table: string, days: number): ReplayStore {
	const write = historyWriter<Bar>(client, { table, days, itemOf: barItem });
	const series = new Map<string, { symbol: string; interval: string }>();
	return {
		name: "dynamodb",
		place: `the table ${table}`,
		batch: 1_000,
		write: (bars) => {
			for (const { symbol, interval } of bars) series.set(JSON.stringify([symbol, interval]), { symbol, interval });
			return write(valued(bars));
		},
		count: async ({ from, to }, all) => {
			const counts: Record<string, number> = {};
			const first = from ?? Date.parse(all[0] ?? "1970-01-01");
			const last = (to ?? Date.parse(all.at(-1) ?? "1970-01-01") + 86_400_000) - 1;
			for (const { symbol, interval } of series.values()) {
				const count = await countItems(client, table, symbol, interval, first, last);
				counts[interval] = (counts[interval] ?? 0) + count;
			}
			return counts;
		},
	};
}

async function countItems(
	client: DynamoDBDocumentClient,
	table: string,
	symbol: string,
	interval: string,
	first: number,
	last: number,
): Promise<number> {
	let count = 0;
	let ExclusiveStartKey: Record<string, unknown> | undefined;
	do {
		const page = await client.send(
			new QueryCommand({
				TableName: table,
				Select: "COUNT",
				KeyConditionExpression: "symbol = :symbol AND series_time BETWEEN :first AND :last",
				ExpressionAttributeValues: {
					":symbol": symbol,
					":first": seriesTime(interval, new Date(first).toISOString()),
					":last": seriesTime(interval, new Date(last).toISOString()),
				},
				...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
			}),
		);
		count += page.Count ?? 0;
		ExclusiveStartKey = page.LastEvaluatedKey;
	} while (ExclusiveStartKey);
	return count;
}

/** A table of LiveAnalytics, which refuses older versions by itself. Its answers say of each record that it is written. */
export function liveAnalytics(
	client: Pick<TimestreamWriteClient, "send">,
	place: { database: string; table: string },
): ReplayStore {
	const write = timestreamWriter(barTable(client, place));
	return {
		name: "live-analytics",
		place: `the table ${place.table} of the database ${place.database}`,
		batch: 1_000,
		write: (bars) => write(valued(bars)),
	};
}
