import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { seeded } from "../market.ts";

const THROTTLED = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
<Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>none</RequestId></ErrorResponse>`;

/** What became of one message, told by its whole content. */
interface Message {
	/** The call that is refused with all of its attempts; undefined where none is. */
	refused?: string;
	accepted: number;
}

/**
 * Stands between the Lambdas and the SNS of the emulator at `target`. Of every three different messages a seeded one is
 * refused as throttled in its first Publish call, however often the SDK repeats the request within that call, and nothing
 * of it is handed on; the next call with that message is accepted. All else passes as it is.
 */
export async function failingSns({ target, seed }: { target: string; seed: number }) {
	const random = seeded(seed);
	const messages = new Map<string, Message>();
	const broken: unknown[] = [];
	let chosen = 0;
	let refusedRequests = 0;

	function isRefused(body: URLSearchParams, call: string): boolean {
		const content = createHash("sha256").update(body.toString()).digest("hex");
		let message = messages.get(content);
		if (!message) {
			const turn = messages.size % 3;
			if (turn === 0) chosen = Math.floor(random() * 3);
			message = { accepted: 0, ...(turn === chosen ? { refused: call } : {}) };
			messages.set(content, message);
		}
		if (message.refused === call) return true;
		message.accepted++;
		return false;
	}

	const server = createServer(async (request, response) => {
		try {
			const body = await bytesOf(request);
			const form = new URLSearchParams(body.toString("utf8"));
			const action = form.get("Action");
			if (action === "PublishBatch") throw new Error("Several messages in one call: this proxy fails single ones.");
			if (action === "Publish" && isRefused(form, callOf(request))) {
				refusedRequests++;
				response.writeHead(400, { "content-type": "text/xml" }).end(THROTTLED);
				return;
			}
			const answer = await fetch(new URL(request.url ?? "/", target), {
				method: request.method ?? "POST",
				headers: passedOn(request),
				body: new Uint8Array(body),
			});
			const type = answer.headers.get("content-type") ?? "text/xml";
			response.writeHead(answer.status, { "content-type": type }).end(Buffer.from(await answer.arrayBuffer()));
		} catch (error) {
			broken.push(error);
			response.writeHead(501).end(String(error));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		/** So far: different messages, those refused at first, requests that this took, and accepted calls. */
		counts: () => ({
			messages: messages.size,
			refused: [...messages.values()].filter(({ refused }) => refused).length,
			refusedRequests,
			accepted: [...messages.values()].reduce((sum, { accepted }) => sum + accepted, 0),
		}),
		/** What went wrong in here: has to be empty. */
		broken,
		async close(): Promise<void> {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** What the SDK sends alike with every attempt of one call. */
function callOf({ headers }: IncomingMessage): string {
	const call = headers["amz-sdk-invocation-id"];
	if (typeof call !== "string")
		throw new Error("A Publish without amz-sdk-invocation-id: its calls cannot be told apart.");
	return call;
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
	const own = ["host", "connection", "content-length", "expect"];
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name))) as Record<string, string>;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
