import { bulkhead, ExponentialBackoff, halfJitterGenerator, handleWhen, retry, wrap } from "cockatiel";
import type { Trade } from "../../contracts.ts";
import { UserError } from "../errors.ts";
import type { Feed, Item, YahooHistorySpec } from "../feed.ts";
import { outgoingOf } from "../outgoing.ts";
import { readBars } from "./bars.ts";
import { type ChartInterval, Yahoo } from "./client.ts";
import { YahooFailure } from "./failure.ts";
import { checkChartInterval, INTERVALS, type Range, readRange } from "./range.ts";
import { checkSymbols } from "./spec.ts";
import { type Fetch, wayToYahoo } from "./transport.ts";
import { nameSome } from "./words.ts";

/** What tests put in the place of the network, of the clock on the wall and of seconds. */
export interface HistoryParts {
	readonly fetch?: Fetch;
	readonly now?: number;
	readonly retryMs?: number;
}

/** Symbols that are asked for at the same time. */
const AT_ONCE = 3;
const BATCH = 500;

/**
 * Yahoo's bars of a day or a range as a feed that ends: all of them are fetched by the time it is open, so that their
 * number is known, and are given in the order of their times, then of their symbols. Days are the exchange's own, from
 * midnight to midnight in its time zone; bars are of the regular trading hours.
 * @throws UserError where Yahoo has no bar of any of the symbols in the range, does not answer, or an option's value is
 * impossible
 */
export async function yahooHistory(spec: YahooHistorySpec, parts: HistoryParts = {}): Promise<Feed> {
	const { now = Date.now(), retryMs = 2000, fetch = wayToYahoo(spec.proxy) } = parts;
	const symbols = checkSymbols(spec.symbols);
	const interval = checkChartInterval(spec.interval ?? "1m");
	const range = readRange(spec.from, spec.to, now);
	const yahoo = new Yahoo(fetch);
	const policy = wrap(
		retry(
			handleWhen((error) => error instanceof YahooFailure && error.kind !== "refused"),
			{
				maxAttempts: 3,
				backoff: new ExponentialBackoff({
					initialDelay: retryMs,
					maxDelay: 15 * retryMs,
					generator: halfJitterGenerator,
				}),
			},
		),
		bulkhead(AT_ONCE, Number.POSITIVE_INFINITY),
	);
	// One symbol for which Yahoo does not answer ends it: the others need not be asked any more.
	const stop = new AbortController();
	const fetched = await Promise.all(
		symbols.map(async (symbol) => {
			try {
				return await barsOf(symbol, { interval, range, now }, (from, to) =>
					policy.execute(() => yahoo.chart(symbol, from, to, interval, stop.signal), stop.signal),
				);
			} catch (error) {
				stop.abort();
				throw error;
			}
		}),
	);
	const found = fetched.flatMap(({ bars }) => bars).sort(byTime);
	const none = fetched.filter(({ bars }) => bars.length === 0);
	if (found.length === 0) throw new UserError(nothing(interval, range, none));
	return {
		name: `Yahoo's ${interval} bars of ${nameSome(symbols, 12)}, ${range.name}`,
		total: found.length,
		live: false,
		async *batches(signal, tell) {
			if (none.length > 0) tell?.(`${without(interval, range, none)}; going on with the others.`);
			for (let from = 0; from < found.length && !signal.aborted; from += BATCH) {
				yield found.slice(from, from + BATCH).map((bar): Item => outgoingOf(bar));
			}
		},
	};
}

interface Fetched {
	readonly symbol: string;
	readonly bars: readonly Trade[];
	/** What Yahoo has against the question. */
	readonly refused: string | undefined;
}

/** All bars of a symbol, in as many calls as Yahoo wants. */
async function barsOf(
	symbol: string,
	{ interval, range, now }: { interval: ChartInterval; range: Range; now: number },
	ask: (from: number, to: number) => Promise<unknown>,
): Promise<Fetched> {
	const bars = new Map<string, Trade>();
	const { callMs } = INTERVALS[interval];
	try {
		for (let from = range.from; from < range.to; from += callMs) {
			const answer = await ask(from, Math.min(from + callMs, range.to));
			for (const bar of readBars(answer, interval, range, now)) bars.set(bar.event_time, bar);
		}
		return { symbol, bars: [...bars.values()], refused: undefined };
	} catch (error) {
		if (!(error instanceof YahooFailure)) throw error;
		if (error.kind === "refused") return { symbol, bars: [], refused: error.message };
		throw new UserError(
			`Yahoo does not answer as it should for ${symbol} (${error.message}). Nothing was sent; try again later${error.kind === "network" ? ", or through another way with --proxy URL" : ""}.`,
			{ cause: error },
		);
	}
}

function without(interval: string, range: Range, none: readonly Fetched[]): string {
	const names = none.map(({ symbol, refused }) => (refused === undefined ? symbol : `${symbol} (${refused})`));
	return `Yahoo has no ${interval} bars of ${nameSome(names, 10)} for ${range.name}`;
}

function nothing(interval: string, range: Range, none: readonly Fetched[]): string {
	const tooOld = none.some(({ refused }) => /within the last|not available/i.test(refused ?? ""));
	const remedy = tooOld
		? "It keeps 1m bars for about 30 days, those of 2m to 90m for 60 days and those of 1h for two years: take a later day, or --interval 1d."
		: "Was it a trading day, and are the symbols those of finance.yahoo.com?";
	return `${without(interval, range, none)}. ${remedy}`;
}

function byTime(a: Trade, b: Trade): number {
	if (a.event_time !== b.event_time) return a.event_time < b.event_time ? -1 : 1;
	return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0;
}
