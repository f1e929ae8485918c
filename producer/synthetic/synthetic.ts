import type { Trade } from "../../contracts.ts";
import { UserError } from "../errors.ts";
import { DEFAULT_LATENESS_MS, type Feed, type SyntheticFaults, type SyntheticSpec } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import type { Exchange } from "./exchanges.ts";
import { checkFaults } from "./fault-options.ts";
import { type Given, LATE_FROM_MS, mostDisorder, withFaults } from "./faults.ts";
import { ALWAYS, type Hours, MarketHours } from "./hours.ts";
import { chosenListings, type Listing } from "./listings.ts";
import { Schedule } from "./schedule.ts";
import { type Market, syntheticTrades } from "./trades.ts";
import { Truth } from "./truth.ts";

export const DEFAULT_RATE = 50;
export const DEFAULT_HISTORY_MINUTES = 120;
/** A feed of more symbols than these is named after the first of them. */
const NAMED = 12;

/**
 * A synthetic market, see SyntheticSpec: first the history as fast as it can be taken, then live.
 * @throws UserError where a value is impossible, options do not go together, or the truth cannot be written
 */
export function openSynthetic(spec: SyntheticSpec = { kind: "synthetic" }): Feed {
	const market = marketOf(spec);
	const faults = checkFaults(spec.faults ?? {});
	const latenessMs = spec.latenessMs ?? DEFAULT_LATENESS_MS;
	const { count } = spec;
	if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) {
		throw new UserError(`--count takes a number of trades, 1 or more, but was given ${count}.`);
	}
	const most = mostDisorder(latenessMs);
	const disorderMs = Math.min(faults.disorderMs ?? 0, most);
	const truth = new Truth(spec.truth);
	let schedule: Schedule<Given> | undefined;
	let acknowledged = Number.NEGATIVE_INFINITY;
	return {
		name: nameOf(market, faults),
		total: count === undefined ? undefined : recordsOf(count, faults),
		live: true,
		async *batches(signal, tell) {
			const start = spec.start ?? Date.now();
			const running: Market = { ...market, start };
			const hours = hoursOf(running);
			const given = withFaults(first(syntheticTrades(running), count), {
				faults,
				seed: market.seed,
				latenessMs,
				from: start - market.historyMinutes * 60_000,
				start,
				acknowledged: () => acknowledged,
				hoursOf: ({ symbol }) => hours.get(symbol) as Hours,
				onLeftOut: (left) => tell?.(leftOutLine(left)),
			});
			if ((faults.disorderMs ?? 0) > disorderMs)
				tell?.(cappedLine(faults.disorderMs as number, disorderMs, latenessMs));
			schedule = new Schedule(given, disorderMs > 0 || faults.duplicates ? most : 0);
			truth.begin(describe(running, latenessMs, { ...faults, ...(faults.disorderMs ? { disorderMs } : {}) }));
			const closed = closedTeller(running.listings, hours, tell);
			try {
				for await (const batch of schedule.batches(signal, closed)) {
					// Counted before it goes, because what goes may be the last that is asked for.
					truth.gave(batch);
					yield batch.map(({ record }) => record);
				}
			} finally {
				truth.end();
			}
		},
		horizon: (now) => schedule?.horizon(now),
		acknowledged(time) {
			acknowledged = Math.max(acknowledged, time);
		},
	};
}

function marketOf(spec: SyntheticSpec): Omit<Market, "start"> {
	const quiet = spec.faults === undefined && spec.truth === undefined;
	const { rate = DEFAULT_RATE, historyMinutes = quiet ? DEFAULT_HISTORY_MINUTES : 0, hours = "always" } = spec;
	if (!(rate >= 1 && rate <= 50_000))
		throw new UserError(`--rate takes 1 to 50000 trades a second, but was given ${rate}.`);
	if (!(historyMinutes >= 0))
		throw new UserError(`--history takes minutes, 0 or more, but was given ${historyMinutes}.`);
	return {
		seed: spec.seed ?? 1,
		listings: chosenListings(spec),
		hours,
		rate,
		historyMinutes,
		burst: spec.faults?.burst,
	};
}

function nameOf({ listings, hours }: Omit<Market, "start">, faults: SyntheticFaults): string {
	const names = listings.slice(0, NAMED).map(({ symbol }) => symbol);
	const more = listings.length - names.length;
	const symbols = more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
	const kinds = Object.entries(faults).filter(([, value]) => value !== undefined && value !== 0);
	return `synthetic trades of ${symbols}${hours === "market" ? " in market hours" : ""}${kinds.length > 0 ? ", with faults" : ""}`;
}

/** How many records there will be, about: which trades get a fault is drawn. */
function recordsOf(count: number, { duplicates = 0, late = 0, malformed = 0 }: SyntheticFaults): number {
	return Math.round(count * (1 + duplicates + late + malformed));
}

function* first(trades: Iterable<Trade>, count = Number.POSITIVE_INFINITY): Generator<Trade, void> {
	let given = 0;
	for (const trade of trades) {
		yield trade;
		if (++given >= count) return;
	}
}

function cappedLine(asked: number, real: number, latenessMs: number): string {
	return `disorder=${asked}ms would make trades late: with a lateness of ${latenessMs} ms it is ${real} ms, under half of it.`;
}

function leftOutLine(count: number): string {
	return `${count} late trades were left out: the feed ended before ${LATE_FROM_MS / 1000} s of live trades were acknowledged.`;
}

function describe(
	{ seed, rate, start, hours }: Market,
	latenessMs: number,
	faults: SyntheticFaults,
): object & Record<string, unknown> {
	return { seed, rate, start: writeInstant(start), hours, lateness_ms: latenessMs, faults };
}

/** The hours of each symbol, apart from those by which the trades are made: they are asked for other moments. */
function hoursOf({ listings, hours, start }: Market): ReadonlyMap<string, Hours> {
	if (hours === "always") return new Map(listings.map(({ symbol }) => [symbol, ALWAYS]));
	const byExchange = new Map<Exchange, Hours>();
	for (const { exchange } of listings) {
		if (!byExchange.has(exchange)) byExchange.set(exchange, new MarketHours(exchange, start));
	}
	return new Map(listings.map(({ symbol, exchange }) => [symbol, byExchange.get(exchange) as Hours]));
}

/** Says once each time that all exchanges are closed, and which one opens next. */
function closedTeller(
	listings: readonly Listing[],
	hours: ReadonlyMap<string, Hours>,
	tell: ((line: string) => void) | undefined,
): (until: number) => void {
	let told = Number.NEGATIVE_INFINITY;
	return () => {
		const now = Date.now();
		if (now < told) return;
		const openings = listings.map(({ symbol, exchange }) => ({
			exchange,
			at: (hours.get(symbol) as Hours).opening(now),
		}));
		const next = openings.reduce((least, each) => (each.at < least.at ? each : least));
		if (next.at <= now) return;
		told = next.at;
		tell?.(
			`All exchanges of this feed are closed; the next to open is ${next.exchange.name}, at ${writeInstant(next.at)}.`,
		);
	};
}
