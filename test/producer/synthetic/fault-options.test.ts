import { describe, expect, test } from "vitest";
import { UserError } from "../../../producer/errors.ts";
import { checkFaults, parseFaults } from "../../../producer/synthetic/fault-options.ts";

describe("faults", () => {
	test("are read as they are asked for", () => {
		expect(parseFaults("duplicates=1%,disorder=2s,late=0.1%,malformed=0.1%,burst=10x@30s")).toEqual({
			duplicates: 0.01,
			disorderMs: 2000,
			late: 0.001,
			malformed: 0.001,
			burst: { times: 10, everyMs: 30_000 },
		});
		expect(parseFaults("late=100%")).toEqual({ late: 1 });
		expect(parseFaults(" disorder = 500ms , burst = 2.5x@1m ")).toEqual({
			disorderMs: 500,
			burst: { times: 2.5, everyMs: 60_000 },
		});
		expect(parseFaults("disorder=0ms,duplicates=0%")).toEqual({ disorderMs: 0, duplicates: 0 });
	});

	test.each([
		["", /There is no fault "". Give some of duplicates, disorder, late, malformed, burst: duplicates=1%/],
		["dupes=1%", /There is no fault "dupes"/],
		["toString=1%", /There is no fault "toString"/],
		["late=1%,", /There is no fault ""/],
		["late", /late has no value. Example: duplicates=1%/],
		["late=1%,late=2%", /late is there twice/],
		["late=1", /late takes a share in percent, such as late=1%, but was given "1"/],
		["late=%", /late takes a share in percent/],
		["malformed=-1%", /malformed takes a share in percent, such as malformed=1%, but was given "-1%"/],
		["duplicates=120%", /duplicates is a share of the trades, 0 % to 100 %, but was given 120 %/],
		["disorder=2", /disorder takes a time with its unit \(ms, s or m\), such as disorder=500ms, but was given "2"/],
		["disorder=2h", /but was given "2h"/],
		["burst=10x", /burst takes how much and how often, such as burst=10x@30s, but was given "10x"/],
		["burst=10@30s", /but was given "10@30s"/],
		["burst=10x@30", /but was given "10x@30"/],
		["burst=10x@30s@1s", /but was given "10x@30s@1s"/],
		["burst=0.5x@30s", /burst is 1 to 1000 times the rate, but was given 0.5/],
		["burst=2000x@30s", /burst is 1 to 1000 times the rate, but was given 2000/],
		["burst=10x@1s", /burst comes every 2 s or more, in whole seconds, but was given 1000 ms/],
		["burst=10x@2500ms", /in whole seconds, but was given 2500 ms/],
	])("%j are refused", (text, message) => {
		expect(() => parseFaults(text)).toThrow(message);
		expect(() => parseFaults(text)).toThrow(UserError);
	});

	test.each([
		[{ late: Number.NaN }, /late is a share of the trades, 0 % to 100 %, but was given NaN %/],
		[{ disorderMs: -1 }, /disorder is a time, 0 or more, but was given -1 ms/],
		[{ disorderMs: Number.NaN }, /but was given NaN ms/],
	])("that a library asks for are checked too: %j", (faults, message) => {
		expect(() => checkFaults(faults)).toThrow(message);
	});
});
