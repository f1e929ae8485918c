import { integer, assert as must, property } from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { nameOf, tickLabel, writeTime, zoneOf } from "../../../../local/page/web/zone.ts";

const at = (iso: string) => Date.parse(iso);
const own = process.env.TZ;
afterEach(() => {
	if (own === undefined) delete process.env.TZ;
	else process.env.TZ = own;
});

describe("a time", () => {
	test.each([
		["UTC", "2013-10-07T13:30:00Z", "2013-10-07 13:30:00"],
		["America/New_York", "2013-10-07T13:30:00Z", "2013-10-07 09:30:00"],
		["America/New_York", "2013-12-02T14:30:00Z", "2013-12-02 09:30:00"],
		["Asia/Tokyo", "2013-10-07T15:00:00Z", "2013-10-08 00:00:00"],
		["Asia/Kolkata", "2013-10-07T03:45:00Z", "2013-10-07 09:15:00"],
	])("in %s of %s is %s", (zone, iso, text) => {
		expect(writeTime(at(iso), zone)).toBe(text);
	});

	test("in UTC is what the browser's own format says", () => {
		const date = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
		const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
		const own = new Intl.DateTimeFormat("sv-SE", { ...date, ...clock, timeZone: "UTC" });
		const instant = integer({ min: 0, max: at("2100-01-01T00:00:00Z") });
		must(property(instant, (ms) => void expect(writeTime(ms, "UTC")).toBe(own.format(ms))));
	});

	test("of the hour that comes twice in autumn is written twice", () => {
		const times = ["2013-11-03T05:30:00Z", "2013-11-03T06:30:00Z"].map((iso) => writeTime(at(iso), "America/New_York"));
		expect(times).toEqual(["2013-11-03 01:30:00", "2013-11-03 01:30:00"]);
	});
});

describe("the zone", () => {
	test("is UTC, the exchange's, or the reader's own", () => {
		expect(zoneOf("utc", "Asia/Tokyo")).toBe("UTC");
		expect(zoneOf("exchange", "Asia/Tokyo")).toBe("Asia/Tokyo");
		process.env.TZ = "Europe/Zurich";
		expect(zoneOf("local", "Asia/Tokyo")).toBe("Europe/Zurich");
	});

	test("of an exchange that is not known is UTC", () => expect(zoneOf("exchange", undefined)).toBe("UTC"));

	test.each([
		["America/New_York", "New York"],
		["America/Argentina/Buenos_Aires", "Buenos Aires"],
		["UTC", "UTC"],
	])("%s is called %s", (zone, name) => expect(nameOf(zone)).toBe(name));
});

describe("below the chart", () => {
	test.each([
		["a time", "2013-10-07T13:45:00Z", "America/New_York", true, "09:45"],
		["a day's first candle in the morning", "2013-10-07T13:30:00Z", "America/New_York", false, "7 Oct"],
		["midnight by UTC, which is an evening there", "2013-10-08T00:00:00Z", "America/New_York", false, "20:00"],
		["midnight by UTC", "2013-10-08T00:00:00Z", "UTC", false, "8 Oct"],
	])("%s is written so", (_, iso, zone, isTime, text) => {
		expect(tickLabel(at(iso) / 1_000, zone, isTime)).toBe(text);
	});
});
