import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import data from "../../../alerting/hours/calendars.json" with { type: "json" };
import { calendarZone, type Session, sessionAt, sessionsBetween } from "../../../alerting/hours/hours.ts";

const at = (text: string) => Date.parse(text);
const utc = (time: number) => new Date(time).toISOString().slice(11, 16);
const ZONES: Record<string, { zone: string }> = data.calendars;

/** The sessions that a local day has, `13:30-20:00` in UTC, found by looking at each five minutes of it. */
function sessionsOn(calendar: string, date: string): string {
	const midnight = DateTime.fromISO(date, { zone: ZONES[calendar]?.zone ?? "UTC" });
	const found = new Set<Session>();
	for (let time = midnight.toMillis(); time < midnight.plus({ days: 1 }).toMillis(); time += 300_000) {
		const session = sessionAt(calendar, time);
		if (session) found.add(session);
	}
	return [...found].map(({ open, close }) => `${utc(open)}-${utc(close)}`).join(" ");
}

/** What the exchanges announced: the sessions in UTC, separated by spaces; nothing where they were or will be closed. */
const NEW_YORK: [date: string, sessions: string, why: string][] = [
	["2013-10-07", "13:30-20:00", "a day of the recorded trades"],
	["2026-01-14", "14:30-21:00", "winter"],
	["2026-03-06", "14:30-21:00", "the Friday before clocks go forward"],
	["2026-03-09", "13:30-20:00", "the Monday after clocks went forward"],
	["2026-10-30", "13:30-20:00", "the Friday before clocks go back"],
	["2026-11-02", "14:30-21:00", "the Monday after clocks went back"],
	["2026-03-07", "", "Saturday"],
	["2026-03-08", "", "Sunday"],
	["2012-10-26", "13:30-20:00", "before hurricane Sandy"],
	["2012-10-29", "", "hurricane Sandy"],
	["2012-10-30", "", "hurricane Sandy"],
	["2012-10-31", "13:30-20:00", "after hurricane Sandy"],
	["2018-12-05", "", "mourning for George H. W. Bush"],
	["2025-01-09", "", "mourning for Jimmy Carter"],
	["2020-04-10", "", "Good Friday"],
	["2020-04-13", "13:30-20:00", "Easter Monday is a trading day"],
	["2026-04-03", "", "Good Friday"],
	["2021-06-18", "13:30-20:00", "Juneteenth was not kept yet"],
	["2022-06-20", "", "Juneteenth of a Sunday"],
	["2026-06-19", "", "Juneteenth"],
	["2020-07-03", "", "Independence Day of a Saturday"],
	["2013-07-03", "13:30-17:00", "early close before Independence Day"],
	["2020-11-27", "14:30-18:00", "early close after Thanksgiving"],
	["2020-12-24", "14:30-18:00", "early close on Christmas Eve"],
	["2020-12-25", "", "Christmas"],
	["2021-12-31", "14:30-21:00", "New Year of a Saturday closes no Friday"],
	["2026-11-26", "", "Thanksgiving"],
	["2026-11-27", "14:30-18:00", "early close after Thanksgiving"],
	["2026-12-24", "14:30-18:00", "early close on Christmas Eve"],
];

