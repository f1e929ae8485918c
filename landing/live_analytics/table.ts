import {
	RejectedRecordsException,
	type TimestreamWriteClient,
	ValidationException,
	WriteRecordsCommand,
} from "@aws-sdk/client-timestream-write";
import { messageOf } from "../records.ts";
import { type BarRecord, share } from "./record.ts";

/** Most records that a call may have. */
export const mostRecords = 100;

/** What became of a record: written or already newer in the table (undefined), or refused for this reason. */
export type Verdict = string | undefined;

/** A table of Timestream for LiveAnalytics. */
export type BarTable = {
	/**
	 * Writes up to 100 records in one call, and says what became of each.
	 *
	 * @throws an error where the call failed and may pass, or be mended without touching the records
	 */
	write: (records: readonly BarRecord[]) => Promise<Verdict[]>;
};

export function barTable(
	client: Pick<TimestreamWriteClient, "send">,
	{ database, table }: { database: string; table: string },
): BarTable {
	const write = async (records: readonly BarRecord[]): Promise<Verdict[]> => {
		try {
			await client.send(new WriteRecordsCommand({ DatabaseName: database, TableName: table, ...share(records) }));
			return records.map(() => undefined);
		} catch (error) {
			if (error instanceof RejectedRecordsException) return verdicts(records, error);
			if (error instanceof ValidationException) {
				// One record is enough to make the call invalid, and the answer does not say which it is.
				if (records.length === 1) return [`Timestream refused the record: ${error.message}`];
				const middle = Math.ceil(records.length / 2);
				return [...(await write(records.slice(0, middle))), ...(await write(records.slice(middle)))];
			}
			throw new Error(problemOf(error, database, table), { cause: error });
		}
	};
	return { write };
}

/** All that are not named in the answer were written. */
function verdicts(records: readonly BarRecord[], { RejectedRecords = [] }: RejectedRecordsException): Verdict[] {
	const found = records.map((): Verdict => undefined);
	for (const { RecordIndex = 0, Reason, ExistingVersion } of RejectedRecords) {
		const version = records[RecordIndex]?.Version;
		// The table has this version already, or a later one: nothing is to be done.
		if (version === undefined || (ExistingVersion !== undefined && ExistingVersion >= version)) continue;
		found[RecordIndex] = `Timestream refused the record: ${Reason ?? "no reason given"}`;
	}
	return found;
}

function problemOf(error: unknown, database: string, table: string): string {
	const place = `the table ${table} of the database ${database}`;
	const name = error instanceof Error ? error.name : "";
	if (name === "ResourceNotFoundException") {
		return `Timestream has no such place as ${place}: deploy the stacks again with live-analytics among the stores`;
	}
	if (name === "AccessDeniedException") {
		return `The function may not write to ${place}, or the account does not have Timestream for LiveAnalytics, which takes no new customers: ${messageOf(error)}`;
	}
	return `Timestream did not take a write to ${place}: ${messageOf(error)}`;
}
