import { DateTime } from "luxon";
import { UserError } from "../errors.ts";
import { readInstant, readWallTime } from "../instant.ts";
import { Zone } from "./zone.ts";

export const TIME_UNITS = ["s", "ms", "us", "ns"] as const;
/** The unit of times that are numbers, counted from 1970-01-01T00:00Z. */
export type TimeUnit = (typeof TIME_UNITS)[number];

/** How a file writes times; undefined: ISO 8601 with an offset, or a number. */
export interface TimeOptions {
	/** Of times without an offset: an IANA name. */
	readonly timeZone?: string | undefined;
	/** Tokens of luxon, such as `MM/dd/yyyy HH:mm:ss`. */
	readonly timeFormat?: string | undefined;
	/** Of times that are numbers; default: told by their size. */
	readonly timeUnit?: TimeUnit | undefined;
}

/** Reads the times of one column. */
export interface TimeReader {
	/**
	 * Epoch milliseconds, or why the text is no time. Of an hour that the clocks of the zone say twice, the earlier, unless
	 * that lies before `notBefore`.
	 */
	read(text: string, notBefore?: number): number | string;
	/** The unit that numbers were found to have; undefined if it was given, or none has come. */
	readonly found: TimeUnit | undefined;
}

/** @throws if there is no such time zone, the format tells no time, or there is a format and a unit */
export function timeReader({ timeZone, timeFormat, timeUnit }: TimeOptions = {}): TimeReader {
	const zone = timeZone === undefined ? undefined : new Zone(timeZone);
	if (timeFormat !== undefined) {
		if (timeUnit !== undefined) throw new UserError("Times have a --time-format or a --time-unit, not both.");
		return formatReader(timeFormat, zone);
	}
	let found: TimeUnit | undefined;
	return {
		get found() {
			return found;
		},
		read(text, notBefore) {
			const number = EPOCH.exec(text);
			if (timeUnit !== undefined) {
				return number ? fromEpoch(number, timeUnit) : `is not ${UNITS[timeUnit]} since 1970 (--time-unit ${timeUnit})`;
			}
			const unit = number ? unitOf(number) : undefined;
			if (number && unit !== undefined) {
				found ??= unit;
				if (unit === found) return fromEpoch(number, unit);
				return `is not ${UNITS[found]} since 1970, as the times before it are: say which they are with --time-unit`;
			}
			const wallTime = zone && readWallTime(text);
			if (zone && wallTime !== undefined) return inZone(zone, wallTime, notBefore);
			return readInstant(text) ?? whyNot(text, zone);
		},
	};
}

/** The unit for people: `milliseconds`. */
export function unitName(unit: TimeUnit): string {
	return UNITS[unit];
}

/** @throws if a format does not tell an instant, or at least a day */
export function checkFormat(format: string): void {
	const sample = DateTime.fromISO("2020-05-14T21:30", { zone: "utc" });
	const back = DateTime.fromFormat(sample.toFormat(format), format, IN_UTC);
	// YYYY is a text to luxon, and DD a whole date: it would be read back, but from nothing that anybody writes.
	const usual = !unquoted(format).includes("Y");
	if (usual && back.isValid && (back.toMillis() === +sample || back.toMillis() === +sample.startOf("day"))) return;
	throw new UserError(
		`--time-format "${format}" tells no day with its year, or no time of 24 hours. Its tokens are those of luxon: ` +
			'"MM/dd/yyyy HH:mm:ss", "dd.MM.yyyy hh:mm a", "yyyyMMddHHmmss".',
	);
}

const IN_UTC = { zone: "utc", locale: "en-US" } as const;
const EPOCH = /^(\d{1,20})(?:\.(\d+))?$/;
const UNITS = { s: "seconds", ms: "milliseconds", us: "microseconds", ns: "nanoseconds" } as const;
// Digits of a number that are below a millisecond.
const BELOW = { s: -3, ms: 0, us: 3, ns: 6 } as const;

/** From 1973 to 5138 each unit has sizes of its own. What is smaller may be anything: a day, 20200514, say. */
function unitOf(number: RegExpExecArray): TimeUnit | undefined {
	const size = Number(number[1]);
	if (size < 1e8) return undefined;
	return size < 1e11 ? "s" : size < 1e14 ? "ms" : size < 1e17 ? "us" : "ns";
}

/** By its digits: a double has too few of them for nanoseconds, and 0.29 × 1000 is 289.99…. */
function fromEpoch([, whole = "", fraction = ""]: RegExpExecArray, unit: TimeUnit): number | string {
	const below = BELOW[unit];
	const digits = below < 0 ? whole + fraction.slice(0, -below).padEnd(-below, "0") : whole;
	const ms = Number(below > 0 ? digits.slice(0, -below) : digits);
	return ms <= LAST ? ms : `is not ${UNITS[unit]} since 1970: no year has four digits then`;
}

function inZone(zone: Zone, wallTime: number, notBefore?: number): number | string {
	return zone.instant(wallTime, notBefore) ?? `is a time that the clocks of ${zone.name} skip in spring`;
}

function whyNot(text: string, zone: Zone | undefined): string {
	if (!zone && readWallTime(text) !== undefined) {
		return "has no offset from UTC: say in which time zone it is, such as --time-zone America/New_York";
	}
	return "is not an ISO 8601 time with its offset, such as 2020-05-14T09:30:00-04:00 or …Z (others: --time-format, --time-unit)";
}

function unquoted(format: string): string {
	return format.replaceAll(/'[^']*'/g, "");
}

function formatReader(format: string, zone: Zone | undefined): TimeReader {
	checkFormat(format);
	const parser = DateTime.buildFormatParser(format, { locale: IN_UTC.locale });
	const tellsOffset = /z/i.test(unquoted(format));
	let [lastText, lastRead]: [string | undefined, number | undefined] = [undefined, undefined];
	const parse = (text: string): number | undefined => {
		if (text === lastText) return lastRead;
		const parsed = DateTime.fromFormatParser(text, parser, IN_UTC);
		[lastText, lastRead] = [text, parsed.isValid ? parsed.toMillis() : undefined];
		return lastRead;
	};
	return {
		found: undefined,
		read(text, notBefore) {
			const ms = parse(text);
			if (ms === undefined || ms > LAST) return `is not of the form --time-format "${format}"`;
			if (tellsOffset) return ms;
			if (zone) return inZone(zone, ms, notBefore);
			return "has no offset from UTC: say in which time zone it is, such as --time-zone America/New_York";
		},
	};
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");