const ELSEWHERE: [calendar: string, date: string, sessions: string, why: string][] = [
	["XTSE", "2026-07-15", "13:30-20:00", "summer"],
	["XTSE", "2026-07-01", "", "Canada Day"],
	["XTSE", "2026-11-26", "14:30-21:00", "Thanksgiving of the United States"],
	["XTSE", "2025-10-13", "", "Thanksgiving of Canada"],
	["XLON", "2026-01-14", "08:00-16:30", "winter"],
	["XLON", "2026-07-15", "07:00-15:30", "summer"],
	["XLON", "2020-12-24", "08:00-12:30", "early close on Christmas Eve"],
	["XLON", "2026-12-24", "08:00-12:30", "early close on Christmas Eve"],
	["XLON", "2022-09-19", "", "funeral of Elizabeth II"],
	["XLON", "2023-05-08", "", "coronation of Charles III"],
	["XLON", "2020-05-08", "", "early May bank holiday, moved to the Friday"],
	["XLON", "2020-05-04", "07:00-15:30", "its usual Monday"],
	["XPAR", "2026-07-14", "07:00-15:30", "Bastille Day is a trading day"],
	["XPAR", "2020-12-24", "08:00-13:05", "half day"],
	["XPAR", "2026-05-01", "", "Labour Day"],
	["XAMS", "2026-04-27", "07:00-15:30", "King's Day is a trading day"],
	["XBRU", "2026-04-06", "", "Easter Monday"],
	["XLIS", "2026-01-14", "08:00-16:30", "its clocks are an hour behind Paris, the session is the same"],
	["XLIS", "2026-07-15", "07:00-15:30", "summer"],
	["XETR", "2026-07-15", "07:00-15:30", "summer"],
	["XETR", "2026-12-24", "", "Christmas Eve"],
	["XETR", "2020-12-30", "08:00-13:00", "the year's last day"],
	["XHKG", "2026-01-14", "01:30-04:00 05:00-08:00", "lunch"],
	["XHKG", "2010-06-01", "02:00-04:30 06:30-08:00", "until March 2011 later, with a longer lunch"],
	["XHKG", "2011-06-01", "01:30-04:00 05:30-08:00", "until March 2012 with a longer lunch"],
	["XHKG", "2026-02-16", "01:30-04:00", "Lunar New Year's Eve"],
	["XHKG", "2026-02-17", "", "Lunar New Year"],
	["XHKG", "2026-02-18", "", "Lunar New Year"],
	["XHKG", "2026-02-19", "", "Lunar New Year"],
	["XHKG", "2026-02-20", "01:30-04:00 05:00-08:00", "after Lunar New Year"],
	["XHKG", "2023-09-01", "", "typhoon Saola"],
	["XHKG", "2023-09-08", "", "black rainstorm"],
	["XTKS", "2011-11-18", "00:00-02:00 03:30-06:00", "until November 2011 the morning was shorter"],
	["XTKS", "2011-11-21", "00:00-02:30 03:30-06:00", "longer morning"],
	["XTKS", "2024-11-01", "00:00-02:30 03:30-06:00", "the last day with a close at 15:00"],
	["XTKS", "2024-11-04", "", "Culture Day, of a Sunday"],
	["XTKS", "2024-11-05", "00:00-02:30 03:30-06:30", "the first day with a close at 15:30"],
	["XTKS", "2020-10-01", "", "outage of the whole day"],
	["XTKS", "2020-07-24", "", "Sports Day, moved for the Olympic Games"],
	["XSHG", "2026-07-15", "01:30-03:30 05:00-07:00", "lunch"],
	["XSHG", "2026-02-23", "", "Lunar New Year"],
	["XSHG", "2026-10-07", "", "National Day"],
	["XTAI", "2026-07-15", "01:00-05:30", "no lunch"],
	["XTAI", "2024-10-31", "", "typhoon Kong-rey"],
	["XKRX", "2016-07-29", "00:00-06:00", "the last day with a close at 15:00"],
	["XKRX", "2016-08-01", "00:00-06:30", "the first day with a close at 15:30"],
	["XKRX", "2024-11-14", "01:00-07:30", "university entrance examination"],
	["XKRX", "2025-06-03", "", "presidential election"],
	["XKRX", "2026-06-03", "", "local elections"],
	["XKRX", "2026-07-17", "", "Constitution Day is kept again"],
	["XKRX", "2025-07-17", "00:00-06:30", "Constitution Day was not kept"],
	["XBOM", "2026-07-15", "03:45-10:00", "half an hour's time zone"],
	["XBOM", "2010-10-15", "03:30-10:00", "before the opening auction"],
	["XBOM", "2010-10-18", "03:45-10:00", "the opening auction"],
	["XBOM", "2024-01-20", "03:45-10:00", "a Saturday for the Monday after it"],
	["XBOM", "2024-01-22", "", "the Monday after it"],
	["XBOM", "2025-02-01", "03:45-10:00", "Saturday of the budget"],
	["XBOM", "2026-02-01", "03:45-10:00", "Sunday of the budget"],
	["XBOM", "2026-01-26", "", "Republic Day"],
	["XASX", "2026-01-14", "23:00-05:00", "summer there: begins on the UTC day before"],
	["XASX", "2026-07-15", "00:00-06:00", "winter there"],
	["XASX", "2020-12-24", "23:00-03:10", "early close on Christmas Eve"],
	["XASX", "2025-04-25", "", "Anzac Day"],
];

