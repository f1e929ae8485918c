import type { Trade } from "../../contracts.ts";
import type { SyntheticFaults } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import type { Exchange } from "./exchanges.ts";
import { Floor } from "./floor.ts";
import { ALWAYS, MarketHours } from "./hours.ts";
import type { Listing } from "./listings.ts";
import { MINUTES_BETWEEN_JUMPS, MINUTES_BETWEEN_NEWS, moments, Path } from "./market.ts";
import { exponential, seededRandom } from "./random.ts";
import { inventTraders } from "./traders.ts";

/** History has a tenth of the live rate: enough for every minute's bar of every symbol, and it is there at once. */
export const HISTORY_SHARE = 0.1;

/** A synthetic market, with nothing left to defaults; see SyntheticSpec. */
export interface Market {
	readonly seed: number;
	readonly listings: readonly Listing[];
	readonly hours: "always" | "market";
	readonly rate: number;
	readonly historyMinutes: number;
	readonly start: number;
	readonly burst: SyntheticFaults["burst"];
}

/**
 * The trades of a market in the order of their times, endless: the same for the same market. Random walks with runs and
 * jumps, so that a move of 1 % within five minutes comes every few minutes, each symbol in its exchange's hours.
 */
export function* syntheticTrades(market: Market): Generator<Trade, never> {
	const { start, seed } = market;
	const random = seededRandom(seed);
	const from = start - market.historyMinutes * 60_000;
	// Each symbol walks on numbers of its own, so that another rate leaves its character alone.
	const paths = market.listings.map((each) => new Path(each, from, seededRandom(random() * 2 ** 32)));
	const floors = floorsOf(paths, market.hours, from);
	const trade = tradeMaker(start, seed);
	const floorOf = new Map(floors.flatMap((floor) => floor.paths.map((path) => [path, floor])));
	const pick = (): Path => paths[Math.floor(random() * paths.length)] as Path;
	const [news, jumps] = [moments(MINUTES_BETWEEN_NEWS, from, random), moments(MINUTES_BETWEEN_JUMPS, from, random)];
	let [newsAt, jumpAt, time] = [news.next().value, jumps.next().value, from];
	// What is left of the wait for the next trade, in trades: rates change from second to second.
	let wait = exponential(random, 1);
	for (;;) {
		const second = Math.floor(time / 1000);
		const end = time < start ? Math.min(start, (second + 1) * 1000) : (second + 1) * 1000;
		const perSecond = rateOf(market, time, second) * openShare(floors, time);
		if (perSecond === 0) {
			time = Math.min(...floors.map(({ hours }) => hours.opening(time)));
			// Nothing happens while everything is closed.
			for (; newsAt <= time; newsAt = news.next().value);
			for (; jumpAt <= time; jumpAt = jumps.next().value);
			continue;
		}
		for (;;) {
			const next = time + (wait * 1000) / perSecond;
			if (next >= end) {
				wait = Math.max(0, wait - ((end - time) * perSecond) / 1000);
				time = end;
				break;
			}
			time = next;
			wait = exponential(random, 1);
			for (; newsAt <= time; newsAt = news.next().value) {
				const path = pick();
				const floor = floorOf.get(path) as Floor;
				if (floor.activity > 0) floor.news(path, newsAt);
			}
			for (; jumpAt <= time; jumpAt = jumps.next().value) {
				const path = pick();
				if ((floorOf.get(path) as Floor).activity > 0) path.jump();
			}
			yield trade(choose(floors, time, random()), Math.floor(time));
		}
	}
}

function floorsOf(paths: readonly Path[], hours: Market["hours"], from: number): readonly Floor[] {
	// The order of the symbols is kept where there is one floor for all.
	if (hours === "always") return [new Floor(paths, ALWAYS)];
	const byExchange = Map.groupBy(paths, ({ listing }): Exchange => listing.exchange);
	return [...byExchange].map(([exchange, here]) => new Floor(here, new MarketHours(exchange, from)));
}

/** Trades a second while all exchanges are open and it is neither busy nor calm. */
function rateOf({ rate, start, burst }: Market, time: number, second: number): number {
	const inBurst = burst !== undefined && second % Math.round(burst.everyMs / 1000) === 0;
	return rate * (time < start ? HISTORY_SHARE : 1) * (inBurst ? burst.times : 1);
}

/** How much of all is traded at this moment: 1 while all is open, on average. */
function openShare(floors: readonly Floor[], time: number): number {
	let [open, all] = [0, 0];
	for (const floor of floors) {
		const activity = floor.hours.activity(time);
		if (activity > 0 && floor.activity === 0) for (const path of floor.paths) path.opens(time);
		floor.activity = activity;
		floor.weigh(time);
		open += activity * floor.total;
		all += floor.total;
	}
	return open / all;
}

function choose(floors: readonly Floor[], time: number, share: number): Path {
	let sum = 0;
	for (const floor of floors) {
		floor.weigh(time);
		sum += floor.activity * floor.total;
	}
	let left = share * sum;
	let last: Floor | undefined;
	for (const floor of floors) {
		if (floor.activity === 0) continue;
		const here = floor.activity * floor.total;
		if (left < here) return floor.at(left / floor.activity);
		left -= here;
		last = floor;
	}
	// What rounding leaves over.
	return (last as Floor).at((last as Floor).total);
}

/** Makes trades whose ids are unique within a day, over several runs too. */
function tradeMaker(start: number, seed: number): (path: Path, time: number) => Trade {
	const run = Math.floor(start / 1000).toString(36);
	const random = seededRandom(seed ^ 0x7ade);
	const traders = inventTraders(random);
	return (path, time) => {
		const { symbol, exchange } = path.listing;
		const { price, size, side } = path.trade(time);
		const sequence = path.sequence++;
		return {
			trade_id: `${symbol}-${run}-${sequence}`,
			symbol,
			event_time: writeInstant(time),
			price,
			size,
			source: "synthetic",
			sequence,
			previous_close: path.previousClose,
			exchange: exchange.name,
			currency: exchange.currency,
			side,
			// Some trade much more than others.
			trader: traders[Math.floor(random() ** 2 * traders.length)] as string,
		};
	};
}
