import { DateTime } from "luxon";
import type { Exchange } from "./exchanges.ts";

/** A stretch of continuous trading: epoch milliseconds, the close not included. */
export interface Session {
	readonly open: number;
	readonly close: number;
}

/** When an exchange trades, and how much. Holidays are trading days here. */
export interface Hours {
	/** How much is traded at this moment against the average of a day's trading time; 0 while it is closed. */
	activity(time: number): number;
	/** The first moment at or after this one at which it is open. */
	opening(time: number): number;
	/** The latest session that began before this moment, cut off there. */
	before(time: number): Session;
}

/** Trading without end or rhythm. */
export const ALWAYS: Hours = {
	activity: () => 1,
	opening: (time) => time,
	before: (time) => ({ open: Number.NEGATIVE_INFINITY, close: time }),
};

/**
 * How much is traded when so much of the day's trading time is over, 0 to 1; 1 on average. High in the beginning, lower
 * but high towards the end, half of the average in the middle of the day.
 */
export function dayCurve(over: number): number {
	return MIDDAY + OPENING * Math.exp(-over / FADING) + CLOSING * Math.exp((over - 1) / FADING);
}

const [OPENING, CLOSING] = [4.5, 3.5];
// In shares of the day: of 390 minutes 23.
const FADING = 0.06;
const MIDDAY = 1 - (OPENING + CLOSING) * FADING * (1 - Math.exp(-1 / FADING));

/** A local day of an exchange. */
interface Day {
	readonly from: number;
	readonly until: number;
	readonly sessions: readonly Session[];
}

/** An exchange's regular sessions. Quick for moments within one day, one after the other. */
export class MarketHours implements Hours {
	readonly #exchange: Exchange;
	#day: Day;

	constructor(exchange: Exchange, time: number) {
		this.#exchange = exchange;
		this.#day = this.#dayAt(time);
	}

	activity(time: number): number {
		const { sessions } = this.#at(time);
		let [traded, whole, open] = [0, 0, false];
		for (const session of sessions) {
			whole += session.close - session.open;
			traded += Math.min(Math.max(time - session.open, 0), session.close - session.open);
			open ||= time >= session.open && time < session.close;
		}
		return open ? dayCurve(traded / whole) : 0;
	}

	opening(time: number): number {
		for (let day = this.#at(time); ; day = this.#dayAt(day.until)) {
			const session = day.sessions.find(({ close }) => close > time);
			if (session) return Math.max(session.open, time);
		}
	}

	before(time: number): Session {
		for (let day = this.#at(time); ; day = this.#dayAt(day.from - 1)) {
			const session = day.sessions.findLast(({ open }) => open < time);
			if (session) return { open: session.open, close: Math.min(session.close, time) };
		}
	}

	#at(time: number): Day {
		if (time < this.#day.from || time >= this.#day.until) this.#day = this.#dayAt(time);
		return this.#day;
	}

	#dayAt(time: number): Day {
		const midnight = DateTime.fromMillis(time, { zone: this.#exchange.zone }).startOf("day");
		const at = (clock: string): number => {
			const [hour = 0, minute = 0] = clock.split(":").map(Number);
			return midnight.set({ hour, minute }).toMillis();
		};
		const sessions = this.#exchange.sessions.map(([open, close]) => ({ open: at(open), close: at(close) }));
		return {
			from: midnight.toMillis(),
			until: midnight.plus({ days: 1 }).toMillis(),
			sessions: midnight.weekday > 5 ? [] : sessions,
		};
	}
}