describe("regular sessions", () => {
	test.each(NEW_YORK)("New York %s: %s (%s)", (date, sessions) => {
		expect(sessionsOn("XNYS", date)).toBe(sessions);
	});

	test.each(ELSEWHERE)("%s %s: %s (%s)", (calendar, date, sessions) => {
		expect(sessionsOn(calendar, date)).toBe(sessions);
	});

	test("the opening belongs to the session, the close does not", () => {
		const session = { open: at("2026-07-15T13:30:00Z"), close: at("2026-07-15T20:00:00Z") };
		expect(sessionAt("XNYS", session.open - 1)).toBeUndefined();
		expect(sessionAt("XNYS", session.open)).toEqual(session);
		expect(sessionAt("XNYS", session.close - 1)).toEqual(session);
		expect(sessionAt("XNYS", session.close)).toBeUndefined();
	});

	test("nothing trades at lunch", () => {
		expect(sessionAt("XHKG", at("2026-01-14T04:00:00Z"))).toBeUndefined();
		expect(sessionAt("XHKG", at("2026-01-14T04:59:59.999Z"))).toBeUndefined();
		expect(sessionAt("XHKG", at("2026-01-14T05:00:00Z"))?.open).toBe(at("2026-01-14T05:00:00Z"));
	});

	test("days may be asked for in any order", () => {
		const days = ["2026-03-09", "2026-03-06", "2026-03-08", "2026-03-09", "2026-03-06"];
		expect(days.map((date) => sessionsOn("XNYS", date))).toEqual([
			"13:30-20:00",
			"14:30-21:00",
			"",
			"13:30-20:00",
			"14:30-21:00",
		]);
	});

	test("24/7: the UTC day", () => {
		const day = { open: at("2026-12-25T00:00:00Z"), close: at("2026-12-26T00:00:00Z") };
		for (const time of [day.open, day.open + 1, day.close - 1]) expect(sessionAt("24/7", time)).toEqual(day);
		expect(sessionAt("24/7", day.close)?.open).toBe(day.close);
		expect(sessionAt("24/7", -1)).toEqual({ open: -86_400_000, close: 0 });
	});
});

describe("outside the range of the data", () => {
	test("weekdays are ordinary session days", () => {
		expect(sessionsOn("XNYS", "2031-12-25")).toBe("14:30-21:00");
		expect(sessionsOn("XNYS", "2009-12-25")).toBe("14:30-21:00");
		expect(sessionsOn("XSHG", "2027-02-08")).toBe("01:30-03:30 05:00-07:00");
		// With the hours of the range's nearer end.
		expect(sessionsOn("XTKS", "2031-07-15")).toBe("00:00-02:30 03:30-06:30");
		expect(sessionsOn("XTKS", "2009-07-15")).toBe("00:00-02:00 03:30-06:00");
	});

	test("weekends are not", () => {
		expect(sessionsOn("XNYS", "2031-12-27")).toBe("");
		expect(sessionsOn("XHKG", "2009-12-26")).toBe("");
	});
});

describe("the sessions between two moments", () => {
	const between = (calendar: string, from: string, to: string) =>
		sessionsBetween(calendar, at(from), at(to)).map(({ open, close }) => `${utc(open)}-${utc(close)}`);

	test("are those of which a part lies between them, over nights and weekends", () => {
		expect(between("XNYS", "2013-10-04T12:00Z", "2013-10-08T12:00Z")).toEqual(["13:30-20:00", "13:30-20:00"]);
		expect(between("XNYS", "2013-10-07T15:00Z", "2013-10-07T15:01Z")).toEqual(["13:30-20:00"]);
		expect(between("XNYS", "2013-10-07T20:00Z", "2013-10-08T13:30Z")).toEqual([]);
		expect(between("XNYS", "2013-10-07T19:59Z", "2013-10-08T13:31Z")).toHaveLength(2);
	});

	test("are two of a day with a lunch break, and UTC days of a market that never closes", () => {
		expect(between("XTKS", "2026-01-14T00:00Z", "2026-01-14T12:00Z")).toEqual(["00:00-02:30", "03:30-06:30"]);
		expect(between("24/7", "2026-01-14T12:00Z", "2026-01-16T00:00Z")).toEqual(["00:00-00:00", "00:00-00:00"]);
		expect(between("24/7", "2026-01-14T12:00Z", "2026-01-14T12:00Z")).toEqual([]);
	});
});

test("each calendar has a clock", () => {
	expect(calendarZone("XNYS")).toBe("America/New_York");
	expect(calendarZone("24/7")).toBe("UTC");
	for (const [name, { zone }] of Object.entries(ZONES)) expect(calendarZone(name)).toBe(zone);
	expect(() => calendarZone("XXXX")).toThrow('Unknown calendar "XXXX"');
});
