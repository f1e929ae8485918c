/** A market that moves all the time, for the page's bench: seeded, so that each run sends the same prices. */
import type { Bar, Tick } from "../../../contracts.ts";
import { bar, tick } from "../../local/page/records.ts";

export interface MovingMarket {
	symbols: string[];
	/** The last `minutes` closed minutes of every symbol, before `now` (epoch ms). */
	past(now: number, minutes: number): Bar[];
	/** Every symbol's current second once more, with its price moved; `now` is epoch ms. */
	round(now: number): Tick[];
	/** The bars of the minute that ended at `end` (epoch ms), at the prices of now. */
	close(end: number): Bar[];
	price(symbol: string): number;
}

const MINUTE = 60_000;

/** Makes `count` symbols, of prices from 10 to 500. */
export function movingMarket(count: number, seed = 1): MovingMarket {
	let state = seed;
	const random = () => {
		state = (state * 16_807) % 2_147_483_647;
		return state / 2_147_483_647;
	};
	const symbols = Array.from({ length: count }, (_, i) => `S${String(i).padStart(String(count).length, "0")}`);
	const prices = new Map(symbols.map((symbol) => [symbol, 10 + Math.round(49_000 * random()) / 100]));
	let version = 0;
	const price = (symbol: string) => prices.get(symbol) ?? 0;
	const move = (symbol: string) => {
		// At least a cent, so that each round is seen.
		const step = Math.max(0.01, Math.round(price(symbol) * 0.05 * random()) / 100);
		const moved = Math.round(100 * (price(symbol) + (random() < 0.5 && price(symbol) > 2 ? -step : step))) / 100;
		prices.set(symbol, moved);
		return moved;
	};
	const closeAt = (symbol: string, end: number) =>
		bar(symbol, new Date(end - MINUTE).toISOString(), price(symbol), {
			emitted_at: new Date(end + 2_000).toISOString(),
		});
	return {
		symbols,
		price,
		past(now, minutes) {
			const last = Math.floor(now / MINUTE) * MINUTE;
			return Array.from({ length: minutes }, (_, i) => last - (minutes - 1 - i) * MINUTE).flatMap((end) =>
				symbols.map((symbol) => {
					move(symbol);
					return closeAt(symbol, end);
				}),
			);
		},
		round(now) {
			version += 1;
			const second = new Date(Math.floor(now / 1_000) * 1_000).toISOString();
			return symbols.map((symbol) => {
				const emitted_at = new Date(now + (version % 1_000) / 1_000).toISOString();
				return tick(symbol, second, move(symbol), { emitted_at, previous_close: 100 });
			});
		},
		close: (end) => symbols.map((symbol) => closeAt(symbol, end)),
	};
}
