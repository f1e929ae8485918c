import { Agent, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

// A connection each: one that is kept open could be closed by the emulator just when the next request is sent on it, which
// would be a fault that no test ordered.
const agent = new Agent({ keepAlive: false });

// These hold for one connection, not for the way through; node has already answered "Expect: 100-continue".
const own = new Set(["connection", "keep-alive", "proxy-connection", "upgrade", "expect"]);

/** Sends a request on as it is, its body as it comes, or `body` where it was read already; returns the answer's beginning. */
export function forward(endpoint: string, request: IncomingMessage, body?: Buffer): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(endpoint);
		const onward = send(
			{ agent, hostname, port, method: request.method, path: request.url, headers: passedOn(request.rawHeaders) },
			resolve,
		);
		onward.on("error", reject);
		request.once("close", () => {
			// Who asked is gone before the request was complete.
			if (!request.complete) onward.destroy();
		});
		if (body) onward.end(body);
		else pipeline(request, onward).catch(reject);
	});
}

/** Hands an answer on as it is. */
export async function relay(answer: IncomingMessage, response: ServerResponse): Promise<void> {
	response.sendDate = false;
	response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders));
	await pipeline(answer, response);
}

/** A request of the stand-in's own, to the emulator's Managed Flink, in the account and region of the request it serves. */
export async function askEmulator(endpoint: string, target: string, authorization: string | undefined, input: object) {
	const body = Buffer.from(JSON.stringify(input));
	const answer = await new Promise<IncomingMessage>((resolve, reject) => {
		const { hostname, port } = new URL(endpoint);
		const headers = {
			"content-type": "application/x-amz-json-1.1",
			"content-length": body.length,
			"x-amz-target": target,
			...(authorization ? { authorization } : {}),
		};
		send({ agent, hostname, port, method: "POST", path: "/", headers }, resolve).on("error", reject).end(body);
	});
	return { status: answer.statusCode ?? 500, body: (await json(answer)) as Record<string, unknown> };
}

function passedOn(raw: string[]): string[] {
	return raw.filter((_, at) => !own.has((raw[at - (at % 2)] ?? "").toLowerCase()));
}
