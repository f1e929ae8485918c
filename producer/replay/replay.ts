import { UserError } from "../errors.ts";
import { DEFAULT_LATENESS_MS, type Feed, type Item, type ReplaySpec } from "../feed.ts";
import { paced, rebaseBy } from "../pace.ts";
import { checkSpec, limitsOf } from "./check.ts";
import { listFiles } from "./files.ts";
import { intervalMs, intervalName } from "./ids.ts";
import { inTimeOrder, sorted } from "./order.ts";
import { openRaw } from "./raw.ts";
import { encode, idsOf, partsOf } from "./records.ts";
import { keeper, type Scan, scan } from "./scan.ts";
import { namesOf, openSources, type Source } from "./source.ts";
import { unitName } from "./times.ts";

/**
 * Opens files of trades as a feed. All of them are read once before anything is given out, so that a bad row, a column
 * that is not there or times that go back too far end in an error while nothing is sent yet.
 */
export async function openReplay(spec: ReplaySpec): Promise<Feed> {
	checkSpec(spec);
	const { latenessMs = DEFAULT_LATENESS_MS, symbols, rejects = false, loop = false, speed = "max" } = spec;
	const wanted = { symbols, ...limitsOf(spec) };
	const files = await listFiles(spec.files);
	if (spec.raw) return openRaw(files, spec);
	const sorting = spec.order === "event-time";
	// Where a file may go back any distance, its order says nothing about an hour that clocks say twice.
	const sources = await openSources(files, { ...spec, disorderMs: sorting ? undefined : latenessMs });
	const found = await scan(sources, { ...wanted, latenessMs, sorted: sorting, rejects });
	const stepMs = stepOf(spec, sources, found);

	const round = (number: number, shift: number): AsyncGenerator<readonly Item[]> => {
		// What is wrong with a file is said once, not each time that it begins anew.
		const bad = !rejects ? "fail" : number === 0 ? "reject" : "leave out";
		const parts = partsOf(sources, found, { keep: keeper(wanted), bad });
		const idOf = idsOf(sources, stepMs === undefined ? undefined : intervalName(stepMs), latenessMs);
		const suffix = number === 0 ? "" : `~${number}`;
		return encode(sorting ? sorted(parts) : inTimeOrder(parts), { idOf, suffix, shift });
	};
	// The next round begins as long after the last trade as an interval is, or a second.
	const period = found.last - found.first + (stepMs ?? 1000);
	async function* rounds(shift: number): AsyncGenerator<readonly Item[]> {
		for (let number = 0; ; number++) yield* round(number, shift + number * period);
	}
	// How far times move is known only when the sending begins.
	const shiftAt = (now: number): number => (spec.rebase ? rebaseBy(found.first, found.last, speed, now) : 0);
	const feed = paced(
		{
			name: nameOf(files, sources, loop),
			total: loop ? undefined : found.rows + found.bad,
			firstAt: (now) => found.first + shiftAt(now),
			records: (now) => (loop ? rounds(shiftAt(now)) : round(0, shiftAt(now))),
		},
		speed,
	);
	return {
		...feed,
		batches(signal, tell) {
			if (found.missing.length > 0) tell?.(`There is no trade of ${found.missing.join(", ")} in ${namesOf(files)}.`);
			return feed.batches(signal, tell);
		},
	};
}

/** How long the intervals are, in milliseconds; undefined if no file holds interval data. */
function stepOf({ interval }: ReplaySpec, sources: readonly Source[], { stepMs }: Scan): number | undefined {
	const files = sources.filter(({ isInterval }) => isInterval).map(({ file }) => file);
	if (files.length === 0) return undefined;
	if (interval !== undefined) return intervalMs(interval);
	if (stepMs !== undefined) return stepMs;
	throw new UserError(
		`There is interval data in ${namesOf(files)}, but of one time only, so that its interval is unknown. Add --interval 1m.`,
	);
}

function nameOf(files: readonly string[], sources: readonly Source[], loop: boolean): string {
	const units = [...new Set(sources.flatMap((source) => source.unit() ?? []))].map(unitName);
	const times = units.length === 0 ? "" : `, times in ${units.join(" and ")} since 1970`;
	return `replay of ${namesOf(files)}${times}${loop ? ", over and over" : ""}`;
}
