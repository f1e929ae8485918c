/** What a soak must show. Each check gives what is wrong as lines for people: none if all is well. */
import type { ProduceResult } from "../../producer/index.ts";
import type { Arrivals } from "./arrivals.ts";

/** One process of the producer, from its start to its end. */
export interface Life {
	/** The first trade id that its feed gave. */
	readonly from: number;
	/** The one after the last. */
	readonly next: number;
	readonly result: ProduceResult;
}

/** Each trade that was given is in the stream. */
export function gapsIn(arrivals: Arrivals): string[] {
	const gaps = arrivals.gaps();
	if (gaps.length === 0) return [];
	const missing = gaps.reduce((sum, [first, last]) => sum + last - first + 1, 0);
	const shown = gaps.slice(0, 5).map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
	return [`${missing} trades did not arrive: ${shown.join(", ")}${gaps.length > 5 ? ", …" : ""}`];
}

/** There are no more copies than the producers counted, and nothing that was not given. */
export function copiesIn(arrivals: Arrivals, lives: readonly Life[]): string[] {
	const retried = lives.reduce((sum, { result }) => sum + result.retried, 0);
	const problems: string[] = [];
	if (arrivals.copies > retried)
		problems.push(`There are ${arrivals.copies} copies; the producers sent ${retried} again`);
	if (arrivals.strange > 0) problems.push(`${arrivals.strange} trades arrived that were not given`);
	return problems;
}

/** No trade stands further behind something newer in its shard than the reader allows. */
export function orderIn(arrivals: Arrivals, latenessMs: number): string[] {
	const { late, worstBehindMs } = arrivals;
	return late === 0
		? []
		: [`${late} trades are more than ${latenessMs} ms late in their shard, by ${worstBehindMs} at worst`];
}

/** The counts of each life add up, from one life to the next, and with what their feeds gave. */
export function accountsOf(lives: readonly Life[], count: number): string[] {
	const problems: string[] = [];
	let [next, spooled, acknowledged] = [0, 0, 0];
	for (const [at, { from, next: after, result }] of lives.entries()) {
		const { read, recovered, sent, rejected, failed } = result;
		const say = (what: string): unknown => problems.push(`Process ${at + 1}: ${what}`);
		if (read !== sent + result.spooled + rejected)
			say(`read ${read}, but sent ${sent} + spooled ${result.spooled} + rejected ${rejected}`);
		if (rejected + failed > 0) say(`${rejected} rejected, ${failed} failed; there was no reason for either`);
		if (recovered !== spooled) say(`recovered ${recovered}, but the one before left ${spooled} in the spool`);
		if (from !== next) say(`began with ${from}, but the next was ${next}`);
		if (read - recovered !== after - from) say(`read ${read - recovered} from a feed that gave ${after - from}`);
		[next, spooled, acknowledged] = [after, result.spooled, acknowledged + sent];
	}
	if (spooled > 0) problems.push(`${spooled} trades are still in the spool`);
	if (next !== count) problems.push(`${next} trades were given instead of ${count}`);
	if (acknowledged !== count) problems.push(`${acknowledged} trades were acknowledged instead of ${count}`);
	return problems;
}

/** The memory of one process at one moment. */
export interface Sample {
	/** Since its start. */
	readonly seconds: number;
	readonly megabytes: number;
}

/** Less growth than this in the second half of a life is what a garbage collector does. */
const FLAT_MB = 25;

/** The memory of one life stays under the limit, and does not go on growing in its second half. */
export function memoryOf(samples: readonly Sample[], limitMb: number): string[] {
	if (samples.length === 0) return ["No memory was measured"];
	const problems: string[] = [];
	const highest = highestOf(samples);
	if (highest >= limitMb) problems.push(`It took ${highest.toFixed(0)} MB; the limit is ${limitMb} MB`);
	const half = secondHalf(samples);
	const seconds = (half.at(-1)?.seconds ?? 0) - (half[0]?.seconds ?? 0);
	const growth = (slopeOf(half) * seconds) / 60;
	// Less than a minute tells nothing.
	if (seconds >= 60 && growth >= FLAT_MB)
		problems.push(`It grew by ${growth.toFixed(0)} MB in its last ${seconds.toFixed(0)} s`);
	return problems;
}

export function highestOf(samples: readonly Sample[]): number {
	return samples.reduce((highest, { megabytes }) => Math.max(highest, megabytes), 0);
}

export function secondHalf(samples: readonly Sample[]): Sample[] {
	return samples.slice(Math.floor(samples.length / 2));
}

/** Megabytes that are added in each minute, by the straight line that fits best (least squares). */
export function slopeOf(samples: readonly Sample[]): number {
	const mean = (of: (sample: Sample) => number): number =>
		samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
	const [x, y] = [mean(({ seconds }) => seconds), mean(({ megabytes }) => megabytes)];
	const across = samples.reduce((sum, { seconds, megabytes }) => sum + (seconds - x) * (megabytes - y), 0);
	const along = samples.reduce((sum, { seconds }) => sum + (seconds - x) ** 2, 0);
	return along === 0 ? 0 : (60 * across) / along;
}
