/**
 * When symbols trade, for a rule's `hours`. All moments are epoch milliseconds (UTC). An unknown calendar's name is an
 * Error that lists the known ones. Outside the range that the data know (`calendarUntil`) each weekday counts as an
 * ordinary session day: an alert on a holiday is better than none on a trading day.
 */
import { fits } from "../symbols.ts";
import { CALENDARS, calendarNamed, type Session } from "./calendar.ts";

export { CALENDARS, type Session };

/** When a rule tells: in the regular sessions, also before and after them, or at any time. */
export type Hours = "regular" | "extended" | "always";

/** Which calendar symbols have: patterns in which `*` stands for any characters, and a name of `CALENDARS`. */
export interface ExchangeEntry {
	readonly symbols: readonly string[];
	readonly calendar: string;
}

/** Endings as Yahoo Finance writes them. Exchanges of one country that keep the same hours share a calendar. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
	[".TO", "XTSE"],
	[".L", "XLON"],
	[".PA", "XPAR"],
	[".AS", "XAMS"],
	[".BR", "XBRU"],
	[".LS", "XLIS"],
	[".DE", "XETR"],
	[".HK", "XHKG"],
	[".T", "XTKS"],
	[".SS", "XSHG"],
	[".SZ", "XSHG"],
	[".TW", "XTAI"],
	[".KS", "XKRX"],
	[".KQ", "XKRX"],
	[".NS", "XBOM"],
	[".BO", "XBOM"],
	[".AX", "XASX"],
]);

/**
 * The name of a symbol's calendar: of the first entry with a pattern that the whole symbol fits, as written, else by the
 * symbol's ending, else `XNYS`. Whether an entry's calendar exists is not looked at here.
 */
export function calendarOf(symbol: string, exchanges: readonly ExchangeEntry[] = []): string {
	const entry = exchanges.find(({ symbols }) => symbols.some((pattern) => fits(pattern, symbol)));
	if (entry) return entry.calendar;
	const dot = symbol.lastIndexOf(".");
	return (dot > 0 && ENDINGS.get(symbol.slice(dot))) || "XNYS";
}

/**
 * The regular session that contains the moment: a lunch break makes two of a day. Undefined while the exchange is
 * closed. Of `24/7` it is the UTC day.
 */
export function sessionAt(calendar: string, time: number): Session | undefined {
	return calendarNamed(calendar)
		.dayAt(time)
		.regular.find(({ open, close }) => time >= open && time < close);
}

/**
 * The first regular opening of the exchange's local day that contains the moment, which may be before or after it;
 * undefined on days without a session. Of `24/7` it is midnight UTC.
 */
export function dayOpen(calendar: string, time: number): number | undefined {
	return calendarNamed(calendar).dayAt(time).regular[0]?.open;
}

/**
 * Whether the moment is within the hours. `extended` is, for US shares, 04:00 New York to four hours after the close
 * (20:00, or 17:00 when it is early) on session days, and the regular hours elsewhere.
 */
export function isOpen(calendar: string, hours: Hours, time: number): boolean {
	const known = calendarNamed(calendar);
	if (hours === "always") return true;
	for (const { open, close } of known.dayAt(time)[hours]) if (time >= open && time < close) return true;
	return false;
}

/** The last day of the calendar that the data know, as an ISO date; for `24/7` 9999-12-31. */
export function calendarUntil(calendar: string): string {
	return calendarNamed(calendar).until;
}

/** The time zone of an exchange's clock, by its IANA name; for `24/7` UTC. */
export function calendarZone(calendar: string): string {
	return calendarNamed(calendar).zone;
}

/** The regular sessions of which a part lies between two moments, in order. */
export function sessionsBetween(calendar: string, from: number, to: number): Session[] {
	const sessions: Session[] = [];
	for (let time = from; time < to; ) {
		const day = calendarNamed(calendar).dayAt(time);
		sessions.push(...day.regular.filter(({ open, close }) => close > from && open < to));
		time = day.until;
	}
	return sessions;
}
