import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { choosePorts } from "../../local/ports.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Child } from "../../local/process.ts";
import { ask, startQuestDb } from "../../local/questdb.ts";

export type TestStore = AsyncDisposable & {
	url: string;
	/** Where it speaks PostgreSQL's protocol, if it was asked to. */
	postgres: number | undefined;
	/** The rows of an answer as objects, once everything that was written can be read. */
	rows: (sql: string) => Promise<Record<string, unknown>[]>;
	/** Resolves once everything that was written can be read. */
	applied: () => Promise<void>;
	/** Stops it without removing its rows. */
	stop: () => Promise<void>;
	start: () => Promise<void>;
};

/**
 * Starts a QuestDB with the table of bars on a free port, in a folder of its own. Use it with `await using`.
 *
 * @param options.grafana whether it also speaks PostgreSQL's protocol, as for Grafana
 */
export async function testStore({ grafana = false } = {}): Promise<TestStore> {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-questdb-"));
	const { questdb: port } = await choosePorts({}, { pickFree: true, names: ["questdb"] });
	const postgres = grafana ? await getPort({ exclude: [port] }) : undefined;
	const { java } = await findPrerequisites(["jdk"]);
	const url = `http://127.0.0.1:${port}`;
	let child: Child | undefined;
	const start = async () => {
		child = await startQuestDb(dir, port, java, { postgres });
	};
	const end = async () => {
		child?.kill();
		await child?.exited;
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	};
	try {
		await start();
	} catch (error) {
		await end();
		throw error;
	}
	return {
		url,
		postgres,
		applied: () => applied(url),
		rows: async (sql) => {
			await applied(url);
			const { columns, dataset } = await ask(url, sql);
			return dataset.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
		},
		stop: async () => child?.stop(),
		start,
		[Symbol.asyncDispose]: end,
	};
}

/** QuestDB answers a write when it is in the log, and applies the log to the table a moment later. */
async function applied(url: string): Promise<void> {
	for (let attempt = 0; attempt < 200; attempt++) {
		const { dataset } = await ask(url, "SELECT count() FROM wal_tables() WHERE writerTxn < sequencerTxn");
		if (dataset[0]?.[0] === 0) return;
		await sleep(25);
	}
	throw new Error(`QuestDB at ${url} did not apply what was written within 5 s.`);
}
