import { cpSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { AlertTable } from "../../../alerting/deliver/table.ts";
import type { Overrides } from "../../../infra/config.ts";
import { emulated, emulatedEnvironment } from "../../../infra/emulated.ts";
import { toolsDir } from "../../../local/paths.ts";
import { processId } from "../../../local/process-id.ts";
import { type Outputs, writeStack } from "../../../local/stack.ts";
import { testEmulator } from "../../support/emulator.ts";

/** A live stack as far as alerting needs one: the emulator with everything deployed, where commands look for it. */
export interface LiveStack extends AsyncDisposable {
	endpoint: string;
	outputs: Outputs;
	table: AlertTable;
	/** Sends a message to a queue, an object as JSON. */
	send(queueUrl: string, body: unknown): Promise<void>;
	/** Keeps a copy of its state as a run that has ended; its emulator is started anew for that. */
	copyAsRun(id: string): Promise<void>;
}

/** Starts one for the file's tests. It owns `TIDEMARK_STATE` until it is disposed of. */
export async function liveStack(overrides: Overrides = {}): Promise<LiveStack> {
	const emulator = await testEmulator();
	const before = { TIDEMARK_STATE: process.env.TIDEMARK_STATE, TIDEMARK_TOOLS: process.env.TIDEMARK_TOOLS };
	const { endpoint } = emulator;
	const sqs = new SQSClient(emulated(endpoint));
	const client = new DynamoDBClient(emulated(endpoint));
	const end = async () => {
		setEnvironment(before);
		for (const each of [sqs, client]) each.destroy();
		await emulator[Symbol.asyncDispose]();
	};
	try {
		const outputs = (await emulator.deploy({ shards: 1, liveData: false, ...overrides })) as Outputs;
		const state = join(emulator.dir, "tidemark");
		setEnvironment({ TIDEMARK_TOOLS: toolsDir(), TIDEMARK_STATE: state });
		const write = (dir: string, id: string, aws: string, owner: { pid: number; started: string }) =>
			writeStack({
				...{ id, dir, ...owner, startedAt: "2026-01-01T00:00:00.000Z", shards: 1, outputs, processes: [] },
				endpoints: { aws, flink: "http://127.0.0.1:1", questdb: "http://127.0.0.1:1" },
			});
		write(join(state, "live"), "live", endpoint, processId(process.pid));
		return {
			endpoint,
			outputs,
			table: new AlertTable(DynamoDBDocumentClient.from(client), outputs.AlertsTable, 8),
			async send(QueueUrl, body) {
				const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
				await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
			},
			async copyAsRun(id) {
				// It writes its state when it is stopped.
				await emulator.restart();
				const dir = join(state, "runs", id);
				cpSync(join(emulator.dir, "emulator"), join(dir, "emulator"), { recursive: true });
				write(dir, id, "http://127.0.0.1:1", { pid: process.pid, started: "before" });
			},
			[Symbol.asyncDispose]: end,
		};
	} catch (error) {
		await end();
		throw error;
	}
}

/** Has commands with `--aws` find the emulator where an account would be; returns what puts the environment back. */
export function useAccount(endpoint: string): () => void {
	const wanted = emulatedEnvironment(endpoint);
	const before = Object.fromEntries(Object.keys(wanted).map((name) => [name, process.env[name]]));
	setEnvironment(wanted);
	return () => setEnvironment(before);
}

function setEnvironment(values: Record<string, string | undefined>): void {
	for (const [name, value] of Object.entries(values)) {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
}
