import type { Bar, Hit } from "../../../contracts.ts";

/** An alert that has to come, exactly once. */
export interface Told {
	/** rule|symbol|series|since */
	alert_id: string;
	rule: string;
	symbol: string;
	series: string;
	/** Of the rules here none tells its end. */
	state: "firing";
	severity: Severity;
	since: string;
	event_time: string;
	move_pct: number | null;
}

/** An episode that is never told, and what kept it when it last held. */
export interface Untold {
	alert_id: string;
	reason: "hours" | "cooldown";
}

type Severity = "info" | "warning" | "critical";

/** A bar or hit as one rule sees it. */
interface Seen {
	/** Epoch ms. */
	time: number;
	holds: boolean;
	/** Ends an episode, where the rule does not hold. */
	cleared: boolean;
	/** Whether the rule tells at this time of the day. */
	open: boolean;
	severity: Severity;
	move_pct: number | null;
}

interface Episode {
	since: number;
	toldAt?: Seen;
	reason?: Untold["reason"];
}

/** The rules here, and those that look at the clock, which a replay has none of. */
export const RULES = ["move", "fast-move", "gap", "day-high", "day-low"];
export const RULES_OF_THE_CLOCK = ["silent", "pipeline"];

const MINUTE = 60_000;

/**
 * What the default rules say to a replay of `bars` and `hits`: each rule over each symbol, from the first record to the
 * last, looking back over the array for what it needs of earlier ones. Sessions are New York's in summer time.
 * Both lists are in the order of time.
 */
export function oracle(bars: Bar[], hits: Hit[]): { told: Told[]; untold: Untold[] } {
	const told: Told[] = [];
	const untold: Untold[] = [];
	const run = (rule: string, symbol: string, series: string, cooldown: number, records: Seen[]) => {
		for (const { since, toldAt, reason } of episodes(records, cooldown * MINUTE)) {
			const alert_id = `${rule}|${symbol}|${series}|${iso(since)}`;
			if (!toldAt) untold.push({ alert_id, reason: reason as Untold["reason"] });
			else {
				const { severity, time, move_pct } = toldAt;
				const times = { since: iso(since), event_time: iso(time) };
				told.push({ alert_id, rule, symbol, series, state: "firing", severity, ...times, move_pct });
			}
		}
	};
	for (const those of Map.groupBy(hits, ({ symbol, lookback }) => `${symbol} ${lookback}`).values()) {
		const inOrder = those.toSorted((a, b) => compare(a.event_time, b.event_time));
		const { symbol, lookback } = inOrder[0] as Hit;
		run("move", symbol, `hit ${lookback}`, 10, inOrder.map(move));
	}
	const minutes = bars.filter(({ interval }) => interval === "1m");
	for (const [symbol, those] of Map.groupBy(minutes, (bar) => bar.symbol)) {
		const inOrder = those.toSorted((a, b) => compare(a.window_start, b.window_start));
		const each = (rule: (bar: Bar, before: Bar[]) => Seen) => inOrder.map((bar, i) => rule(bar, inOrder.slice(0, i)));
		run("fast-move", symbol, "1m", 15, each(fastMove));
		run("gap", symbol, "1m", 6 * 60, each(gap));
		run("day-high", symbol, "1m", 60, each(dayHigh));
		run("day-low", symbol, "1m", 60, each(dayLow));
	}
	const since = ({ alert_id }: Untold) => alert_id.split("|")[3] as string;
	told.sort((a, b) => compare(a.event_time, b.event_time) || compare(a.alert_id, b.alert_id));
	untold.sort((a, b) => compare(since(a), since(b)) || compare(a.alert_id, b.alert_id));
	return { told, untold };
}

function episodes(records: Seen[], cooldown: number): Episode[] {
	const all: Episode[] = [];
	let current: Episode | undefined;
	let lastTold = Number.NEGATIVE_INFINITY;
	for (const record of records) {
		if (record.holds) {
			if (!current) {
				current = { since: record.time };
				all.push(current);
			}
			if (current.toldAt) continue;
			if (!record.open) current.reason = "hours";
			else if (record.time < lastTold + cooldown) current.reason = "cooldown";
			else {
				current.toldAt = record;
				lastTold = record.time;
			}
		} else if (record.cleared) current = undefined;
	}
	return all;
}

function move({ event_time, state, move_pct, threshold_pct }: Hit): Seen {
	const severity = Math.abs(move_pct) >= 3 * threshold_pct ? "critical" : "warning";
	const time = Date.parse(event_time);
	return { time, holds: state === "crossed", cleared: state === "cleared", open: true, severity, move_pct };
}

function fastMove(bar: Bar, before: Bar[]): Seen {
	const fast = ["SPY", "QQQ", "DIA", "IWM"].includes(bar.symbol) ? 0.2 : 0.4;
	const size = Math.abs(bar.move_pct ?? Number.NaN);
	const last = before.slice(-20);
	const mean = last.reduce((sum, { volume }) => sum + volume, 0) / last.length;
	const holds = size >= fast && last.length >= 5 && bar.volume / mean >= 3;
	return { ...seen(bar, holds, "warning"), cleared: size < fast / 2 };
}

function gap(bar: Bar, before: Bar[]): Seen {
	const isFirst = isRegular(bar) && !today(bar, before).some(isRegular);
	const close =
		bar.day_move_pct === null ? before.findLast(isRegular)?.close : bar.close / (1 + bar.day_move_pct / 100);
	const holds = isFirst && close !== undefined && Math.abs((bar.open / close - 1) * 100) >= 2;
	return seen(bar, holds, "warning");
}

function dayHigh(bar: Bar, before: Bar[]): Seen {
	const highs = today(bar, before).map(({ high }) => high);
	return seen(bar, isHalfAnHourIn(bar, before) && bar.high > Math.max(...highs), "info");
}

function dayLow(bar: Bar, before: Bar[]): Seen {
	const lows = today(bar, before).map(({ low }) => low);
	return seen(bar, isHalfAnHourIn(bar, before) && bar.low < Math.min(...lows), "info");
}

/** The bar for a rule that tells in the regular session only and is over when it no longer holds. */
function seen(bar: Bar, holds: boolean, severity: Severity): Seen {
	const time = Date.parse(bar.window_end);
	return { time, holds, cleared: !holds, open: isRegular(bar), severity, move_pct: bar.move_pct };
}

function isHalfAnHourIn(bar: Bar, before: Bar[]): boolean {
	return isRegular(bar) && today(bar, before).filter(isRegular).length >= 30;
}

/** Whether the bar's window is in the regular session. */
function isRegular({ window_start }: Bar): boolean {
	const time = window_start.slice(11, 16);
	return time >= "13:30" && time < "20:00";
}

/** The bars of the same trading day, which begins at 05:00 UTC. */
function today(bar: Bar, before: Bar[]): Bar[] {
	const begin = new Date(Date.parse(bar.window_start) - 5 * 60 * MINUTE);
	begin.setUTCHours(5, 0, 0, 0);
	const begins = begin.toISOString();
	return before.filter(({ window_start }) => window_start >= begins);
}

function iso(time: number): string {
	return new Date(time).toISOString();
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** The most alerts whose event times lie within any so many minutes, both ends included. */
export function mostWithin(minutes: number, alerts: Pick<Told, "event_time">[]): number {
	const times = alerts.map(({ event_time }) => Date.parse(event_time));
	const from = (begin: number) => times.filter((time) => time >= begin && time <= begin + minutes * MINUTE).length;
	return Math.max(0, ...times.map(from));
}
