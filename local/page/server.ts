/** The live page: a server on the loopback interface that shows one stack to the browsers of this machine. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Bar, Interval } from "../../contracts.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Stack } from "../stack.ts";
import { bundle } from "./bundle.ts";
import { FigureReader } from "./figures.ts";
import { Flink } from "./flink.ts";
import { Health } from "./health.ts";
import { Store } from "./history.ts";
import { Hub } from "./hub.ts";
import { Market } from "./market.ts";
import type { History, LakeCounts, Part } from "./messages.ts";
import { routes } from "./routes.ts";
import { Sources } from "./sources.ts";

export type { LakeCounts, Part } from "./messages.ts";

export interface PageOptions {
	/** The stack to show, deployed. */
	stack: Pick<Stack, "endpoints" | "outputs">;
	/** 0 takes any free port. */
	port: number;
	/** The parts' states as the caller knows them; asked once a second. */
	status: () => Part[];
	/** Counts of the lake, asked every 5 s; without it the strip shows none. */
	lakeCounts?: () => Promise<LakeCounts>;
	/** Where complaints go; stderr unless set. */
	warn?: (text: string) => void;
	signal?: AbortSignal;
}

export interface Page {
	url: string;
	/** Stops listening and ends all connections. */
	close(): Promise<void>;
}

/** Bars of one answer of `/api/bars`, and the minutes that one bar of each interval can hold. */
const LIMIT = 500;
const MINUTES: Record<Interval, number> = { "1m": 0, "5m": 5, "1h": 60, "1d": 1_440 };

/**
 * Builds the page and serves it on 127.0.0.1 until `close()` or the signal. The stack's parts need not be up yet.
 * Throws a {@link UserError} where the port is taken.
 */
export async function startPage(options: PageOptions): Promise<Page> {
	const { stack, port, status, lakeCounts } = options;
	const { endpoints, outputs } = stack;
	if (!outputs) throw new Error("the live page needs a stack that is deployed, and this one has no outputs yet");
	const built = await bundle();
	const stop = new AbortController();
	const hub = new Hub(randomBytes(6).toString("hex"));
	const market = new Market();
	const store = new Store(endpoints.questdb);
	const health = new Health();
	const sources = new Sources({
		endpoint: endpoints.aws,
		streams: { bars: outputs.BarsStream, ticks: outputs.TicksStream, hits: outputs.HitsStream },
		latestTable: outputs.LatestTable,
		alertsTable: outputs.AlertsTable,
		market,
		hub,
		store,
		figures: new FigureReader(new Flink(endpoints.flink), store, lakeCounts),
		health,
		status,
		warn: options.warn ?? ((text) => process.stderr.write(`${text}\n`)),
	});
	const app = routes({
		bundle: built,
		hub,
		history: (symbol, interval, before) => readHistory(market, store, symbol, interval, before),
		states: () => ({ status: sources.status(), quotes: market.quotes(), alerts: sources.alerts }),
		signal: stop.signal,
	});
	const server = createAdaptorServer({ fetch: app.fetch }) as Server;
	const address = await listen(server, port);
	sources.start(stop.signal);
	let closing: Promise<void> | undefined;
	const close = () => {
		closing ??= (async () => {
			stop.abort();
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await Promise.all([closed, sources.ended()]);
		})();
		return closing;
	};
	options.signal?.addEventListener("abort", () => void close(), { once: true });
	if (options.signal?.aborted) await close();
	return { url: `http://127.0.0.1:${address}`, close };
}

async function listen(server: Server, port: number): Promise<number> {
	server.listen(port, "127.0.0.1");
	try {
		await once(server, "listening");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
		throw new UserError(`port ${port}, which the live page wants, is taken: choose another one with --port-page N`, {
			cause,
		});
	}
	const address = server.address();
	return typeof address === "object" && address ? address.port : port;
}

/** Bars of the store, with those of the stream that have not reached it; null for a symbol that was never seen. */
async function readHistory(
	market: Market,
	store: Store,
	symbol: string,
	interval: Interval,
	before: string | undefined,
): Promise<History | null> {
	if (!market.has(symbol)) return null;
	let stored: Bar[] = [];
	let minutes: Bar[] = [];
	let storeError: string | null = null;
	try {
		stored = await store.bars(symbol, interval, LIMIT, before);
		if (MINUTES[interval] > 0 && !before) minutes = await store.bars(symbol, "1m", MINUTES[interval]);
	} catch (error) {
		storeError = messageOf(error);
	}
	const bars = merge(stored, market.bars(symbol, interval)).filter((bar) => !before || bar.window_start < before);
	const closed = bars.at(-1)?.window_end ?? "";
	return {
		symbol,
		interval,
		bars,
		minutes:
			before || interval === "1m"
				? []
				: merge(minutes, market.bars(symbol, "1m")).filter((bar) => bar.window_start >= closed),
		ticks: before ? [] : market.ticks(symbol),
		hits: before ? [] : market.hits(symbol),
		more: stored.length === LIMIT,
		storeError,
	};
}

/** Of two versions of a bar the one emitted later; oldest bar first. */
function merge(...lists: Bar[][]): Bar[] {
	const byStart = new Map<string, Bar>();
	for (const bar of lists.flat()) {
		const known = byStart.get(bar.window_start);
		if (!known || bar.emitted_at > known.emitted_at) byStart.set(bar.window_start, bar);
	}
	return [...byStart.values()].sort((a, b) => (a.window_start < b.window_start ? -1 : 1));
}
