/**
 * What a rule should tell of bars that arrive in some order, from whole arrays: which records count, where the condition
 * holds, which stretches of those are episodes, and when each is told. Nothing of the engine's is used.
 */
import type { Bar } from "../../../contracts.ts";

/** A condition in the words of a rules file, and what it says of a bar, given those before it (none: they are not known). */
export interface Condition {
	text: string;
	holds: (bar: Bar, before: readonly Bar[]) => boolean;
}

/** The rule that is computed. Durations in minutes. */
export interface Asked {
	when: Condition;
	clear: Condition | undefined;
	lasting: number;
	cooldown: number;
	hours: "regular" | "always";
	resolved: boolean;
	/** Whether 13:40 to 14:10 UTC is muted. */
	mute: boolean;
	/** Whether somebody silenced the symbol as this bar arrived. */
	silenced: (bar: Bar) => boolean;
}

const MINUTE = 60_000;
const KEPT = 32;
const end = ({ window_end }: Bar) => Date.parse(window_end);
const first = (from: number, until: number, fits: (index: number) => boolean): number => {
	for (let index = from; index < until; index++) if (fits(index)) return index;
	return until;
};

/** What an arrival should be, by those before it: indices of bars in the order of time. */
export function sortsOf(arrivals: readonly number[]): ("in turn" | "late" | "duplicate" | "too old")[] {
	const sorts: ReturnType<typeof sortsOf> = [];
	for (const [position, bar] of arrivals.entries()) {
		const counted = arrivals.slice(0, position).filter((_, at) => sorts[at] === "in turn" || sorts[at] === "late");
		const kept = counted.toSorted((a, b) => b - a).slice(0, KEPT);
		const [newest = -1, oldest = -1] = [kept[0], kept.length === KEPT ? kept.at(-1) : undefined];
		sorts.push(bar > newest ? "in turn" : kept.includes(bar) ? "duplicate" : bar < oldest ? "too old" : "late");
	}
	return sorts;
}

/** An episode by the indices of records in turn: where it begins, where it fires, and the one that ends it. */
interface Stretch {
	from: number;
	fires: number;
	end: number;
}

/** Where the condition holds long enough, until it is cleared. */
export function episodesOf(inTurn: readonly Bar[], { when, clear, lasting }: Asked): Stretch[] {
	const count = inTurn.length;
	const holds = inTurn.map((bar, index) => when.holds(bar, inTurn.slice(0, index)));
	const cleared = inTurn.map((bar, index) => !clear || clear.holds(bar, inTurn.slice(0, index)));
	const time = inTurn.map(end);
	const found: Stretch[] = [];
	for (let from = 0; from < count; from++) {
		if (!holds[from]) continue;
		const broken = first(from, count, (index) => !holds[index]);
		const fires = first(from, broken, (index) => (time[index] ?? 0) - (time[from] ?? 0) >= lasting * MINUTE);
		if (fires < broken)
			found.push({ from, fires, end: first(broken, count, (index) => !holds[index] && !!cleared[index]) });
		from = fires < broken ? (found.at(-1)?.end ?? count) : broken;
	}
	return found;
}

/** What stands against telling of a bar, but for the cooldown. */
export function reasonAgainst(bar: Bar, { hours, mute, silenced }: Asked): string | undefined {
	const at = new Date(end(bar));
	const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
	// New York in summer: 13:30 to 20:00 UTC on weekdays. The bar belongs to the minute before its end.
	const open = minute > 13 * 60 + 30 && minute <= 20 * 60 && at.getUTCDay() % 6 !== 0;
	if (hours === "regular" && !open) return "hours";
	if (mute && minute >= 13 * 60 + 40 && minute < 14 * 60 + 10) return "mute";
	return silenced(bar) ? "silence" : undefined;
}

/** What each arrival should bring: `told SINCE`, `late SINCE`, `over SINCE` or the reason that keeps it back. */
export function expectedOf(bars: readonly Bar[], arrivals: readonly number[], asked: Asked): string[][] {
	const sorts = sortsOf(arrivals);
	const inTurn = arrivals.flatMap((index, at) => (sorts[at] === "in turn" ? [bars[index] as Bar] : []));
	const episodes = episodesOf(inTurn, asked);
	const tellings: number[] = [];
	const told = new Set<Stretch>();
	const kept = new Map<Stretch, string>();
	const alone: number[] = [];
	let turn = -1;
	return arrivals.map((index, at) => {
		const bar = bars[index] as Bar;
		const time = end(bar);
		if (sorts[at] === "in turn") {
			turn++;
			const over = episodes.find((episode) => episode.end === turn);
			if (over) return asked.resolved && told.has(over) ? [`over ${inTurn[over.from]?.window_end}`] : [];
			const episode = episodes.find(({ fires, end }) => fires <= turn && turn < end);
			if (!episode || told.has(episode) || !asked.when.holds(bar, inTurn.slice(0, turn))) return [];
			const cooling = tellings.some((earlier) => time < earlier + asked.cooldown * MINUTE);
			const reason = reasonAgainst(bar, asked) ?? (cooling ? "cooldown" : undefined);
			if (reason === undefined) {
				tellings.push(time);
				told.add(episode);
				return [`told ${inTurn[episode.from]?.window_end}`];
			}
			const news = kept.get(episode) !== reason;
			kept.set(episode, reason);
			return news ? [reason] : [];
		}
		if (sorts[at] !== "late" || asked.lasting > 0 || !asked.when.holds(bar, [])) return [];
		const covered = episodes.some(({ fires, from, end: last }) => {
			const until = last <= turn ? end(inTurn[last] as Bar) : Number.POSITIVE_INFINITY;
			return fires <= turn && time >= end(inTurn[from] as Bar) && time <= until;
		});
		const near = tellings.some((other) => Math.abs(time - other) < asked.cooldown * MINUTE);
		if (covered || near || alone.includes(time)) return [];
		alone.push(time);
		const reason = reasonAgainst(bar, asked);
		if (reason !== undefined) return [reason];
		tellings.push(time);
		return [`late ${bar.window_end}`];
	});
}
