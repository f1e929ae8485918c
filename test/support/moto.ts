import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	CreateDatabaseCommand,
	CreateTableCommand,
	type _Record as TimestreamRecord,
	TimestreamWriteClient,
} from "@aws-sdk/client-timestream-write";
import getPort from "get-port";
import { emulated } from "../../infra/emulated.ts";
import { type Child, startChild, waitReady } from "../../local/process.ts";
import { startProgress } from "../../local/progress.ts";
import { setUpMoto } from "../../local/setup.ts";
import { answers } from "../../local/stack.ts";

export type TestTimestream = AsyncDisposable & {
	url: string;
	client: TimestreamWriteClient;
	/** The records that the table `bars` was given, without what they share: moto does not keep that. */
	records: () => Promise<TimestreamRecord[]>;
};

/**
 * Starts moto's Timestream on a free port with a database `tidemark` and its table `bars`. It takes what the API takes, but
 * refuses no record: what Timestream itself refuses is tested with its recorded answers.
 */
export async function testTimestream(): Promise<TestTimestream> {
	const python = await setUpMoto(startProgress());
	const dir = await mkdtemp(join(tmpdir(), "tidemark-moto-"));
	const port = await getPort();
	const url = `http://127.0.0.1:${port}`;
	let child: Child | undefined;
	const end = async () => {
		child?.kill();
		await child?.exited;
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
	};
	try {
		child = await startChild({
			name: "moto",
			command: python,
			args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
			env: { PATH: process.env.PATH, HOME: dir },
			cwd: dir,
			log: join(dir, "moto.log"),
		});
		await waitReady(child, () => answers(`${url}/moto-api/data.json`), { timeoutMs: 60_000 });
		const client = new TimestreamWriteClient(emulated(url));
		await client.send(new CreateDatabaseCommand({ DatabaseName: "tidemark" }));
		await client.send(new CreateTableCommand({ DatabaseName: "tidemark", TableName: "bars" }));
		return {
			url,
			client,
			records: async () => {
				const response = await fetch(`${url}/moto-api/data.json`);
				const data = (await response.json()) as { timestreamwrite: { TimestreamTable: MotoTable[] } };
				return data.timestreamwrite.TimestreamTable.flatMap(({ records }) => records);
			},
			[Symbol.asyncDispose]: async () => {
				client.destroy();
				await end();
			},
		};
	} catch (error) {
		await end();
		throw error;
	}
}

type MotoTable = { records: TimestreamRecord[] };
