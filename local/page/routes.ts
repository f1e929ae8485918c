/** The page's HTTP side: the bundle, the history of bars, and the events. Answers this machine's browsers only. */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { Interval } from "../../contracts.ts";
import { messageOf } from "../errors.ts";
import type { Bundle } from "./bundle.ts";
import type { Hub, Message } from "./hub.ts";
import type { Events, History } from "./messages.ts";

export interface RoutesOptions {
	bundle: Bundle;
	hub: Hub;
	/** Null where the symbol is not known. */
	history(symbol: string, interval: Interval, before: string | undefined): Promise<History | null>;
	/** The states that a browser gets whole when it connects. */
	states(): Pick<Events, "status" | "quotes" | "sparks" | "alerts">;
	signal: AbortSignal;
}

/** A browser that reads slower than this many events behind is disconnected; it comes back and asks for the history. */
const BACKLOG = 50_000;
const HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The application without a server around it. */
export function routes({ bundle, hub, history, states, signal }: RoutesOptions): Hono {
	const app = new Hono();
	app.use(
		secureHeaders({
			contentSecurityPolicy: {
				defaultSrc: ["'none'"],
				scriptSrc: ["'self'"],
				styleSrc: ["'self'"],
				imgSrc: ["'self'"],
				connectSrc: ["'self'"],
				baseUri: ["'none'"],
				formAction: ["'none'"],
				frameAncestors: ["'none'"],
				requireTrustedTypesFor: ["'script'"],
			},
			referrerPolicy: "no-referrer",
			strictTransportSecurity: false,
		}),
	);
	// Another site's name that resolves to this machine must not read what is here.
	app.use(async (c, next) => {
		const host = (c.req.header("host") ?? "").replace(/:\d+$/, "");
		return HOSTS.has(host) ? next() : c.text(`${host} is not this machine`, 421);
	});
	// Not the events: what is compressed waits for more.
	for (const path of ["/", "/assets/*", "/api/bars"]) app.use(path, compress());
	app.get("/", (c) => c.html(bundle.html, 200, { "cache-control": "no-cache" }));
	app.get("/assets/:name", (c) => {
		const asset = bundle.assets.get(c.req.param("name"));
		if (!asset) return c.text("there is no such file", 404);
		return c.body(asset.body, 200, {
			"content-type": asset.type,
			"cache-control": "public, max-age=31536000, immutable",
		});
	});
	app.get("/api/bars", async (c) => {
		const interval = Interval.safeParse(c.req.query("interval"));
		const before = c.req.query("before");
		if (!interval.success) return c.json({ error: `interval is one of ${Interval.options.join(", ")}` }, 400);
		if (before !== undefined && Number.isNaN(Date.parse(before))) {
			return c.json({ error: `before is an ISO time, not ${before}` }, 400);
		}
		const found = await history(c.req.query("symbol") ?? "", interval.data, before && new Date(before).toISOString());
		return found
			? c.json(found, 200, { "cache-control": "no-store" })
			: c.json({ error: "this symbol has not been seen" }, 404);
	});
	app.get("/api/events", (c) => {
		const symbol = c.req.query("symbol") || null;
		// EventSource sends the header when it reconnects by itself; a page that opens a new one can only use the query.
		const last = c.req.header("last-event-id") ?? c.req.query("last");
		return streamSSE(c, (stream) => serveEvents(stream, hub, symbol, last, states, signal));
	});
	app.notFound((c) => c.text("there is no such page", 404));
	app.onError((error, c) => c.json({ error: messageOf(error) }, 500));
	return app;
}

async function serveEvents(
	stream: SSEStreamingApi,
	hub: Hub,
	symbol: string | null,
	last: string | undefined,
	states: RoutesOptions["states"],
	signal: AbortSignal,
): Promise<void> {
	let queue: Message[] = [];
	let wake = () => {};
	let open = true;
	const close = () => {
		open = false;
		wake();
	};
	const deliver = (message: Message) => {
		if (queue.length < BACKLOG) queue.push(message);
		else close();
		wake();
	};
	stream.onAbort(close);
	signal.addEventListener("abort", close, { once: true });
	const disconnect = hub.connect({ symbol, deliver }, last);
	for (const [name, data] of Object.entries(states())) {
		deliver({ name: name as keyof Events, data: JSON.stringify(data) });
	}
	try {
		await stream.write("retry: 1000\n\n");
		while (open && !signal.aborted) {
			const batch = queue;
			queue = [];
			if (batch.length > 0) await stream.write(batch.map(frame).join(""));
			else await new Promise<void>((resolve) => (wake = resolve));
		}
	} finally {
		disconnect();
		signal.removeEventListener("abort", close);
	}
}

/** One event in the form of text/event-stream; the data are JSON, so they hold no line break. */
function frame({ name, data, id }: Message): string {
	return `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}
