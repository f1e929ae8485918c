import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import data from "../../../alerting/hours/calendars.json" with { type: "json" };
import { calendarUntil } from "../../../alerting/hours/hours.ts";

describe("calendars.json", () => {
	const weekday = (date: string) => DateTime.fromISO(date, { zone: "UTC" }).weekday;
	const sortedOnce = (dates: string[]) => expect(dates).toEqual([...new Set(dates)].sort());

	test("says what it is made from", () => {
		expect(data.source).toMatch(/^exchange_calendars \d+\.\d+\.\d+/);
		expect(data.licence).toBe("Apache-2.0");
	});

	test.each(Object.keys(data.calendars))("%s: until when it is known", (name) => {
		expect(calendarUntil(name)).toMatch(/^\d{4}-12-31$/);
		expect(calendarUntil(name) >= "2026-12-31").toBe(true);
	});

	test("24/7 is known for ever", () => {
		expect(calendarUntil("24/7")).toBe("9999-12-31");
	});

	test.each(Object.entries(data.calendars))("%s: dates in order, once, in the range, on weekdays", (name, entry) => {
		const holidays = Object.entries(entry.holidays as Record<string, string>).flatMap(([year, days]) =>
			days.split(" ").map((day) => `${year}-${day}`),
		);
		const special = Object.keys(entry.special);
		for (const dates of [holidays, special, Object.keys(entry.hours)]) {
			sortedOnce(dates);
			for (const date of dates) {
				expect(DateTime.fromISO(date).toISODate()).toBe(date);
				expect(date >= entry.from && date <= entry.until).toBe(true);
			}
		}
		expect(holidays.filter((date) => weekday(date) > 5)).toEqual([]);
		expect(holidays.filter((date) => special.includes(date))).toEqual([]);
		expect(special.filter((date) => weekday(date) > 5)).toEqual(
			name === "XBOM" ? ["2015-02-28", "2020-02-01", "2024-01-20", "2025-02-01", "2026-02-01"] : [],
		);
		expect(Object.keys(entry.hours)[0]).toBe(entry.from);
	});

	test.each(Object.entries(data.calendars))("%s: sessions follow one another", (_, entry) => {
		for (const sessions of [...Object.values(entry.hours), ...Object.values(entry.special)]) {
			expect(sessions).toMatch(/^\d\d:\d\d-\d\d:\d\d( \d\d:\d\d-\d\d:\d\d)?$/);
			sortedOnce(sessions.split(/[- ]/));
		}
	});

	test.each(Object.entries(data.calendars))("%s: each year has about as many holidays as a year has", (_, entry) => {
		const counts = Object.entries(entry.holidays as Record<string, string>).map(([year, days]) => {
			return [Number(year), days.split(" ").length] as const;
		});
		const last = Number(entry.until.slice(0, 4));
		expect(counts.map(([year]) => year)).toEqual(Array.from({ length: last - 2009 }, (_, i) => 2010 + i));
		for (const [year, days] of counts) {
			expect(days, `${year}`).toBeGreaterThanOrEqual(2);
			expect(days, `${year}`).toBeLessThanOrEqual(25);
		}
	});
});
