/** The live page: a server on the loopback interface that shows one stack to the browsers of this machine. */
import { randomBytes } from "node:crypto";
import type { ExchangeEntry } from "../../alerting/hours/hours.ts";
import { UserError } from "../errors.ts";
import type { Stack } from "../stack.ts";
import { bundle } from "./bundle.ts";
import { FigureReader } from "./figures.ts";
import { Flink } from "./flink.ts";
import { FlowMeter } from "./flow.ts";
import { Health } from "./health.ts";
import { Store } from "./history.ts";
import { Hub } from "./hub.ts";
import { type Listening, listen } from "./listen.ts";
import { Market } from "./market.ts";
import type { LakeCounts, Part } from "./messages.ts";
import { readHistory } from "./read-history.ts";
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
	/** Which exchange a symbol is of, for its time zone: as the alerting rules have it. */
	exchanges?: readonly ExchangeEntry[];
	/** Where complaints go; stderr unless set. */
	warn?: (text: string) => void;
	signal?: AbortSignal;
}

export interface Page {
	url: string;
	/** Stops listening and ends all connections. */
	close(): Promise<void>;
}

/**
 * Builds the page and serves it on 127.0.0.1 until `close()` or the signal. The stack's parts need not be up yet.
 * Throws a {@link UserError} where the port is taken.
 */
export async function startPage(options: PageOptions): Promise<Page> {
	const { stack, port, status, lakeCounts, exchanges = [] } = options;
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
		flow: new FlowMeter(),
		health,
		status,
		warn: options.warn ?? ((text) => process.stderr.write(`${text}\n`)),
	});
	const app = routes({
		bundle: built,
		hub,
		history: (symbol, interval, before) => readHistory({ market, store, exchanges }, symbol, interval, before),
		states: () => ({
			status: sources.status(),
			quotes: market.quotes(),
			sparks: market.sparks.all(),
			alerts: sources.alerts,
		}),
		signal: stop.signal,
	});
	const server = await open(app, port);
	sources.start(stop.signal);
	let closing: Promise<void> | undefined;
	const close = () => {
		closing ??= (async () => {
			stop.abort();
			await Promise.all([server.close(), sources.ended()]);
		})();
		return closing;
	};
	options.signal?.addEventListener("abort", () => void close(), { once: true });
	if (options.signal?.aborted) await close();
	return { url: `http://127.0.0.1:${server.port}`, close };
}

async function open(app: Parameters<typeof listen>[0], port: number): Promise<Listening> {
	try {
		return await listen(app, port);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
		throw new UserError(`port ${port}, which the live page wants, is taken: choose another one with --port-page N`, {
			cause,
		});
	}
}
