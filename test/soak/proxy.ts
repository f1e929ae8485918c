import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Entry, Throttling } from "./limits.ts";

interface Answer {
	readonly status: number;
	readonly body: Buffer;
}

/**
 * Stands where the producer takes Kinesis to be, and hands on to the emulator at `target`. While that is not there
 * connections break; while `throttling` is set it refuses what that says, as Kinesis does.
 */
export class KinesisProxy {
	throttling: Throttling | undefined;
	/** Refused so far: records one by one, and requests as a whole. */
	readonly refused = { records: 0, requests: 0 };
	/** Requests that broke because nothing answered. */
	broken = 0;
	readonly #target: URL;
	readonly #agent = new Agent({ keepAlive: true });
	readonly #server = createServer((request, response) => void this.#serve(request, response));

	constructor(target: string) {
		this.#target = new URL(target);
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
		this.#agent.destroy();
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		try {
			const body = await bytesOf(request);
			const puts = String(request.headers["x-amz-target"]).endsWith(".PutRecords");
			const { status, body: answer } =
				puts && this.throttling
					? await this.#throttled(this.throttling, request, body)
					: await this.#forward(request, body);
			response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "content-length": answer.length });
			response.end(answer);
		} catch {
			// As with a service that is gone there is no answer at all.
			this.broken++;
			request.socket.destroy();
		}
	}

	async #throttled(throttling: Throttling, request: IncomingMessage, body: Buffer): Promise<Answer> {
		const parsed = JSON.parse(body.toString("utf8")) as { Records: Entry[] };
		const taken = throttling.taken(parsed.Records, Date.now());
		if (taken === undefined) {
			this.refused.requests++;
			return { status: 400, body: json({ __type: THROTTLED, message: "Rate exceeded for stream" }) };
		}
		const Records = parsed.Records.filter((_, at) => taken[at]);
		this.refused.records += parsed.Records.length - Records.length;
		const answer = Records.length === 0 ? undefined : await this.#forward(request, json({ ...parsed, Records }));
		if (answer && answer.status !== 200) return answer;
		const passed = answer
			? (JSON.parse(answer.body.toString("utf8")) as { Records: { ErrorCode?: string }[] }).Records
			: [];
		const refusal = { ErrorCode: THROTTLED, ErrorMessage: "Rate exceeded for shard" };
		const entries = taken.map((yes) => (yes ? passed.shift() : undefined) ?? refusal);
		const FailedRecordCount = entries.filter(({ ErrorCode }) => ErrorCode).length;
		return { status: 200, body: json({ FailedRecordCount, Records: entries }) };
	}

	#forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
		const { host, connection, expect, "content-length": length, ...kept } = headers;
		return new Promise((resolve, reject) => {
			const { hostname, port } = this.#target;
			const onward = httpRequest({
				hostname,
				port,
				...(method === undefined ? {} : { method }),
				...(url === undefined ? {} : { path: url }),
				headers: { ...kept, "content-length": body.length },
				agent: this.#agent,
			});
			onward.on("error", reject);
			onward.on("response", (answer) => {
				bytesOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 502, body: bytes }), reject);
			});
			onward.end(body);
		});
	}
}

const THROTTLED = "ProvisionedThroughputExceededException";

function json(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
