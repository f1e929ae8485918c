import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import data from "../../../alerting/hours/calendars.json" with { type: "json" };
import { CALENDARS, calendarUntil, dayOpen, isOpen, sessionAt } from "../../../alerting/hours/hours.ts";

const at = (text: string) => Date.parse(text);
const ZONES: Record<string, { zone: string }> = data.calendars;

describe("the day's opening", () => {
	test.each([
		["XNYS", "2026-07-15T04:00:00Z", "2026-07-15T13:30:00Z", "the day's first moment"],
		["XNYS", "2026-07-15T13:29:59Z", "2026-07-15T13:30:00Z", "before it"],
		["XNYS", "2026-07-15T18:00:00Z", "2026-07-15T13:30:00Z", "after it"],
		["XNYS", "2026-07-16T03:59:59Z", "2026-07-15T13:30:00Z", "late in the evening, the next day in UTC"],
		["XHKG", "2026-01-14T06:00:00Z", "2026-01-14T01:30:00Z", "after lunch: the morning's"],
		["XKRX", "2024-11-14T06:00:00Z", "2024-11-14T01:00:00Z", "a late opening"],
		["XASX", "2026-01-13T20:00:00Z", "2026-01-13T23:00:00Z", "the local day, not the UTC day"],
		["24/7", "2026-12-25T18:00:00Z", "2026-12-25T00:00:00Z", "midnight UTC"],
	])("%s at %s: %s (%s)", (calendar, time, open) => {
		expect(dayOpen(calendar, at(time))).toBe(at(open));
	});

	test.each(["2026-07-18T16:00:00Z", "2026-11-26T16:00:00Z"])("none on %s", (time) => {
		expect(dayOpen("XNYS", at(time))).toBeUndefined();
	});
});

describe("hours of a rule", () => {
	test.each([
		["2026-07-15T07:59:59Z", false, false, "before 04:00"],
		["2026-07-15T08:00:00Z", false, true, "04:00"],
		["2026-07-15T13:30:00Z", true, true, "09:30"],
		["2026-07-15T19:59:59Z", true, true, "before 16:00"],
		["2026-07-15T20:00:00Z", false, true, "16:00"],
		["2026-07-15T23:59:59Z", false, true, "before 20:00"],
		["2026-07-16T00:00:00Z", false, false, "20:00"],
		["2026-01-14T09:00:00Z", false, true, "04:00 in winter"],
		["2026-01-15T00:59:59Z", false, true, "before 20:00 in winter"],
		["2026-01-15T01:00:00Z", false, false, "20:00 in winter"],
		["2026-11-27T18:00:00Z", false, true, "13:00 of a day that closes early"],
		["2026-11-27T21:59:59Z", false, true, "before 17:00 of a day that closes early"],
		["2026-11-27T22:00:00Z", false, false, "17:00 of a day that closes early"],
		["2026-11-26T16:00:00Z", false, false, "Thanksgiving"],
		["2026-07-18T16:00:00Z", false, false, "Saturday"],
	])("New York at %s: regular %s, extended %s (%s)", (time, regular, extended) => {
		expect(isOpen("XNYS", "regular", at(time))).toBe(regular);
		expect(isOpen("XNYS", "extended", at(time))).toBe(extended);
		expect(isOpen("XNYS", "always", at(time))).toBe(true);
	});

	test("elsewhere extended is regular", () => {
		expect(isOpen("XLON", "extended", at("2026-07-15T06:59:59Z"))).toBe(false);
		expect(isOpen("XLON", "extended", at("2026-07-15T07:00:00Z"))).toBe(true);
		expect(isOpen("XHKG", "extended", at("2026-01-14T04:30:00Z"))).toBe(false);
	});

	test("24/7 is open at Christmas", () => {
		for (const hours of ["regular", "extended", "always"] as const)
			expect(isOpen("24/7", hours, at("2026-12-25T03:00:00Z"))).toBe(true);
	});
});

describe("properties", () => {
	const calendar = fc.constantFrom(...CALENDARS);
	// Beyond the range on both sides.
	const time = fc.integer({ min: at("2007-01-01T00:00:00Z"), max: at("2034-01-01T00:00:00Z") });

	test("open in regular hours exactly where there is a session, which contains the moment", () => {
		fc.assert(
			fc.property(calendar, time, (name, moment) => {
				const session = sessionAt(name, moment);
				expect(isOpen(name, "regular", moment)).toBe(session !== undefined);
				if (!session) return;
				expect(session.open).toBeLessThanOrEqual(moment);
				expect(session.close).toBeGreaterThan(moment);
				expect(sessionAt(name, session.open)).toEqual(session);
				expect(sessionAt(name, session.close - 1)).toEqual(session);
				expect(sessionAt(name, session.close)).not.toEqual(session);
			}),
			{ numRuns: 3000 },
		);
	});

	test("extended hours contain the regular ones, always contains both", () => {
		fc.assert(
			fc.property(calendar, time, (name, moment) => {
				if (isOpen(name, "regular", moment)) expect(isOpen(name, "extended", moment)).toBe(true);
				expect(isOpen(name, "always", moment)).toBe(true);
			}),
			{ numRuns: 3000 },
		);
	});

	test("a day's opening begins a session of the same local day, and there is none without one", () => {
		fc.assert(
			fc.property(calendar, time, (name, moment) => {
				const open = dayOpen(name, moment);
				if (open === undefined) expect(sessionAt(name, moment)).toBeUndefined();
				else {
					const zone = ZONES[name]?.zone ?? "UTC";
					const local = (each: number) => DateTime.fromMillis(each, { zone }).toISODate();
					expect(local(open)).toBe(local(moment));
					expect(sessionAt(name, open)?.open).toBe(open);
					expect(open).toBeLessThanOrEqual(sessionAt(name, moment)?.open ?? Number.POSITIVE_INFINITY);
				}
			}),
			{ numRuns: 3000 },
		);
	});
});

describe("names", () => {
	test("all that the symbols' endings and the settings may name", () => {
		expect(CALENDARS).toEqual(
			"XNYS XTSE XLON XPAR XAMS XBRU XLIS XETR XHKG XTKS XSHG XTAI XKRX XBOM XASX 24/7".split(" "),
		);
	});

	test.each(["NYSE", "", "toString", "__proto__"])("'%s' is an error with the known ones", (name) => {
		const message = `Unknown calendar "${name}"; use one of XNYS, XTSE, XLON, XPAR, XAMS, XBRU, XLIS, XETR, XHKG, XTKS, XSHG, XTAI, XKRX, XBOM, XASX, 24/7`;
		expect(() => sessionAt(name, 0)).toThrow(message);
		expect(() => dayOpen(name, 0)).toThrow(message);
		expect(() => isOpen(name, "always", 0)).toThrow(message);
		expect(() => calendarUntil(name)).toThrow(message);
	});

	test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%s is no moment", (time) => {
		for (const name of ["XNYS", "24/7"])
			expect(() => sessionAt(name, time)).toThrow(`${time} is no moment in epoch milliseconds`);
	});
});
