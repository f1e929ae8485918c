import { UserError } from "../errors.ts";
import { type Feed, type Item, isRejected, type Outgoing, type ReplaySpec, type SyntheticSpec } from "../feed.ts";
import { openReplay } from "../replay/replay.ts";
import { openSynthetic } from "../synthetic/synthetic.ts";
import { Bell } from "../wait.ts";
import type { Quote } from "./quote.ts";

/** What is known of a symbol from Yahoo. */
export type LastQuote = (symbol: string) => Quote | undefined;

/** Another feed that goes on while Yahoo does not answer: the same symbols, in the present, marked in `source`. */
export class Standby {
	/** `synthetic`, or `replay of FILE`, which begins anew where it ends. */
	readonly name: string;
	readonly #open: () => Promise<Feed>;
	readonly #kind: string;
	readonly #lastQuote: LastQuote;
	#running: Running | undefined;

	private constructor(kind: string, name: string, open: () => Promise<Feed>, lastQuote: LastQuote) {
		this.#kind = kind;
		this.name = name;
		this.#open = open;
		this.#lastQuote = lastQuote;
	}

	/**
	 * Opens the feed once, so that what is wrong with it is known before it is needed.
	 * @throws UserError if it cannot be opened, or has none of the symbols
	 */
	static async open(
		spec: SyntheticSpec | ReplaySpec,
		symbols: readonly string[],
		lastQuote: LastQuote,
	): Promise<Standby> {
		if (spec.kind === "synthetic") {
			// About a trade a second and symbol, from now on, unless it is said otherwise.
			const asked = {
				rate: Math.max(1, symbols.length),
				historyMinutes: 0,
				symbols,
				...defined(spec),
			} as SyntheticSpec;
			const open = async () => openSynthetic(asked);
			await open();
			return new Standby(spec.kind, spec.kind, open, lastQuote);
		}
		const files = spec.files.join(", ");
		if (spec.raw)
			throw new UserError(`A raw replay cannot stand in for Yahoo: the lines of ${files} cannot be marked.`);
		const asked = { symbols, speed: 1, rebase: "now", ...defined(spec) } as ReplaySpec;
		const { total } = await openReplay({ ...asked, loop: false });
		if (total === 0)
			throw new UserError(`${files} has no trade of ${asked.symbols?.join(", ")} to stand in for Yahoo.`);
		return new Standby(spec.kind, `replay of ${files}`, () => openReplay({ ...asked, loop: true }), lastQuote);
	}

	/** Its batches until `until` settles; the next call goes on from there. */
	async *batches(until: Promise<unknown>, signal: AbortSignal): AsyncGenerator<readonly Item[], void> {
		const over = new Bell(until);
		this.#running ??= new Running(this.#open, signal);
		for (;;) {
			if (await over.before(this.#running.next)) return;
			const { done, value } = await this.#running.next;
			if (done) return;
			this.#running.advance();
			yield value.map((item) => (isRejected(item) ? item : this.#marked(item)));
		}
	}

	/** Stops it: the next call of `batches` begins anew. */
	stop(): void {
		this.#running?.stop();
		this.#running = undefined;
	}

	/** The event time up to which it has given everything; undefined where it cannot tell. */
	horizon(now: number): number | undefined {
		return this.#running?.feed?.horizon?.(now);
	}

	#marked(item: Outgoing): Outgoing {
		const trade = { ...JSON.parse(item.data.toString("utf8")), source: `fallback:${this.#kind}` };
		if (this.#kind === "synthetic") this.#running?.likeYahoo(trade, this.#lastQuote(item.key));
		return { ...item, data: Buffer.from(JSON.stringify(trade)) };
	}
}

/** One run of the other feed, from its beginning to where it is stopped. */
class Running {
	/** Its next batch; `done` when it was stopped, or has ended. */
	next: Promise<IteratorResult<readonly Item[], void>>;
	feed: Feed | undefined;
	readonly #stop = new AbortController();
	readonly #batches: AsyncGenerator<readonly Item[], void>;
	/** By which factor the synthetic price of a symbol is off. */
	readonly #factors = new Map<string, number>();

	constructor(open: () => Promise<Feed>, signal: AbortSignal) {
		this.#batches = this.#run(open, AbortSignal.any([signal, this.#stop.signal]));
		this.next = this.#batches.next();
		this.next.catch(() => {});
	}

	advance(): void {
		this.next = this.#batches.next();
		this.next.catch(() => {});
	}

	stop(): void {
		this.#stop.abort();
		this.#batches.return().catch(() => {});
	}

	/** Lets the invented price go on from Yahoo's last one, so that nothing jumps, with what Yahoo said of the symbol. */
	likeYahoo(trade: Record<string, unknown>, quote: Quote | undefined): void {
		if (quote === undefined || !(quote.price > 0)) return;
		const price = Number(trade.price);
		const factor = this.#factors.get(quote.symbol) ?? quote.price / price;
		this.#factors.set(quote.symbol, factor);
		// As many digits as prices have, from a currency's 1.08523 to a coin's 65123.4.
		trade.price = Number((price * factor).toPrecision(6));
		const { previousClose, currency, exchange } = quote;
		for (const [field, value] of Object.entries({ previous_close: previousClose, currency, exchange })) {
			if (value === undefined) delete trade[field];
			else trade[field] = value;
		}
		// Those of the invented day are of another price.
		for (const field of ["day_open", "day_high", "day_low", "open", "high", "low"]) delete trade[field];
	}

	async *#run(open: () => Promise<Feed>, signal: AbortSignal): AsyncGenerator<readonly Item[], void> {
		this.feed = await open();
		if (!signal.aborted) yield* this.feed.batches(signal);
	}
}

function defined<T extends object>(spec: T): Partial<T> {
	return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as Partial<T>;
}
