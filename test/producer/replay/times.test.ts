import { describe, expect, test } from "vitest";
import { writeInstant } from "../../../producer/instant.ts";
import { checkFormat, type TimeOptions, timeReader, unitName } from "../../../producer/replay/times.ts";

const reading = (options: TimeOptions = {}) => {
	const { read } = timeReader(options);
	return (text: string, notBefore?: number) => {
		const found = read(text, notBefore);
		return typeof found === "number" ? writeInstant(found) : found;
	};
};
const NOON = "2020-05-14T12:00:00.000Z";

describe("a time in ISO 8601", () => {
	test("is read by its offset, whatever the time zone", () => {
		expect(reading()("2020-05-14T08:00:00-04:00")).toBe(NOON);
		expect(reading({ timeZone: "Asia/Tokyo" })("2020-05-14T08:00:00-04:00")).toBe(NOON);
	});

	test("without an offset is read by the time zone, a day alone as its midnight", () => {
		const read = reading({ timeZone: "America/New_York" });
		expect(read("2020-05-14 08:00")).toBe(NOON);
		expect(read("20200514T080000")).toBe(NOON);
		expect(read("2020-05-14")).toBe("2020-05-14T04:00:00.000Z");
		expect(read("2020-11-01 01:30", Date.parse("2020-11-01T06:00Z"))).toBe("2020-11-01T06:30:00.000Z");
	});

	test("without an offset and a time zone is none, and the remedy is named", () => {
		for (const text of ["2020-05-14 08:00", "2020-05-14", "20200514"]) {
			expect(reading()(text)).toBe(
				"has no offset from UTC: say in which time zone it is, such as --time-zone America/New_York",
			);
		}
	});

	test("that the clocks skip is none", () => {
		expect(reading({ timeZone: "America/New_York" })("2020-03-08 02:30")).toBe(
			"is a time that the clocks of America/New_York skip in spring",
		);
	});

	test.each(["noon", "", "14/05/2020", "93000"])("%j is none", (text) => {
		const why =
			"is not an ISO 8601 time with its offset, such as 2020-05-14T09:30:00-04:00 or …Z (others: --time-format, --time-unit)";
		expect(reading()(text)).toBe(why);
		expect(reading({ timeZone: "UTC" })(text)).toBe(why);
	});
});

describe("a time that is a number", () => {
	test.each([
		["1589457600", "s", NOON],
		["1589457600.29", "s", "2020-05-14T12:00:00.290Z"],
		["1589457600.2999999", "s", "2020-05-14T12:00:00.299Z"],
		["1589457600290", "ms", "2020-05-14T12:00:00.290Z"],
		["1589457600290.9", "ms", "2020-05-14T12:00:00.290Z"],
		["1589457600290999", "us", "2020-05-14T12:00:00.290Z"],
		["1589457600290999999", "ns", "2020-05-14T12:00:00.290Z"],
		["100000000", "s", "1973-03-03T09:46:40.000Z"],
	] as const)("%s has its unit by its size: %s", (text, unit, expected) => {
		const times = timeReader();
		expect(times.found).toBeUndefined();
		expect(writeInstant(times.read(text) as number)).toBe(expected);
		expect(times.found).toBe(unit);
		expect(reading({ timeUnit: unit })(text)).toBe(expected);
	});

	test("has the unit that is given, however small it is", () => {
		expect(reading({ timeUnit: "s" })("60")).toBe("1970-01-01T00:01:00.000Z");
		expect(reading({ timeUnit: "ns" })("17")).toBe("1970-01-01T00:00:00.000Z");
		expect(reading({ timeUnit: "ms" })("20200514")).toBe("1970-01-01T05:36:40.514Z");
		expect(timeReader({ timeUnit: "ms" }).found).toBeUndefined();
	});

	test("keeps the unit of the first one", () => {
		const read = reading();
		read("1589457600");
		expect(read("1589457600000")).toBe(
			"is not seconds since 1970, as the times before it are: say which they are with --time-unit",
		);
		expect(read("2020-05-14T12:00Z")).toBe(NOON);
	});

	test("is none where it cannot be, or is no number", () => {
		expect(reading({ timeUnit: "s" })("99999999999999")).toBe(
			"is not seconds since 1970: no year has four digits then",
		);
		expect(reading({ timeUnit: "us" })("2020-05-14T12:00Z")).toBe("is not microseconds since 1970 (--time-unit us)");
		expect(reading({ timeUnit: "ms" })("-1")).toBe("is not milliseconds since 1970 (--time-unit ms)");
		expect(unitName("ns")).toBe("nanoseconds");
	});
});

