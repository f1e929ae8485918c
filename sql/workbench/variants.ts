import type { Given } from "./case-rows.ts";
import type { Case } from "./cases.ts";

/** One way to run a case: whichever it is, the result is the same. */
export interface Variant {
	/** For people: `as given`, `most out of order`, `random order 2 of 5`, `batch mode`, `parallelism 2`. */
	name: string;
	mode: "streaming" | "batch";
	parallelism: 1 | 2;
	/** By relation: the indexes of the given rows in the order of arrival, where it is another than given. */
	order?: Record<string, number[]>;
}

const RANDOM_ORDERS = 5;

/** As given. */
export const asGiven: Variant = { name: "as given", mode: "streaming", parallelism: 1 };

/** As given, in the order that is most out of order and in random ones, in batch mode and at parallelism 2, without what the case opts out of. */
export function variantsOf(test: Case, given: Record<string, Given>): Variant[] {
	const variants: Variant[] = [asGiven];
	const several = Object.values(given).some(({ rows }) => rows.length > 1);
	const lateness = test.lateness * 1000;
	const each = (order: (times: readonly (number | null)[]) => number[]) =>
		Object.fromEntries(Object.entries(given).map(([name, { times }]) => [name, order(times)]));
	if (test.order === "any" && several) {
		// Rows a few seconds apart seldom change places at random.
		const worst = each((times) => worstOrder(times, lateness));
		variants.push({ ...asGiven, name: "most out of order", order: worst });
		for (let i = 1; i <= RANDOM_ORDERS; i++) {
			const order = each((times) => arrivalOrder(times, lateness, i));
			variants.push({ ...asGiven, name: `random order ${i} of ${RANDOM_ORDERS}`, order });
		}
	}
	if (test.batch) variants.push({ ...asGiven, name: "batch mode", mode: "batch" });
	if (test.parallelism) variants.push({ ...asGiven, name: "parallelism 2", parallelism: 2 });
	return variants;
}

/**
 * A random order of arrival in which no row is out of order by as much as the lateness: by event time plus a delay from
 * 0 to less than the lateness, in milliseconds. A row without an event time stays behind the one before it.
 */
export function arrivalOrder(times: readonly (number | null)[], lateness: number, seed: number): number[] {
	const random = mulberry32(seed);
	const arriving = groupsOf(times).map(({ time, rows }) => ({ at: time + random() * lateness, rows }));
	return arriving.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).flatMap(({ rows }) => rows);
}

/** The order of arrival in which always the newest row comes that makes none of the others out of order by the lateness. */
export function worstOrder(times: readonly (number | null)[], lateness: number): number[] {
	const left = groupsOf(times).sort((a, b) => (a.time === b.time ? 0 : a.time - b.time));
	const order: number[] = [];
	while (left.length > 0) {
		const oldest = left[0]?.time ?? 0;
		const next = Math.max(
			0,
			left.findLastIndex(({ time }) => time < oldest + lateness),
		);
		order.push(...left.splice(next, 1).flatMap(({ rows }) => rows));
	}
	return order;
}

/** Rows with their event time, each with those without one that follow it. */
function groupsOf(times: readonly (number | null)[]): { time: number; rows: number[] }[] {
	const groups: { time: number; rows: number[] }[] = [];
	for (const [row, time] of times.entries()) {
		const last = groups.at(-1);
		if (time === null && last) last.rows.push(row);
		else groups.push({ time: time ?? Number.NEGATIVE_INFINITY, rows: [row] });
	}
	return groups;
}

/** Uniform in [0, 1), the same for the same seed (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
	let state = seed * 0x9e3779b1;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
