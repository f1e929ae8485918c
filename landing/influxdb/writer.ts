import type { Context } from "aws-lambda";
import type { Bar } from "../../contracts.ts";
import { messageOf, type Outcome, type Valued } from "../records.ts";
import { LinesRejected } from "./answers.ts";
import { barLine } from "./lines.ts";
import type { LineStore } from "./store.ts";

/** Milliseconds that are left for one more request and for the dead letters. */
const reserve = 15_000;

type Item = { key: string; emittedAt: string; line: string; index: number };

/** Bars whose newest version is remembered while the function is warm: some days of bars of a few hundred symbols. */
const remembered = 100_000;

/**
 * Writes bars to a time-series store, as many as there are in one request. Of a bar's versions in the batch the newest
 * (`emitted_at`) is written, and one that is older than what this function wrote before is left out.
 *
 * A store of lines cannot be asked to keep the newer row. Kinesis keeps a symbol's order and a retry brings the newer
 * version again after the older, so this leaves one case: an older version that comes into the stream after the newer,
 * because the writer's retry changed their order, and reaches a function that has just started.
 */
export function barWriter(
	store: LineStore,
): (entries: readonly Valued<Bar>[], context: Pick<Context, "getRemainingTimeInMillis">) => Promise<Outcome[]> {
	const newest = new Map<string, string>();

	const remember = (items: Item[]) => {
		for (const { key, emittedAt } of items) {
			// The map is in order of writing, so that the first key is the one to forget.
			newest.delete(key);
			newest.set(key, emittedAt);
		}
		for (const key of newest.keys()) {
			if (newest.size <= remembered) break;
			newest.delete(key);
		}
	};

	/**
	 * Writes all items, and halves them where the store rejects them until the rejected ones stand alone. A store that
	 * rejects all of many takes longer than a call may last: what is left then comes again.
	 */
	const write = async (items: Item[], outcomes: Outcome[], remaining: () => number): Promise<void> => {
		const parts = [items];
		for (let part = parts.shift(); part; part = parts.shift()) {
			try {
				if (remaining() < reserve) throw new Error("The call's time is over, and the rest of its records come again.");
				await store.write(part.map(({ line }) => line));
				remember(part);
			} catch (error) {
				const [first, second] = part;
				if (!(error instanceof LinesRejected)) {
					// The store is not there: what is left would wait for it in vain.
					for (const { index } of [part, ...parts].flat()) outcomes[index] = { status: "failed", error };
					return;
				}
				if (first && !second) outcomes[first.index] = { status: "rejected", detail: messageOf(error) };
				else parts.unshift(part.slice(0, part.length / 2), part.slice(part.length / 2));
			}
		}
	};

	return async (entries, { getRemainingTimeInMillis }) => {
		const outcomes = entries.map((): Outcome => ({ status: "handled" }));
		const items = entries
			.flatMap(({ value }, index): Item[] => {
				const key = JSON.stringify([value.symbol, value.interval, value.window_start]);
				try {
					return [{ key, emittedAt: value.emitted_at, line: barLine(value), index }];
				} catch (error) {
					outcomes[index] = { status: "rejected", detail: messageOf(error) };
					return [];
				}
			})
			.filter(({ key, emittedAt }) => emittedAt >= (newest.get(key) ?? ""))
			.sort((a, b) => (a.emittedAt < b.emittedAt ? -1 : a.emittedAt > b.emittedAt ? 1 : a.index - b.index));
		if (items.length === 0) return outcomes;

		const current = [...new Map(items.map((item) => [item.key, item])).values()];
		try {
			await store.write(current.map(({ line }) => line));
			remember(current);
		} catch (error) {
			// All versions this time, in order: a rejected one must not take the older, good one with it.
			if (error instanceof LinesRejected) await write(items, outcomes, getRemainingTimeInMillis);
			else for (const { index } of items) outcomes[index] = { status: "failed", error };
		}
		return outcomes;
	};
}