describe("a time of a form of its own", () => {
	test.each([
		["MM/dd/yyyy HH:mm:ss", "05/14/2020 08:00:00"],
		["M/d/yyyy h:mm a", "5/14/2020 8:00 AM"],
		["dd.MM.yyyy HH:mm", "14.05.2020 08:00"],
		["yyyyMMddHHmmss", "20200514080000"],
		["yyyyMMdd HHmmssSSS", "20200514 080000000"],
		["d MMM yyyy HH:mm", "14 May 2020 08:00"],
	])("%s is read by the time zone", (timeFormat, text) => {
		const read = reading({ timeFormat, timeZone: "America/New_York" });
		expect(read(text)).toBe(NOON);
		expect(read(text)).toBe(NOON);
		expect(reading({ timeFormat })(text)).toMatch(/^has no offset from UTC: .* --time-zone America\/New_York$/);
	});

	test("is read by its offset where it has one", () => {
		expect(reading({ timeFormat: "dd.MM.yyyy HH:mm ZZZ" })("14.05.2020 08:00 -0400")).toBe(NOON);
		expect(reading({ timeFormat: "MM/dd/yyyy HH:mm z", timeZone: "UTC" })("05/14/2020 21:00 Asia/Tokyo")).toBe(NOON);
		// A letter in quotes is no offset.
		expect(reading({ timeFormat: "yyyy-MM-dd'Z'HH:mm", timeZone: "Asia/Tokyo" })("2020-05-14Z21:00")).toBe(NOON);
	});

	test("a day alone is its midnight", () => {
		expect(reading({ timeFormat: "MM/dd/yyyy", timeZone: "America/New_York" })("05/14/2020")).toBe(
			"2020-05-14T04:00:00.000Z",
		);
	});

	test("is none where it has another form, also ISO 8601, or names no day", () => {
		const read = reading({ timeFormat: "MM/dd/yyyy HH:mm", timeZone: "America/New_York" });
		for (const text of ["14/05/2020 08:00", "2020-05-14T12:00Z", "02/30/2020 08:00", ""]) {
			expect(read(text)).toBe('is not of the form --time-format "MM/dd/yyyy HH:mm"');
		}
		expect(read("03/08/2020 02:30")).toBe("is a time that the clocks of America/New_York skip in spring");
	});

	test.each(["YYYY-MM-DD", "HH:mm:ss", "MM/dd HH:mm", "MM/dd/yyyy hh:mm", "", "oops"])("%j tells no time", (format) => {
		expect(() => checkFormat(format)).toThrow(
			`--time-format "${format}" tells no day with its year, or no time of 24 hours. Its tokens are those of luxon: ` +
				'"MM/dd/yyyy HH:mm:ss", "dd.MM.yyyy hh:mm a", "yyyyMMddHHmmss".',
		);
		expect(() => timeReader({ timeFormat: format })).toThrow("tells no day with its year");
	});
});

test("a reader needs a time zone that there is, and no unit with a format", () => {
	expect(() => timeReader({ timeZone: "Mars" })).toThrow('There is no time zone "Mars"');
	expect(() => timeReader({ timeFormat: "MM/dd/yyyy", timeUnit: "s" })).toThrow("not both");
});
