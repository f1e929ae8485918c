import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { writeInstant } from "../../../producer/instant.ts";
import { readMoment, Zone } from "../../../producer/replay/zone.ts";

const wall = (text: string) => Date.parse(`${text}Z`);
const inZone = (name: string) => {
	const zone = new Zone(name);
	return (text: string, notBefore?: string) => {
		const found = zone.instant(wall(text), notBefore === undefined ? undefined : Date.parse(notBefore));
		return found === undefined ? undefined : writeInstant(found);
	};
};

describe("a time on the wall of a zone", () => {
	test.each([
		["America/New_York", "2020-05-14T09:30", "2020-05-14T13:30:00.000Z"],
		["America/New_York", "2020-01-14T09:30", "2020-01-14T14:30:00.000Z"],
		["Europe/Berlin", "2020-05-14T09:30", "2020-05-14T07:30:00.000Z"],
		["Asia/Kolkata", "2020-05-14T09:15", "2020-05-14T03:45:00.000Z"],
		["Pacific/Kiritimati", "2020-05-14T09:00", "2020-05-13T19:00:00.000Z"],
		["UTC", "2020-05-14T09:30", "2020-05-14T09:30:00.000Z"],
	])("in %s, %s, is %s", (name, text, expected) => expect(inZone(name)(text)).toBe(expected));

	test("that clocks skip in spring is none, to the millisecond", () => {
		const at = inZone("America/New_York");
		expect(at("2020-03-08T01:59:59.999")).toBe("2020-03-08T06:59:59.999Z");
		expect(at("2020-03-08T02:00:00.000")).toBeUndefined();
		expect(at("2020-03-08T02:59:59.999")).toBeUndefined();
		expect(at("2020-03-08T03:00:00.000")).toBe("2020-03-08T07:00:00.000Z");
		// By half an hour only.
		const howe = inZone("Australia/Lord_Howe");
		expect(howe("2020-10-04T02:29:59")).toBeUndefined();
		expect(howe("2020-10-04T02:30:00")).toBe("2020-10-03T15:30:00.000Z");
	});

	test("that clocks say twice in autumn is the earlier, unless that lies before what is allowed", () => {
		const at = inZone("America/New_York");
		expect(at("2020-11-01T00:59:59.999")).toBe("2020-11-01T04:59:59.999Z");
		expect(at("2020-11-01T01:00:00")).toBe("2020-11-01T05:00:00.000Z");
		expect(at("2020-11-01T01:59:59.999")).toBe("2020-11-01T05:59:59.999Z");
		expect(at("2020-11-01T01:30:00", "2020-11-01T05:30:00Z")).toBe("2020-11-01T05:30:00.000Z");
		expect(at("2020-11-01T01:30:00", "2020-11-01T05:30:01Z")).toBe("2020-11-01T06:30:00.000Z");
		expect(at("2020-11-01T02:00:00")).toBe("2020-11-01T07:00:00.000Z");
		// What is not said twice stays, however late it is.
		expect(at("2020-10-31T12:00:00", "2020-11-02T00:00:00Z")).toBe("2020-10-31T16:00:00.000Z");
	});

	test("agrees with luxon, for any zone and time", () => {
		const zones = fc.constantFrom(
			"America/New_York",
			"Europe/London",
			"Australia/Lord_Howe",
			"America/Sao_Paulo",
			"Asia/Tokyo",
		);
		const instants = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2030, 0) });
		// Around the changes of clocks, too.
		const near = fc
			.tuple(
				fc.constantFrom("2020-03-08T07:00Z", "2020-11-01T06:00Z", "2020-10-25T01:00Z", "2020-10-03T15:30Z"),
				fc.integer({ min: -7_200_000, max: 7_200_000 }),
			)
			.map(([text, by]) => Date.parse(text) + by);
		fc.assert(
			fc.property(zones, fc.oneof(instants, near), (name, instant) => {
				const local = DateTime.fromMillis(instant, { zone: name });
				const wallTime = instant + local.offset * 60_000;
				const earliest = Math.min(instant, ...local.getPossibleOffsets().map((each) => +each));
				expect(new Zone(name).instant(wallTime)).toBe(earliest);
				expect(new Zone(name).instant(wallTime, instant)).toBe(instant);
			}),
			{ numRuns: 500 },
		);
	});

	test("is the same in whatever order hours are asked for, however many", () => {
		const zone = new Zone("America/New_York");
		const hours = Array.from({ length: 12_000 }, (_, at) => Date.UTC(2020, 0) + at * 3_600_000);
		const once = hours.map((each) => zone.instant(each));
		expect([...hours].reverse().map((each) => zone.instant(each))).toEqual(once.reverse());
	});

	test("needs a zone that there is", () => {
		for (const name of ["New York", "America/New_Yrok", ""]) {
			expect(() => new Zone(name)).toThrow(
				`There is no time zone "${name}". Give an IANA name, such as America/New_York, Europe/Berlin or UTC.`,
			);
		}
	});
});

describe("a day or time of an option", () => {
	const newYork = new Zone("America/New_York");
	test.each([
		["2020-05-14", "2020-05-14T04:00:00.000Z"],
		["2020-05-14T09:30", "2020-05-14T13:30:00.000Z"],
		["2020-05-14 09:30:00.5", "2020-05-14T13:30:00.500Z"],
		["2020-05-14T09:30Z", "2020-05-14T09:30:00.000Z"],
		["2020-05-14T09:30+02:00", "2020-05-14T07:30:00.000Z"],
	])("%s is by the zone, unless it has an offset", (text, expected) => {
		expect(writeInstant(readMoment(text, newYork, "--from"))).toBe(expected);
	});

	test.each(["yesterday", "", "2020-13-01", "2020-03-08T02:30"])("%j is refused with examples", (text) => {
		expect(() => readMoment(text, newYork, "--to")).toThrow(
			`--to takes a day or a time, such as 2020-05-14, 2020-05-14T09:30 (by --time-zone, else UTC) or 2020-05-14T13:30:00Z, but was given "${text}".`,
		);
	});
});
