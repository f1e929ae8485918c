import type { Trade } from "../../contracts.ts";
import { UserError } from "../errors.ts";
import type { Feed, Outgoing, SyntheticSpec } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import { course, Pacer } from "../pace.ts";
import { LISTINGS, listing, MINUTES_BETWEEN_BURSTS, MINUTES_BETWEEN_JUMPS, moments, Path } from "./market.ts";
import { exponential, seededRandom } from "./random.ts";

export const DEFAULT_RATE = 50;
export const DEFAULT_HISTORY_MINUTES = 120;
/** History has a tenth of the live rate: enough for every minute's bar of every symbol, and it is there at once. */
const HISTORY_SHARE = 0.1;
const BATCH = 256;

/** A synthetic market, with nothing left to defaults; see SyntheticSpec. */
export interface Market {
	readonly seed: number;
	readonly symbols: readonly string[];
	readonly rate: number;
	readonly historyMinutes: number;
	readonly start: number;
}

/**
 * A market that is never closed: random walks with runs and jumps, so that a move of 1 % within five minutes comes every
 * few minutes. First the history as fast as it can be taken, then live without end.
 */
export function openSynthetic(spec: SyntheticSpec = { kind: "synthetic" }): Feed {
	const { rate = DEFAULT_RATE, historyMinutes = DEFAULT_HISTORY_MINUTES, symbols } = spec;
	if (!(rate > 0 && rate <= 50_000))
		throw new UserError(`--rate takes 1 to 50000 trades a second, but was given ${rate}.`);
	if (!(historyMinutes >= 0))
		throw new UserError(`--history takes minutes, 0 or more, but was given ${historyMinutes}.`);
	if (symbols?.length === 0) throw new UserError("--symbols names no symbol. Example: --symbols AAPL,MSFT");
	const names = symbols ?? LISTINGS.map((each) => each.symbol);
	let pacer: Pacer | undefined;
	return {
		name: `synthetic trades of ${names.join(", ")}`,
		total: undefined,
		live: true,
		batches(signal) {
			const start = spec.start ?? Date.now();
			pacer = new Pacer(course(start, start, 1));
			const trades = syntheticTrades({ seed: spec.seed ?? 1, start, rate, historyMinutes, symbols: names });
			return pacer.batches(inBatches(trades), signal);
		},
		horizon: (now) => pacer?.horizon(now),
	};
}

/** The trades themselves in the order of their times, endless: the same for the same seed, symbols, rate and start. */
export function* syntheticTrades(market: Market): Generator<Trade, never> {
	const { start, rate, historyMinutes, symbols, seed } = market;
	const random = seededRandom(seed);
	const from = start - historyMinutes * 60_000;
	// Each symbol walks on numbers of its own, so that another rate leaves its character alone.
	const paths = symbols.map((symbol) => new Path(listing(symbol), from, seededRandom(random() * 2 ** 32)));
	const pick = (): Path => paths[Math.floor(random() * paths.length)] as Path;
	const [bursts, jumps] = [moments(MINUTES_BETWEEN_BURSTS, from, random), moments(MINUTES_BETWEEN_JUMPS, from, random)];
	let [burst, jump, time] = [bursts.next().value, jumps.next().value, from];
	for (;;) {
		const perSecond = time < start ? rate * HISTORY_SHARE : rate;
		time += exponential(random, perSecond) * 1000;
		for (; burst <= time; burst = bursts.next().value) pick().burst(burst);
		for (; jump <= time; jump = jumps.next().value) pick().jump();
		yield trade(choose(paths, time, random()), Math.floor(time));
	}
}

function choose(paths: readonly Path[], time: number, share: number): Path {
	let left = share * paths.reduce((sum, path) => sum + path.weight(time), 0);
	for (const path of paths) {
		left -= path.weight(time);
		if (left < 0) return path;
	}
	return paths[paths.length - 1] as Path;
}

function trade(path: Path, time: number): Trade {
	const { symbol, exchange, currency, previousClose } = path.listing;
	const { price, size, side } = path.trade(time);
	const sequence = path.sequence++;
	return {
		trade_id: `${symbol}-${sequence}`,
		symbol,
		event_time: writeInstant(time),
		price,
		size,
		source: "synthetic",
		sequence,
		previous_close: previousClose,
		exchange,
		currency,
		side,
	};
}

async function* inBatches(trades: Iterable<Trade>): AsyncGenerator<readonly Outgoing[]> {
	let batch: Outgoing[] = [];
	for (const each of trades) {
		batch.push({
			key: each.symbol,
			time: Date.parse(each.event_time),
			data: Buffer.from(JSON.stringify(each)),
		});
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
}
