/** What is derived from the bars before a bar. */
import type { Bar } from "../../contracts.ts";
import { dayOpen as firstOpening, sessionAt } from "../hours/hours.ts";
import type { Context, Fields } from "./types.ts";

/** Bars that the average volume is taken over, and the fewest that make one. */
const AVERAGED = 20;
const FEWEST = 5;
const DAY = 86_400_000;
/** The trading day begins at 05:00 UTC, as sql/2_views/bars_1d.sql has it. */
const DAY_OFFSET = 5 * 3_600_000;

export const noContext: Context = {
	volumes: [],
	day: 0,
	dayOpen: null,
	dayHigh: null,
	dayLow: null,
	dayBars: 0,
	session: 0,
	sessionBars: 0,
	lastClose: null,
	previousClose: null,
};

/** The context as it is when a bar of this time comes: a new day or session has begun where it is in another one. */
function enter(context: Context, bar: Bar, calendar: string): { context: Context; inSession: boolean } {
	const start = Date.parse(bar.window_start);
	const day = Math.floor((start - DAY_OFFSET) / DAY);
	const ofDay =
		day === context.day ? context : { ...context, day, dayOpen: null, dayHigh: null, dayLow: null, dayBars: 0 };
	if (!sessionAt(calendar, start)) return { context: ofDay, inSession: false };
	// The second half of a day with a lunch break goes on with the first: the day's first opening names its session.
	const session = firstOpening(calendar, start) ?? start;
	if (session === ofDay.session) return { context: ofDay, inSession: true };
	return { context: { ...ofDay, session, sessionBars: 0, previousClose: ofDay.lastClose }, inSession: true };
}

/**
 * A bar's fields with those derived from the bars before it, and the context with this bar in it. `lastClose` is that of
 * the regular session: a close after hours is no previous close.
 */
export function observeBar(bar: Bar, before: Context, calendar: string): { fields: Fields; context: Context } {
	const { context, inSession } = enter(before, bar, calendar);
	const { volumes, dayOpen, dayHigh, dayLow, dayBars, sessionBars } = context;
	const average = volumes.length < FEWEST ? null : volumes.reduce((sum, volume) => sum + volume, 0) / volumes.length;
	const { day_move_pct: move } = bar;
	// No price falls by all of itself: a feed that says so has no close to compare with.
	const ofFeed = move === null || move <= -100 ? null : bar.close / (1 + move / 100);
	const previousClose = ofFeed ?? (inSession ? context.previousClose : context.lastClose);
	return {
		fields: {
			...bar,
			direction: directionOf(bar),
			avg_volume: average,
			volume_ratio: average ? bar.volume / average : null,
			day_open: dayOpen,
			day_high: dayHigh,
			day_low: dayLow,
			day_bars: dayBars,
			session_bars: inSession ? sessionBars : null,
			previous_close: previousClose,
			gap_pct: previousClose === null ? null : (bar.open / previousClose - 1) * 100,
		},
		context: {
			...context,
			volumes: [...volumes, bar.volume].slice(-AVERAGED),
			dayOpen: dayOpen ?? bar.open,
			dayHigh: Math.max(dayHigh ?? bar.high, bar.high),
			dayLow: Math.min(dayLow ?? bar.low, bar.low),
			dayBars: dayBars + 1,
			sessionBars: inSession ? sessionBars + 1 : sessionBars,
			lastClose: inSession ? bar.close : context.lastClose,
		},
	};
}

/** A bar that came after newer ones: what lay before it is not known any more. */
export function observeLateBar(bar: Bar): Fields {
	const unknown = Object.keys(observeBar(bar, noContext, "24/7").fields).filter((name) => !(name in bar));
	return { ...bar, ...Object.fromEntries(unknown.map((name) => [name, null])), direction: directionOf(bar) };
}

function directionOf({ move_pct, change }: Bar): "up" | "down" | null {
	const move = move_pct || change;
	return move > 0 ? "up" : move < 0 ? "down" : null;
}
