/** The sessions of an exchange by its local day, from calendars.json, which generate.py writes. */
import { DateTime } from "luxon";
import data from "./calendars.json" with { type: "json" };

/** A stretch of trading: epoch milliseconds, the close not included. */
export interface Session {
	readonly open: number;
	readonly close: number;
}

/** A calendar day by the exchange's clock. */
export interface Day {
	/** Its midnights, epoch ms, the second not included. */
	readonly from: number;
	readonly until: number;
	/** In order; none on holidays and weekends. */
	readonly regular: readonly Session[];
	/** With what is traded before and after the regular sessions. */
	readonly extended: readonly Session[];
}

/** When an exchange trades. */
export interface Calendar {
	/** The time zone by whose clock it trades, by its IANA name. */
	readonly zone: string;
	/** The last day that is known, not guessed: an ISO date. */
	readonly until: string;
	/** The day that contains the moment, epoch ms. RangeError for what is no moment. */
	dayAt(time: number): Day;
}

/** One entry of calendars.json. Dates and times are local, sessions are written `09:30-12:00 13:00-16:00`. */
interface Entry {
	readonly zone: string;
	readonly until: string;
	/** Regular sessions by the day from which they hold, in order. */
	readonly hours: Readonly<Record<string, string>>;
	/** By year, `01-01 12-25`. */
	readonly holidays: Readonly<Record<string, string>>;
	/** Days with other sessions than the regular ones, by date; some of them are Saturdays or Sundays. */
	readonly special: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Where shares trade outside the regular session: the local opening, and how long after the close, early closes too. */
const EXTENDED: Readonly<Record<string, { open: string; after: number } | undefined>> = {
	XNYS: { open: "04:00", after: 4 * HOUR },
};

/** Every moment is in a session, which is the UTC day. */
const ALWAYS: Calendar = {
	zone: "UTC",
	until: "9999-12-31",
	dayAt(time) {
		const from = Math.floor(time / DAY) * DAY;
		if (!Number.isFinite(from)) throw new RangeError(`${time} is no moment in epoch milliseconds`);
		const sessions = [{ open: from, close: from + DAY }];
		return { from, until: from + DAY, regular: sessions, extended: sessions };
	},
};

class ExchangeCalendar implements Calendar {
	readonly zone: string;
	readonly until: string;
	readonly #entry: Entry;
	/** When the regular sessions changed, the newest first. */
	readonly #hours: readonly (readonly [since: string, sessions: string])[];
	readonly #holidays: ReadonlySet<string>;
	readonly #extended: { open: string; after: number } | undefined;
	/** By UTC day, which has a part of one or two local days. Twenty years are 7,300 entries. */
	readonly #days = new Map<number, Day[]>();
	#last: Day = { from: 0, until: 0, regular: [], extended: [] };

	constructor(name: string, entry: Entry) {
		this.zone = entry.zone;
		this.until = entry.until;
		this.#entry = entry;
		this.#hours = Object.entries(entry.hours).reverse();
		this.#holidays = new Set(
			Object.entries(entry.holidays).flatMap(([year, days]) => days.split(" ").map((day) => `${year}-${day}`)),
		);
		this.#extended = EXTENDED[name];
	}

	dayAt(time: number): Day {
		if (time >= this.#last.from && time < this.#last.until) return this.#last;
		const utcDay = Math.floor(time / DAY);
		const days = this.#days.get(utcDay) ?? [];
		let day = days.find(({ from, until }) => time >= from && time < until);
		if (!day) {
			day = this.#make(time);
			this.#days.set(utcDay, [...days, day]);
		}
		this.#last = day;
		return day;
	}

	#make(time: number): Day {
		const midnight = DateTime.fromMillis(Number.isFinite(time) ? time : Number.NaN, { zone: this.#entry.zone }).startOf(
			"day",
		);
		const date = midnight.toISODate();
		if (date === null) throw new RangeError(`${time} is no moment in epoch milliseconds`);
		const at = (clock: string): number => {
			const [hour = 0, minute = 0] = clock.split(":").map(Number);
			return midnight.set({ hour, minute }).toMillis();
		};
		const regular = this.#sessions(date, midnight.weekday).map((text) => {
			const [open = "", close = ""] = text.split("-");
			return { open: at(open), close: at(close) };
		});
		const close = regular.at(-1)?.close;
		const extended =
			this.#extended && close !== undefined
				? [{ open: at(this.#extended.open), close: close + this.#extended.after }]
				: regular;
		return { from: midnight.toMillis(), until: midnight.plus({ days: 1 }).toMillis(), regular, extended };
	}

	/** Outside the known range each weekday has the sessions of the range's nearest end: not knowing must not be silence. */
	#sessions(date: string, weekday: number): string[] {
		const special = this.#entry.special[date];
		if (special) return special.split(" ");
		if (weekday > 5 || this.#holidays.has(date)) return [];
		const [, sessions = ""] = this.#hours.find(([since]) => since <= date) ?? this.#hours.at(-1) ?? [];
		return sessions.split(" ");
	}
}

const ENTRIES: Readonly<Record<string, Entry>> = data.calendars;
const calendars = new Map<string, Calendar>([["24/7", ALWAYS]]);

/** What `calendarNamed` knows: ISO 10383 codes of exchanges, and `24/7`. */
export const CALENDARS: readonly string[] = [...Object.keys(ENTRIES), "24/7"];

/** The calendar of this name; an Error that lists the known ones if there is none. */
export function calendarNamed(name: string): Calendar {
	let calendar = calendars.get(name);
	if (!calendar) {
		const entry = Object.hasOwn(ENTRIES, name) ? ENTRIES[name] : undefined;
		if (!entry) throw new Error(`Unknown calendar "${name}"; use one of ${CALENDARS.join(", ")}`);
		calendar = new ExchangeCalendar(name, entry);
		calendars.set(name, calendar);
	}
	return calendar;
}
