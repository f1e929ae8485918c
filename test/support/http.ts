import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** What a server does with a request, of which `body` is the text, uncompressed. */
export type Responder = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** The address of a server that answers every request as told, until the test is over; with `tls` it is one of HTTPS. */
export async function answering(respond: Responder, tls?: ServerOptions): Promise<string> {
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		const parts: Buffer[] = [];
		request.on("data", (part: Buffer) => parts.push(part));
		request.on("end", () => {
			const bytes = Buffer.concat(parts);
			const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
			respond(request, response, text.toString());
		});
	};
	const server = tls ? createTlsServer(tls, listener) : createServer(listener);
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	await new Promise<void>((resolve) => (server as Server).listen(0, "127.0.0.1", resolve));
	return `${tls ? "https" : "http"}://127.0.0.1:${((server as Server).address() as AddressInfo).port}`;
}
