/** Writes that lost to somebody else. */
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";

/** Somebody else wrote it in between. */
export class Conflict extends Error {
	override readonly name = "Conflict";
	/** Keys of notifications that were there already, and told, though the series was as it was read. */
	readonly there: string[];
	constructor(cause: unknown, there: string[] = []) {
		super("the table was written in between", { cause });
		this.there = there;
	}
}

/**
 * A conditional write, or a transaction of some.
 *
 * @param alerts keys of the notifications in the write, which come after its first item
 * @throws {@link Conflict} where a condition did not hold
 */
export async function conflicting(write: () => Promise<unknown>, alerts: readonly string[] = []): Promise<void> {
	try {
		await write();
	} catch (error) {
		if (error instanceof ConditionalCheckFailedException) throw new Conflict(error);
		if (!(error instanceof TransactionCanceledException)) throw error;
		const [first, ...others] = (error.CancellationReasons ?? []).map(({ Code }) => Code);
		const there = alerts.filter((_, index) => others[index] === "ConditionalCheckFailed");
		if (first === "None" && there.length > 0) throw new Conflict(error, there);
		const conflicts = ["ConditionalCheckFailed", "TransactionConflict"];
		if ([first, ...others].some((code) => conflicts.includes(code ?? ""))) throw new Conflict(error);
		throw error;
	}
}
