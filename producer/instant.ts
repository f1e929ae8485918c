/**
 * Reading and writing times. Whatever offset a feed uses, what Tidemark sends is UTC with milliseconds.
 */

const DATE = String.raw`(?:\+00)?(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d)|-?W(\d\d)-?([1-7])|-?(\d{3}))`;
const TIME = String.raw`(\d\d)(?::?(\d\d)(?::?(\d\d))?)?(?:[.,](\d+))?`;
const WITH_OFFSET = new RegExp(String.raw`^${DATE}[T ]${TIME} ?(?:Z|([+\-−])(\d\d)(?::?(\d\d))?)$`, "i");
const WITHOUT = new RegExp(`^${DATE}(?:[T ]${TIME})?$`, "i");

/**
 * The epoch milliseconds of an ISO 8601 date and time with its offset, in any of its forms: extended or basic, calendar,
 * week or ordinal date, a space for the `T`, fractions of any length (what is below a millisecond is cut off), `Z`,
 * `+01`, `-0400`, `-04:00`. Undefined if it is none of them, has no offset, or names a day or hour that there is not.
 */
export function readInstant(text: string): number | undefined {
	const m = WITH_OFFSET.exec(text);
	return m ? readParts(m) : undefined;
}

/**
 * What a clock on the wall says: an ISO 8601 date and time without an offset, in the same forms, or a date alone, which
 * is its midnight. In milliseconds as if it were UTC; undefined if it is none, or names a day or hour that there is not.
 */
export function readWallTime(text: string): number | undefined {
	const m = WITHOUT.exec(text);
	return m ? readParts(m) : undefined;
}

/** `2013-10-07T13:30:00.000Z`: the only form of a time that leaves the producer. */
export function writeInstant(ms: number): string {
	return new Date(ms).toISOString();
}

// Years of four digits: what the contract's format can say.
const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");
const DAY = 86_400_000;

function readParts(m: RegExpExecArray): number | undefined {
	const day = readDay(m);
	const [hour, minute, second] = [Number(m[9] ?? 0), Number(m[10] ?? 0), Number(m[11] ?? 0)];
	const [offsetHours, offsetMinutes] = [Number(m[14] ?? 0), Number(m[15] ?? 0)];
	// A fraction belongs to the smallest unit that is written: 09:30.5 is half past and thirty seconds.
	const unit = m[11] !== undefined ? 1000 : m[10] !== undefined ? 60_000 : 3_600_000;
	const fraction = m[12] === undefined ? 0 : Math.floor(scale(m[12], unit));
	const endOfDay = hour === 24 && minute === 0 && second === 0 && fraction === 0;
	// 60 is a leap second: the same instant as the next minute's first, as in POSIX.
	if (day === undefined || (hour > 23 && !endOfDay) || minute > 59 || second > 60) return undefined;
	if (offsetHours > 23 || offsetMinutes > 59) return undefined;
	const offset = (offsetHours * 60 + offsetMinutes) * (m[13] === undefined ? 0 : m[13] === "+" ? 1 : -1);
	const ms = day + ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction;
	return ms >= FIRST && ms <= LAST ? ms : undefined;
}

function scale(digits: string, unit: number): number {
	// Thousandths come from the digits themselves: 0.29 × 1000 is 289.99… in binary.
	if (unit === 1000) return Number(digits.slice(0, 3).padEnd(3, "0"));
	return Math.round(Number(`0.${digits}`) * unit * 1000) / 1000;
}

function readDay(m: RegExpExecArray): number | undefined {
	const year = Number(m[1]);
	if (m[6] !== undefined) return weekDay(year, Number(m[6]), Number(m[7]));
	if (m[8] !== undefined) return ordinalDay(year, Number(m[8]));
	const month = Number(m[2] ?? m[4]);
	const day = Number(m[3] ?? m[5]);
	const ms = utc(year, month, day);
	const back = new Date(ms);
	return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? ms : undefined;
}

function ordinalDay(year: number, ordinal: number): number | undefined {
	const ms = utc(year, 1, 1) + (ordinal - 1) * DAY;
	return new Date(ms).getUTCFullYear() === year && ordinal > 0 ? ms : undefined;
}

function weekDay(year: number, week: number, day: number): number | undefined {
	// Week 1 is the one that holds 4 January; weeks begin on Monday.
	const monday = (of: number) => {
		const fourth = utc(of, 1, 4);
		return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
	};
	const ms = monday(year) + ((week - 1) * 7 + day - 1) * DAY;
	return week > 0 && ms < monday(year + 1) ? ms : undefined;
}

function utc(year: number, month: number, day: number): number {
	// Date.UTC takes the years 0 to 99 for 1900 to 1999.
	return new Date(0).setUTCFullYear(year, month - 1, day);
}
