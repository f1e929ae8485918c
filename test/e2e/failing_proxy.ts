import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson } from "./files.ts";
import { seeded } from "./market.ts";

interface Entry {
	SequenceNumber?: string;
	ShardId?: string;
	ErrorCode?: string;
	ErrorMessage?: string;
}

/**
 * Stands between the producer and the emulator's Kinesis. Of the records inside PutRecords a seeded share is not handed
 * on and answered as failed, as Kinesis does when a shard is throttled; everything else passes as it is.
 */
export async function failingProxy({ failedRecords, seed }: { failedRecords: number; seed: number }) {
	const random = seeded(seed);
	let target = "";
	let failed = 0;
	let all = 0;
	const server = createServer(async (request, response) => {
		try {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			let body = Buffer.concat(chunks);
			const fails = new Set<number>();
			let records = 0;
			if (String(request.headers["x-amz-target"]).endsWith(".PutRecords")) {
				const parsed = JSON.parse(body.toString("utf8")) as { Records: unknown[] };
				records = parsed.Records.length;
				for (let i = 0; i < records; i++) if (random() < failedRecords) fails.add(i);
				parsed.Records = parsed.Records.filter((_, i) => !fails.has(i));
				body = Buffer.from(JSON.stringify(parsed));
			}
			failed += fails.size;
			all += records;
			const answer = fails.size < records || records === 0 ? await forward(request.headers, body) : undefined;
			if (records === 0 || fails.size === 0) return end(answer as Answer);
			const passed = answer ? (JSON.parse(answer.body.toString("utf8")) as { Records: Entry[] }).Records : [];
			const throttled = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" };
			const entries = Array.from({ length: records }, (_, i) => (fails.has(i) ? throttled : (passed.shift() as Entry)));
			const count = entries.filter((entry) => entry.ErrorCode).length;
			end({
				status: 200,
				type: "application/x-amz-json-1.1",
				body: Buffer.from(JSON.stringify({ FailedRecordCount: count, Records: entries })),
			});
		} catch (error) {
			response.writeHead(502).end(String(error));
		}
		function end({ status, type, body }: Answer): void {
			response.writeHead(status, { "content-type": type, "content-length": body.length }).end(body);
		}
	});
	interface Answer {
		status: number;
		type: string;
		body: Buffer;
	}
	async function forward(headers: NodeJS.Dict<string | string[]>, body: Buffer): Promise<Answer> {
		const kept = Object.fromEntries(
			Object.entries(headers).filter(([name]) => !["host", "connection", "content-length", "expect"].includes(name)),
		) as Record<string, string>;
		const answer = await fetch(target, { method: "POST", headers: kept, body: new Uint8Array(body) });
		return {
			status: answer.status,
			type: answer.headers.get("content-type") ?? "application/x-amz-json-1.1",
			body: Buffer.from(await answer.arrayBuffer()),
		};
	}
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const stopped = new AbortController();
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		/** How many records were put, failed ones each time. */
		records: () => all,
		failed: () => failed,
		/** Hands on to the emulator of the one run in this state directory, as soon as that says where it is. */
		async follow(state: string): Promise<void> {
			while (!target && !stopped.signal.aborted) {
				for (const run of list(join(state, "runs"))) {
					const stack = readJson<{ endpoints?: { aws?: string } }>(join(state, "runs", run, "stack.json"));
					target = stack?.endpoints?.aws ?? "";
				}
				await sleep(50);
			}
		},
		async close(): Promise<void> {
			stopped.abort();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function list(dir: string): string[] {
	try {
		return readdirSync(dir);
	} catch {
		return [];
	}
}
