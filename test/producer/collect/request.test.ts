import type { LambdaFunctionURLEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { BadRequest, readRequest } from "../../../producer/collect/request.ts";
import { event, get, post } from "./call.ts";

function refusal(call: LambdaFunctionURLEvent): Pick<BadRequest, "status" | "mistakes"> {
	try {
		readRequest(call);
	} catch (error) {
		if (error instanceof BadRequest) return { status: error.status, mistakes: error.mistakes };
		throw error;
	}
	throw new Error("It was taken.");
}

describe("a call that can be answered", () => {
	test("GET: names separated by commas, capitals, each once; one-minute bars unless others are named", () => {
		expect(readRequest(get({ symbols: "aapl, MSFT,AAPL", from: "2026-03-02" }))).toEqual({
			symbols: ["AAPL", "MSFT"],
			from: "2026-03-02",
			interval: "1m",
			close: false,
		});
	});

	test.each([
		["as text", false],
		["as base64, which Lambda makes of other content types", true],
	])("POST: the same as JSON, %s", (_, base64) => {
		const asked = { symbols: ["^GSPC", "0700.HK"], from: "2026-03-02", to: "2026-03-04", interval: "5m", close: true };
		expect(readRequest(post(asked, base64))).toEqual(asked);
		expect(readRequest(post({ ...asked, symbols: "^GSPC,0700.HK" }, base64))).toEqual(asked);
	});

	test("instants in place of days, and a switch as text", () => {
		const query = { from: "2026-03-02T14:30:00Z", to: "2026-03-02T10:00:00-05:00" };
		expect(readRequest(get({ symbols: "BTC-USD", ...query, close: "true" }))).toMatchObject({ ...query, close: true });
	});
});

describe("a call that cannot says why", () => {
	test("each mistake by itself, all of them at once", () => {
		const call = { symbols: "A PL,", from: "2.3.2026", to: "later", interval: "7m", close: "maybe", symbol: "AAPL" };
		const { status, mistakes } = refusal(get(call));
		expect(status).toBe(400);
		expect(mistakes).toEqual([
			expect.stringMatching(/^symbols: "A PL", "" cannot be a symbol of Yahoo's\. Examples: AAPL/),
			expect.stringMatching(/^from: "2\.3\.2026" is no day, such as/),
			expect.stringMatching(/^to: "later" is no day/),
			"interval: must be one of 1m, 2m, 5m, 15m, 30m, 1h, 90m, 1d",
			"close: must be true or false",
			'Unrecognized key: "symbol"',
		]);
	});

	test.each<[string, object, RegExp]>([
		["nothing", {}, /^symbols: must be given.*\nfrom: must be given: a day such as 2026-11-16/],
		["no symbol", { symbols: [], from: "2026-03-02" }, /^symbols: No symbols to ask Yahoo for/],
		["numbers", { symbols: 7, from: 20260302 }, /^symbols: must be given.*\nfrom: must be given/],
		["a list", ["AAPL"], /expected object/],
		["an end before the beginning", { symbols: "A", from: "2026-03-03", to: "2026-03-02" }, /ends before it begins/],
		["the future", { symbols: "A", from: "2999-01-01" }, /2999-01-01 is still to come/],
		["a day that there is not", { symbols: "A", from: "2026-02-30" }, /^from: "2026-02-30" is no day/],
		[
			"more than memory holds",
			{ symbols: Array.from({ length: 100 }, (_, at) => `S${at}`), from: "2026-03-02", to: "2026-03-20" },
			/asks for up to 2\d{6} bars, of 1000000 at most: take fewer symbols or days/,
		],
	])("%s", (_, body, message) => {
		const { status, mistakes } = refusal(post(body));
		expect(status).toBe(400);
		expect(mistakes.join("\n")).toMatch(message);
	});

	test("a body that is no JSON, and none at all", () => {
		expect(refusal(post("symbols=AAPL"))).toEqual({ status: 400, mistakes: ["the body is not JSON"] });
		expect(refusal(event("POST"))).toEqual({ status: 400, mistakes: ["the body is not JSON"] });
	});

	test("another method", () => {
		expect(refusal(event("DELETE"))).toEqual({
			status: 405,
			mistakes: ["DELETE is not answered: GET with a query, or POST with JSON"],
		});
	});
});
