import { ConditionalCheckFailedException, type DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { bulkhead } from "cockatiel";
import { messageOf, type Outcome } from "../records.ts";

/** One record's write, on the condition that the table has nothing newer of its key; `index` is the record's. */
export type Candidate = { put: PutCommand; index: number };

/** Puts that are under way at a time: as many as the client has connections. */
const putsAtOnce = 50;

/**
 * Writes of each key the newest item that the table takes: what it refuses for good is rejected, and the next newest is
 * tried. An item that is not newer than the table's is handled. When the table does not answer or is throttled, no more is
 * tried: what is left has failed, and comes again.
 *
 * @param groups each key's candidates, the newest first
 * @param outcomes of all records, which are changed where a record was not handled
 */
export async function putNewest(
	client: Pick<DynamoDBDocumentClient, "send">,
	groups: readonly Candidate[][],
	outcomes: Outcome[],
): Promise<void> {
	let fault: { error: unknown } | undefined;

	const putOne = async (newestFirst: Candidate[]): Promise<void> => {
		for (const [position, { put, index }] of newestFirst.entries()) {
			try {
				if (fault) throw fault.error;
				await client.send(put);
				return;
			} catch (error) {
				if (error instanceof ConditionalCheckFailedException) return;
				if ((error as DynamoDBServiceException).name === "ValidationException") {
					outcomes[index] = { status: "rejected", detail: `The table refused the item: ${messageOf(error)}` };
					continue;
				}
				fault ??= { error };
				for (const { index } of newestFirst.slice(position)) outcomes[index] = { status: "failed", error };
				return;
			}
		}
	};

	const some = bulkhead(putsAtOnce, Number.POSITIVE_INFINITY);
	await Promise.all(groups.map((group) => some.execute(() => putOne(group))));
}
