/** The connection to the server: events as they come, reconnecting by itself, and the history by request. */
import type { Interval } from "../../../contracts.ts";
import type { Events, History } from "../messages.ts";
import { Turns } from "./turns.ts";

export type Handlers = { [Name in keyof Events]: (data: Events[Name]) => void } & {
	connection(state: "connecting" | "live" | "lost"): void;
};

/** The server says something every second; this long without a word means that the connection is dead. */
const SILENCE_MS = 8_000;
const NAMES: (keyof Events)[] = ["hello", "status", "quotes", "sparks", "alerts", "alert", "bar", "tick", "hit"];

export class Feed {
	readonly #handlers: Handlers;
	#source: EventSource | undefined;
	#symbol = "";
	#lastId = "";
	#heardAt = 0;
	/** A connection begins with much at once. */
	readonly #turns = new Turns();

	constructor(handlers: Handlers) {
		this.#handlers = handlers;
		setInterval(() => this.#watch(), 1_000);
	}

	/** Follows one symbol from now on ("" for none); what came before is to be fetched. */
	follow(symbol: string): void {
		this.#symbol = symbol;
		this.#lastId = "";
		this.#connect();
	}

	#connect(): void {
		this.#source?.close();
		this.#heardAt = performance.now();
		const query = new URLSearchParams({ symbol: this.#symbol, last: this.#lastId });
		const source = new EventSource(`/api/events?${query}`);
		this.#source = source;
		source.onerror = () => {
			if (source === this.#source) this.#handlers.connection("lost");
		};
		for (const name of NAMES) {
			source.addEventListener(name, (event) => {
				if (source !== this.#source) return;
				this.#heardAt = performance.now();
				this.#turns.take(() => {
					// By now another symbol may be followed.
					if (source === this.#source) this.#handle(name, event);
				});
			});
		}
	}

	#handle(name: keyof Events, { data, lastEventId }: MessageEvent<string>): void {
		if (lastEventId) this.#lastId = lastEventId;
		if (name === "hello") this.#handlers.connection("live");
		(this.#handlers[name] as (data: unknown) => void)(JSON.parse(data));
	}

	/** EventSource gives up on an answer that is no stream, and does not notice a connection that died in silence. */
	#watch(): void {
		if (!this.#source) return;
		const silent = performance.now() - this.#heardAt > SILENCE_MS;
		if (this.#source.readyState !== EventSource.CLOSED && !silent) return;
		this.#handlers.connection("lost");
		this.#connect();
	}
}

/** A symbol that the server has not seen (yet). */
export class UnknownSymbol extends Error {
	override readonly name = "UnknownSymbol";
}

/** Fetches closed bars, the newest or those before an instant. @throws UnknownSymbol, or where the server does not answer */
export async function fetchHistory(
	symbol: string,
	interval: Interval,
	before: string | undefined,
	signal: AbortSignal,
): Promise<History> {
	const query = new URLSearchParams({ symbol, interval, ...(before ? { before } : {}) });
	const response = await fetch(`/api/bars?${query}`, { signal });
	if (response.status === 404) throw new UnknownSymbol(`${symbol} has not been seen on the stream yet`);
	if (!response.ok) throw new Error(`the history could not be read (HTTP ${response.status})`);
	return response.json();
}
