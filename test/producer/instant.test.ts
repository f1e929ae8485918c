import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInstant, readWallTime, writeInstant } from "../../producer/instant.ts";

const at = (text: string) => {
	const ms = readInstant(text);
	return ms === undefined ? undefined : writeInstant(ms);
};

describe("an ISO 8601 time with its offset is read, whatever its form", () => {
	test.each([
		["2013-10-07T08:00:00.464Z", "2013-10-07T08:00:00.464Z"],
		["2020-05-14 09:30:00-04:00", "2020-05-14T13:30:00.000Z"],
		["2020-05-14T09:30:00 -04:00", "2020-05-14T13:30:00.000Z"],
		["2020-05-14T09:30:00−04:00", "2020-05-14T13:30:00.000Z"],
		["2020-05-14t09:30:00z", "2020-05-14T09:30:00.000Z"],
		["2020-05-14T09:30Z", "2020-05-14T09:30:00.000Z"],
		["2020-05-14T09Z", "2020-05-14T09:00:00.000Z"],
		["2020-05-14T09:30:00+0530", "2020-05-14T04:00:00.000Z"],
		["2020-05-14T09:30:00+05", "2020-05-14T04:30:00.000Z"],
		["20200514T093000Z", "2020-05-14T09:30:00.000Z"],
		["20200514T093000.25-0400", "2020-05-14T13:30:00.250Z"],
		["2020-135T09:30:00Z", "2020-05-14T09:30:00.000Z"],
		["2020135T093000Z", "2020-05-14T09:30:00.000Z"],
		["2020-W20-4T09:30:00Z", "2020-05-14T09:30:00.000Z"],
		["2020W204T093000Z", "2020-05-14T09:30:00.000Z"],
		["2009-W01-1T00:00:00Z", "2008-12-29T00:00:00.000Z"],
		["2020-W53-7T00:00:00Z", "2021-01-03T00:00:00.000Z"],
		["2020-05-14T09:30:00,123456789Z", "2020-05-14T09:30:00.123Z"],
		["2020-05-14T09:30:00.9999Z", "2020-05-14T09:30:00.999Z"],
		["2020-05-14T09:30:00.29Z", "2020-05-14T09:30:00.290Z"],
		["2020-05-14T09:30.5Z", "2020-05-14T09:30:30.000Z"],
		["2020-05-14T09.25Z", "2020-05-14T09:15:00.000Z"],
		["2020-05-14T24:00:00Z", "2020-05-15T00:00:00.000Z"],
		["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
		["2020-02-29T00:00:00Z", "2020-02-29T00:00:00.000Z"],
		["+002020-05-14T09:30:00Z", "2020-05-14T09:30:00.000Z"],
		["0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000Z"],
		["1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"],
	])("%s is %s", (text, expected) => expect(at(text)).toBe(expected));
});

describe("what is not one, or names no instant, is not guessed at", () => {
	test.each([
		"",
		"yesterday",
		"2020-05-14",
		"2020-05-14T09:30:00",
		"2020-05-14 09:30",
		"2019-02-29T00:00:00Z",
		"2020-13-01T00:00:00Z",
		"2020-00-10T00:00:00Z",
		"2020-04-31T00:00:00Z",
		"2020-05-14T25:00:00Z",
		"2020-05-14T24:00:01Z",
		"2020-05-14T09:60:00Z",
		"2020-05-14T09:30:61Z",
		"2020-05-14T09:30:00+24:00",
		"2020-05-14T09:30:00+05:60",
		"2020-366T00:00:00Z".replace("2020", "2019"),
		"2020-000T00:00:00Z",
		"2019-W53-1T00:00:00Z",
		"2020-W00-1T00:00:00Z",
		"2020-W20-8T00:00:00Z",
		"9999-12-31T23:59:59-01:00",
		"0000-01-01T00:00:00+01:00",
		"2020-05-14T09:30:00ZZ",
		"1589448600",
		" 2020-05-14T09:30:00Z",
	])("%j", (text) => expect(readInstant(text)).toBeUndefined());
});

test("every instant that JavaScript writes comes back the same, at any offset", () => {
	const instants = fc.date({
		min: new Date("0001-01-02T00:00:00Z"),
		max: new Date("9998-12-30T00:00:00Z"),
		noInvalidDate: true,
	});
	fc.assert(
		fc.property(instants, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (date, minutes) => {
			expect(readInstant(date.toISOString())).toBe(date.getTime());
			const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
			const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
			const offset = `${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
			expect(readInstant(`${local}${minutes < 0 ? "-" : "+"}${offset}`)).toBe(date.getTime());
		}),
	);
});

test("it agrees with Date on every well-formed calendar date and time, also on which there are", () => {
	const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
	const text = fc
		.tuple(fc.integer({ min: 1970, max: 2100 }), two(13), two(32), two(23), two(59), two(59))
		.map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
	fc.assert(
		fc.property(text, (each) => {
			const date = new Date(each);
			// Date takes 31 April for 1 May.
			const exists = !Number.isNaN(date.getTime()) && date.toISOString() === each;
			expect(readInstant(each)).toBe(exists ? date.getTime() : undefined);
		}),
		{ numRuns: 500 },
	);
});

describe("a time on the wall is read as if it were UTC", () => {
	test.each([
		["2020-05-14T09:30:00", "2020-05-14T09:30:00.000Z"],
		["2020-05-14 09:30", "2020-05-14T09:30:00.000Z"],
		["20200514 093000.25", "2020-05-14T09:30:00.250Z"],
		["2020-05-14", "2020-05-14T00:00:00.000Z"],
		["20200514", "2020-05-14T00:00:00.000Z"],
		["2020-135", "2020-05-14T00:00:00.000Z"],
		["2020-W20-4", "2020-05-14T00:00:00.000Z"],
		["2020-05-14T24:00", "2020-05-15T00:00:00.000Z"],
	])("%s is %s", (text, expected) => expect(writeInstant(readWallTime(text) as number)).toBe(expected));

	test.each([
		"2020-05-14T09:30:00Z",
		"2020-05-14T09:30-04:00",
		"2020-05-14T",
		"2020-05",
		"2020",
		"09:30",
		"2019-02-29",
		"",
	])("%j is none", (text) => expect(readWallTime(text)).toBeUndefined());
});
