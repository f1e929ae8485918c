import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { type Child, startChild, waitReady } from "../../local/process.ts";
import { answers } from "../../local/stack.ts";

export type TestInfluxDb = AsyncDisposable & {
	/** Takes line protocol at /api/v2/write, where the bucket is a database, and InfluxQL at /query. */
	url: string;
	/** The rows of an InfluxQL answer as objects, times as epoch ms; tags by their names. */
	rows: (influxQl: string) => Promise<Record<string, unknown>[]>;
	/** Forgets all points. */
	wipe: () => Promise<unknown>;
};

/**
 * Starts InfluxDB 1.x with a database of the name `tidemark` on free ports, in a folder of its own. It has /write only, so a
 * way in front of it takes what 2.x and 3 take at /api/v2/write and passes it on as it is, but for the address.
 */
export async function testInfluxDb(): Promise<TestInfluxDb> {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-influxdb-"));
	const { influxd } = await findPrerequisites(["influxd"]);
	const port = await getPort();
	const rpc = await getPort({ exclude: [port] });
	const own = `http://127.0.0.1:${port}`;
	let child: Child | undefined;
	let way: Server | undefined;
	const end = async () => {
		way?.closeAllConnections();
		way?.close();
		child?.kill();
		await child?.exited;
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	};
	const ask = async (q: string, method = "GET") => {
		const response = await fetch(`${own}/query?${new URLSearchParams({ db: "tidemark", epoch: "ms", q })}`, { method });
		const { results, error } = (await response.json()) as Answer;
		const problem = error ?? results?.[0]?.error;
		if (problem) throw new Error(`InfluxDB refuses ${JSON.stringify(q)}: ${problem}`);
		return results?.[0]?.series ?? [];
	};
	try {
		child = await startChild({
			name: "InfluxDB",
			command: influxd,
			args: ["run", "-config", "/dev/null"],
			env: {
				PATH: process.env.PATH,
				INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
				INFLUXDB_BIND_ADDRESS: `127.0.0.1:${rpc}`,
				INFLUXDB_META_DIR: join(dir, "meta"),
				INFLUXDB_DATA_DIR: join(dir, "data"),
				INFLUXDB_DATA_WAL_DIR: join(dir, "wal"),
				INFLUXDB_REPORTING_DISABLED: "true",
				INFLUXDB_MONITOR_STORE_ENABLED: "false",
			},
			log: join(dir, "influxd.log"),
		});
		await waitReady(child, () => answers(`${own}/ping`), { timeoutMs: 30_000 });
		await ask("CREATE DATABASE tidemark", "POST");
		way = await wayTo(own);
	} catch (error) {
		await end();
		throw error;
	}
	return {
		url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
		rows: async (influxQl) =>
			(await ask(influxQl)).flatMap(({ columns, values, tags = {} }) =>
				values.map((row) => ({ ...tags, ...Object.fromEntries(columns.map((name, index) => [name, row[index]])) })),
			),
		wipe: () => ask("DROP MEASUREMENT bars", "POST"),
		[Symbol.asyncDispose]: end,
	};
}

type Series = { columns: string[]; values: unknown[][]; tags?: Record<string, string> };
type Answer = { error?: string; results?: { error?: string; series?: Series[] }[] };

async function wayTo(own: string): Promise<Server> {
	const way = createServer((asked, answer) => {
		const { pathname, searchParams, search } = new URL(asked.url ?? "", own);
		const { bucket, precision } = Object.fromEntries(searchParams);
		const isQuery = pathname === "/query" && asked.method === "GET";
		if (!isQuery && (pathname !== "/api/v2/write" || !bucket || !precision)) {
			answer.writeHead(404).end();
			return;
		}
		const to = isQuery
			? `${own}/query${search}`
			: `${own}/write?${new URLSearchParams({ db: bucket ?? "", precision: precision ?? "" })}`;
		const onwards = request(to, { method: asked.method, headers: asked.headers }, (response) => {
			answer.writeHead(response.statusCode ?? 500, response.headers);
			response.pipe(answer);
		});
		onwards.on("error", () => answer.destroy());
		asked.pipe(onwards);
	});
	await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
	return way;
}
