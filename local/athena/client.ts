import { setTimeout as sleep } from "node:timers/promises";
import {
	type AthenaClient,
	type ColumnInfo,
	GetQueryExecutionCommand,
	GetQueryResultsCommand,
	type QueryExecution,
	StartQueryExecutionCommand,
	StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { messageOf, UserError } from "../errors.ts";

/** What Athena answered: every value as its text, with the types that it says. */
export interface Results {
	columns: { name: string; type: string }[];
	rows: (string | null)[][];
	/** Bytes that were scanned, which is what costs. */
	scanned: number;
	/** From when it was taken on to its end, waiting in the queue included. */
	milliseconds: number;
}

/** Where a query runs, and how it is followed. */
export interface Request {
	workgroup: string;
	database: string;
	/** Called with each new state and each further megabyte. */
	onProgress: (state: string, scanned: number) => void;
	signal: AbortSignal;
	/** How often it is asked how far it is. */
	everyMs?: number;
}

/**
 * Runs a query on Athena to its end and reads all of its rows. A signal stops the query there too.
 *
 * @throws UserError with Athena's own words if it is refused, fails or is cancelled, as by the scan limit
 */
export async function runQuery(client: AthenaClient, sql: string, request: Request): Promise<Results> {
	const { workgroup, database, signal } = request;
	const started = await client
		.send(
			new StartQueryExecutionCommand({
				QueryString: sql,
				WorkGroup: workgroup,
				QueryExecutionContext: { Database: database },
			}),
			{ abortSignal: signal },
		)
		.catch((cause) => {
			throw new UserError(
				`Athena did not take the query in workgroup ${workgroup} (--workgroup): ${messageOf(cause)}`,
				{ cause },
			);
		});
	const id = started.QueryExecutionId ?? "";
	const { Statistics } = await ended(client, id, request);
	const scanned = Statistics?.DataScannedInBytes ?? 0;
	return {
		...(await readResults(client, id, signal)),
		scanned,
		milliseconds: Statistics?.TotalExecutionTimeInMillis ?? 0,
	};
}

async function ended(
	client: AthenaClient,
	QueryExecutionId: string,
	{ onProgress, signal, everyMs = 500 }: Request,
): Promise<QueryExecution> {
	while (true) {
		// Not the signal's: the answer is wanted even when the query is to be stopped.
		const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
		const { State = "QUEUED", StateChangeReason } = execution?.Status ?? {};
		const scanned = execution?.Statistics?.DataScannedInBytes ?? 0;
		onProgress(State, scanned);
		if (State === "SUCCEEDED") return execution ?? {};
		if (State === "FAILED" || State === "CANCELLED")
			throw new UserError(
				`Athena's query ${QueryExecutionId} ${State === "FAILED" ? "failed" : "was cancelled"}: ${StateChangeReason ?? "it gives no reason"}${limitHint(StateChangeReason)}`,
			);
		if (signal.aborted) {
			await client.send(new StopQueryExecutionCommand({ QueryExecutionId }));
			throw new UserError(`Stopped; Athena's query ${QueryExecutionId} was told to stop too`);
		}
		// An abort ends the wait, and the next turn of the loop sees it.
		await sleep(everyMs, undefined, { signal }).catch(() => {});
	}
}

function limitHint(reason = ""): string {
	return /bytes scanned limit/i.test(reason)
		? ". Narrow from_day and to_day, or raise athenaScanLimitMb in infra/config.ts"
		: "";
}

async function readResults(client: AthenaClient, QueryExecutionId: string, abortSignal: AbortSignal) {
	const rows: (string | null)[][] = [];
	let columns: ColumnInfo[] | undefined;
	let NextToken: string | undefined;
	do {
		const page = await client.send(
			new GetQueryResultsCommand({ QueryExecutionId, ...(NextToken ? { NextToken } : {}) }),
			{ abortSignal },
		);
		const found = page.ResultSet?.Rows ?? [];
		// The first row of the first page is the header, for a query.
		const skipped = columns === undefined ? 1 : 0;
		columns ??= page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
		for (const { Data = [] } of found.slice(skipped)) rows.push(columns.map((_, i) => Data[i]?.VarCharValue ?? null));
		NextToken = page.NextToken;
	} while (NextToken);
	return { columns: (columns ?? []).map(({ Name = "", Type = "varchar" }) => ({ name: Name, type: Type })), rows };
}
