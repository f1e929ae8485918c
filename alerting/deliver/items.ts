/** Items of a DynamoDB table, however many pages or calls they take. */
import {
	BatchGetCommand,
	type BatchGetCommandOutput,
	type DynamoDBDocumentClient,
	paginateQuery,
	type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { type Key, textOf } from "./keys.ts";

/** As many as DynamoDB takes in a call. */
const BATCH = 100;

/** The items at these keys, as they are at this moment, in any order; those that are not there are missing. */
export async function itemsAt(
	client: DynamoDBDocumentClient,
	table: string,
	keys: readonly Key[],
): Promise<Record<string, unknown>[]> {
	const unique = [...new Map(keys.map((key) => [textOf(key), key])).values()];
	const found: Record<string, unknown>[] = [];
	for (let start = 0; start < unique.length; start += BATCH) {
		let wanted: Record<string, unknown>[] | undefined = unique.slice(start, start + BATCH) as never[];
		while (wanted && wanted.length > 0) {
			const answer: BatchGetCommandOutput = await client.send(
				new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
			);
			found.push(...(answer.Responses?.[table] ?? []));
			wanted = answer.UnprocessedKeys?.[table]?.Keys;
		}
	}
	return found;
}

/** All that a query finds, in its order. */
export async function everyItem(
	client: DynamoDBDocumentClient,
	query: QueryCommandInput,
): Promise<Record<string, unknown>[]> {
	const found: Record<string, unknown>[] = [];
	for await (const { Items = [] } of paginateQuery({ client }, query)) found.push(...Items);
	return found;
}
