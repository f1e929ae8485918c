import { describe, expect, test } from "vitest";
import { use } from "../../grafana/interpolation.ts";
import { filledIn, variablesIn } from "./macros.ts";

const range = { from: new Date("2013-10-07T13:30:00.500Z"), to: new Date("2013-10-08T16:30:00.000Z") };
const values = { symbol: "O'X", threshold: "2" };

describe("variables", () => {
	test("are found in each form, and Grafana's own are not among them", () => {
		const text = `$a ${use("b")} ${use("c", "sqlstring")} $timeFilter $__timeFilter(x) ${use("__from", "date:YYYY")} ${use("__field.labels.symbol")}`;
		expect(variablesIn(text)).toEqual(["a", "b", "c"]);
	});

	test("are quoted as their format says, and a day is a UTC day", () => {
		const sql = `${use("symbol", "sqlstring")} ${use("threshold")} $threshold '${use("__from", "date:YYYY-MM-DD")}' '${use("__to", "date:YYYY-MM-DD")}'`;
		expect(filledIn("athena", sql, values, range)).toBe("'O''X' 2 2 '2013-10-07' '2013-10-08'");
		expect(filledIn("influxdb", use("symbol", "singlequote"), values, range)).toBe("'O\\'X'");
	});

	test.each([use("other"), "$other", use("symbol:csv"), use("__to", "date:YYYY")])("%s is an error", (text) => {
		expect(() => filledIn("athena", text, values, range)).toThrow();
	});
});

describe("macros", () => {
	test.each([
		[
			"questdb",
			"$__timeFilter(timestamp)",
			"timestamp >= cast(1381152600500000 as timestamp) AND timestamp <= cast(1381249800000000 as timestamp)",
		],
		["influxdb", "$timeFilter", "time >= 1381152600500ms and time <= 1381249800000ms"],
		[
			"live-analytics",
			'"$__database"."$__table" $__timeFilter',
			'"tidemark"."bars" time BETWEEN from_milliseconds(1381152600500) AND from_milliseconds(1381249800000)',
		],
		[
			"athena",
			"$__timeFilter(at) AND $__dateFilter(day)",
			"at BETWEEN TIMESTAMP '2013-10-07 13:30:00' AND TIMESTAMP '2013-10-08 16:30:00' AND day BETWEEN date '2013-10-07' AND date '2013-10-08'",
		],
	] as const)("of %s", (store, text, expected) => {
		expect(filledIn(store, text, values, range)).toBe(expected);
	});

	test.each([
		["questdb", "$timeFilter"],
		["influxdb", "$__timeFilter(time)"],
		["live-analytics", "$__dateFilter(day)"],
		["athena", "$__sampleByInterval"],
	] as const)("%s has no %s", (store, text) => {
		expect(() => filledIn(store, text, values, range)).toThrow(`The plugin of ${store} has no macro $`);
	});
});
