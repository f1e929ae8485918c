import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { seriesTime } from "./history.ts";

/** An item as it is in its table: numbers as numbers, what is unknown left out. */
export type Fields = Record<string, unknown>;

/** The latest price of each of the symbols, in their order; undefined for a symbol that has none. */
export async function latestPrices(
	client: DynamoDBDocumentClient,
	table: string,
	symbols: readonly string[],
): Promise<(Fields | undefined)[]> {
	return Promise.all(
		symbols.map(async (symbol) => (await client.send(new GetCommand({ TableName: table, Key: { symbol } }))).Item),
	);
}

export type HistoryRange = {
	symbol: string;
	/** An interval such as `1m`, or `tick`. */
	series: string;
	/** ISO 8601 in UTC with milliseconds, both inclusive. */
	from: string;
	to: string;
};

/** A symbol's records of one series from `from` to `to`, in the order of time. */
export async function historyOf(
	client: DynamoDBDocumentClient,
	table: string,
	{ symbol, series, from, to }: HistoryRange,
): Promise<Fields[]> {
	const items: Fields[] = [];
	const pages = paginateQuery(
		{ client },
		{
			TableName: table,
			KeyConditionExpression: "symbol = :symbol AND series_time BETWEEN :from AND :to",
			ExpressionAttributeValues: {
				":symbol": symbol,
				":from": seriesTime(series, from),
				":to": seriesTime(series, to),
			},
		},
	);
	for await (const { Items = [] } of pages) items.push(...Items);
	return items;
}
