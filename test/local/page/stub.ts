/** The page without a stack behind it: its real routes, hub, market and bundle, and bars that are in memory. */

import type { Bar, Hit, Tick } from "../../../contracts.ts";
import { bundle } from "../../../local/page/bundle.ts";
import { unknownFigures } from "../../../local/page/figures.ts";
import { Hub } from "../../../local/page/hub.ts";
import { listen } from "../../../local/page/listen.ts";
import { Market } from "../../../local/page/market.ts";
import type { AlertRow, Arrow, Flow, Status } from "../../../local/page/messages.ts";
import { readHistory } from "../../../local/page/read-history.ts";
import { routes } from "../../../local/page/routes.ts";

export interface Stub {
	url: string;
	/** What the page is told of the stack; change it, and call {@link Stub.say}. */
	status: Status;
	alerts: AlertRow[];
	/** Puts bars into the store, as if they had been there before. */
	store(bars: Bar[]): void;
	/** Sends records as the streams bring them. */
	send(records: { bars?: Bar[]; ticks?: Tick[]; hits?: Hit[] }): void;
	/** Broadcasts the status. */
	say(): void;
	/** Browsers that are connected. */
	connected(): number;
	close(): Promise<void>;
}

export const nothing: Arrow = { total: null, perSecond: null, lagMs: null };

/** A status in which all is up and nothing is known. */
export function quietStatus(): Status {
	const names = ["trades", "job", "bars", "ticks", "hits", "lake", "store", "latest", "alerts"] as const;
	return {
		parts: (["emulator", "questdb", "flink", "sql", "rules", "producer"] as const).map((part) => ({
			part,
			state: "up",
		})),
		figures: { ...unknownFigures },
		flow: Object.fromEntries(names.map((name) => [name, nothing])) as unknown as Flow,
	};
}

/** Serves the page on a free port of the loopback interface. */
export async function startStub(port = 0): Promise<Stub> {
	const hub = new Hub(Math.random().toString(36).slice(2));
	const market = new Market();
	const stored = new Map<string, Bar[]>();
	const stop = new AbortController();
	const store = {
		bars: async (symbol: string, interval: string, limit: number, before = "9") =>
			(stored.get(`${interval} ${symbol}`) ?? []).filter((bar) => bar.window_start < before).slice(-limit),
	};
	const status = quietStatus();
	const alerts: AlertRow[] = [];
	const app = routes({
		bundle: await bundle(),
		hub,
		history: (symbol, interval, before) => readHistory({ market, store }, symbol, interval, before),
		states: () => ({ status, quotes: market.quotes(), sparks: market.sparks.all(), alerts }),
		signal: stop.signal,
	});
	const server = await listen(app, port);
	return {
		url: `http://127.0.0.1:${server.port}`,
		status,
		alerts,
		store(bars) {
			for (const bar of bars) {
				const key = `${bar.interval} ${bar.symbol}`;
				stored.set(key, [...(stored.get(key) ?? []), bar]);
				if (bar.interval === "1m") market.addBar(bar);
			}
			market.takeChanged();
			market.sparks.takeNew();
		},
		send({ bars = [], ticks = [], hits = [] }) {
			for (const bar of bars) if (market.addBar(bar)) hub.publish("bar", bar.symbol, bar);
			for (const tick of ticks) if (market.addTick(tick)) hub.publish("tick", tick.symbol, tick);
			for (const hit of hits) if (market.addHit(hit)) hub.publish("hit", hit.symbol, hit);
			const [quotes, sparks] = [market.takeChanged(), market.sparks.takeNew()];
			if (quotes.length > 0) hub.broadcast("quotes", quotes);
			if (sparks.length > 0) hub.broadcast("sparks", sparks);
		},
		say: () => hub.broadcast("status", status),
		connected: () => hub.size,
		async close() {
			stop.abort();
			await server.close();
		},
	};
}
