/** Serves an application on the loopback interface only. */
import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

export interface Listening {
	port: number;
	/** Stops listening and ends all connections. */
	close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes any free one. Throws what the system says, such as EADDRINUSE. */
export async function listen(app: Hono, port: number): Promise<Listening> {
	const server = createAdaptorServer({ fetch: app.fetch }) as Server;
	server.listen(port, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	return {
		port: typeof address === "object" && address ? address.port : port,
		async close() {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
