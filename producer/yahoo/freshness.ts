import type { Stale } from "../feed.ts";

/** So many polls may be missed before a symbol is stale: one that comes late does not make it so. */
const MISSED = 2.5;

interface Known {
	/** The last poll that had it; undefined if none had. */
	at: number | undefined;
	/** How long until its next poll, in milliseconds. */
	everyMs: number;
	/** What was odd about it since; undefined if nothing was. */
	problem: string | undefined;
}

/** Knows which symbols have nothing current, since when and why. */
export class Freshness {
	readonly #known: Map<string, Known>;
	/** Why Yahoo gives nothing at all at present. */
	outage: string | undefined;

	constructor(symbols: readonly string[]) {
		this.#known = new Map(symbols.map((symbol) => [symbol, { at: undefined, everyMs: 0, problem: undefined }]));
	}

	/** A poll at this moment had the symbol; the next one comes so much later. */
	current(symbol: string, at: number, everyMs: number): void {
		this.#known.set(symbol, { at, everyMs, problem: undefined });
	}

	/** A poll had it not, or not as it should be. True if that is news. */
	odd(symbol: string, problem: string): boolean {
		const known = this.#known.get(symbol);
		if (!known || known.problem === problem) return false;
		known.problem = problem;
		return true;
	}

	/** Whether any poll ever had the symbol. */
	seen(symbol: string): boolean {
		return this.#known.get(symbol)?.at !== undefined;
	}

	/** The symbols of which nothing is current at this moment; those that nobody has asked for yet are not among them. */
	stale(now: number): Stale[] {
		return [...this.#known].flatMap(([symbol, { at, everyMs, problem }]): Stale[] => {
			const why = this.outage ?? problem;
			if (at === undefined) return why === undefined ? [] : [{ symbol, since: undefined, why }];
			if (now - at <= MISSED * everyMs) return [];
			return [{ symbol, since: at, why: why ?? "no newer answer from Yahoo" }];
		});
	}
}
