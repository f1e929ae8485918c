import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { tools } from "./paths.ts";
import { isFree, requireFree } from "./ports.ts";
import { type Child, startChild, waitReady } from "./process.ts";
import { answers, placesIn } from "./stack.ts";

/** The store's table of bars. A row is one closed window; writing one again replaces it. Times in columns are UTC. */
export const barsTable = `CREATE TABLE IF NOT EXISTS bars (
	timestamp TIMESTAMP,
	symbol SYMBOL,
	interval SYMBOL,
	window_end_ms LONG,
	open DOUBLE,
	high DOUBLE,
	low DOUBLE,
	close DOUBLE,
	volume LONG,
	trade_count LONG,
	vwap DOUBLE,
	change DOUBLE,
	change_pct DOUBLE,
	move_pct DOUBLE,
	day_move_pct DOUBLE,
	emitted_at_ms LONG
) TIMESTAMP(timestamp) PARTITION BY MONTH WAL DEDUP UPSERT KEYS(timestamp, symbol, interval)`;

/**
 * The store's table of what the lake alone counts, for Grafana. A row is a minute's count of one kind: a reason of rejects,
 * `duplicates`, `out_of_order`. Writing it again replaces it.
 */
export const lakeCountsTable = `CREATE TABLE IF NOT EXISTS lake_counts (
	timestamp TIMESTAMP,
	what SYMBOL,
	records LONG
) TIMESTAMP(timestamp) PARTITION BY MONTH WAL DEDUP UPSERT KEYS(timestamp, what)`;

/** Where Grafana's plugin finds QuestDB (grafana/sources.ts says the same). */
export const postgresPort = 8812;

export interface QuestDbOptions {
	signal?: AbortSignal;
	onStart?: (child: Child) => void;
	/** A port of the loopback interface for the PostgreSQL protocol, which is all that Grafana's plugin speaks. */
	postgres?: number | undefined;
}

/** Starts QuestDB on a port of the loopback interface, with the table of bars. */
export async function startQuestDb(
	dir: string,
	port: number,
	java: string,
	{ signal, onStart, postgres }: QuestDbOptions = {},
): Promise<Child> {
	await requireFree("questdb", port);
	if (postgres !== undefined && !(await isFree(postgres)))
		throw new UserError(
			`port ${postgres}, where Grafana looks for QuestDB, is taken: stop what has it, or leave --grafana out`,
		);
	const places = placesIn(dir);
	mkdirSync(join(places.questdb, "conf"), { recursive: true });
	writeFileSync(join(places.questdb, "conf", "log.conf"), logConf);
	const child = await startChild({
		name: "QuestDB",
		command: java,
		args: [
			"-Xms32m",
			"-Xmx256m",
			"-XX:+UseSerialGC",
			"-XX:ReservedCodeCacheSize=64m",
			"-p",
			tools().questdbJar,
			"-m",
			"io.questdb/io.questdb.ServerMain",
			"-d",
			places.questdb,
		],
		cwd: places.questdb,
		env: { PATH: process.env.PATH, HOME: process.env.HOME, ...questDbSettings(port, postgres) },
		log: places.log("questdb"),
	});
	onStart?.(child);
	const url = `http://127.0.0.1:${port}`;
	await waitReady(child, () => answers(`${url}/exec?query=SELECT%201`), {
		timeoutMs: 60_000,
		...(signal ? { signal } : {}),
	});
	await ask(url, barsTable);
	if (postgres !== undefined) await ask(url, lakeCountsTable);
	return child;
}

// By default every connection and commit is logged.
const logConf = `writers=stdout
w.stdout.class=io.questdb.log.LogConsoleWriter
w.stdout.level=ERROR,CRITICAL,ADVISORY
`;

/** QuestDB's settings: its ports on loopback, nothing sent home, memory for one person's machine. */
export function questDbSettings(port: number, postgres?: number): Record<string, string> {
	return {
		QDB_HTTP_BIND_TO: `127.0.0.1:${port}`,
		QDB_HTTP_MIN_ENABLED: "false",
		...(postgres === undefined ? { QDB_PG_ENABLED: "false" } : forGrafana(postgres)),
		QDB_LINE_TCP_ENABLED: "false",
		QDB_LINE_UDP_ENABLED: "false",
		QDB_TELEMETRY_ENABLED: "false",
		QDB_METRICS_ENABLED: "false",
		QDB_SHARED_WORKER_COUNT: "2",
		// Every column of every open partition maps pages of these sizes; the defaults are for servers.
		QDB_CAIRO_WRITER_DATA_APPEND_PAGE_SIZE: "256K",
		QDB_CAIRO_WAL_WRITER_DATA_APPEND_PAGE_SIZE: "128K",
		QDB_CAIRO_O3_COLUMN_MEMORY_SIZE: "256K",
		QDB_CAIRO_SQL_COPY_BUFFER_SIZE: "256K",
		// Line protocol must never make a table of its own: it would have no keys and double rows.
		QDB_LINE_AUTO_CREATE_NEW_TABLES: "false",
		QDB_LINE_AUTO_CREATE_NEW_COLUMNS: "false",
	};
}

/** Who comes this way may read and change nothing: the user `user` is QuestDB's own for that. */
function forGrafana(port: number): Record<string, string> {
	return {
		QDB_PG_ENABLED: "true",
		QDB_PG_NET_BIND_TO: `127.0.0.1:${port}`,
		QDB_PG_NET_CONNECTION_LIMIT: "16",
		QDB_PG_SECURITY_READONLY: "true",
		QDB_PG_READONLY_USER_ENABLED: "true",
	};
}

/** What the store answers to a query: its columns and rows. */
export interface StoreAnswer {
	columns: { name: string; type: string }[];
	dataset: unknown[][];
}

/** Runs SQL on QuestDB. Throws {@link UserError} with its message where it refuses. */
export async function ask(url: string, sql: string): Promise<StoreAnswer> {
	const response = await fetch(`${url}/exec?query=${encodeURIComponent(sql)}&limit=0,10000000`);
	const answer = (await response.json()) as Partial<StoreAnswer> & { error?: string };
	if (!response.ok || answer.error !== undefined) {
		throw new UserError(`QuestDB refuses ${JSON.stringify(sql.slice(0, 200))}: ${answer.error ?? response.statusText}`);
	}
	return { columns: answer.columns ?? [], dataset: answer.dataset ?? [] };
}
