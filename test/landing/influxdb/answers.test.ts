import { describe, expect, test } from "vitest";
import { type Asked, errorOf, isWritten, LinesRejected, retryAfter } from "../../../landing/influxdb/answers.ts";

const asked: Asked = { url: "https://store:8086", bucket: "bars", org: "desk", lines: 7, secret: "store-token" };

describe("only an answer that says so is a success", () => {
	test.each([
		[204, "", true],
		[201, "", true],
		[201, '{"message":"partial write: 1 of 7 lines"}', false],
		[200, "", false],
		[200, "<html>Log in</html>", false],
		[302, "", false],
		[400, "", false],
	])("%i %s", (status, text, written) => {
		expect(isWritten(status, text)).toBe(written);
	});
});

describe("what is wrong with the lines is told from what may pass", () => {
	test.each([201, 400, 413, 422])("%i is about the lines", (status) => {
		const error = errorOf(status, "line 3: field type conflict", asked);
		expect(error).toBeInstanceOf(LinesRejected);
		expect(error.message).toBe(
			`The store at https://store:8086 answered ${status} to a write of 7 lines: line 3: field type conflict`,
		);
	});

	test.each([200, 302, 401, 403, 404, 408, 429, 500, 503])("%i is not", (status) => {
		const error = errorOf(status, "", asked);
		expect(error).not.toBeInstanceOf(LinesRejected);
		expect(error.message).toContain(`answered ${status} to a write of 7 lines: no reason given`);
	});

	test("a long answer is cut", () => {
		expect(errorOf(400, "x".repeat(10_000), asked).message.length).toBeLessThan(400);
	});
});

describe("an error names what can be put right", () => {
	test.each([
		[
			"the secret and the bucket",
			401,
			asked,
			/token in the secret store-token may not write to the bucket bars of desk/,
		],
		["the secret of a token without rights", 403, asked, /secret store-token/],
		["the setting where there is no token", 401, { ...asked, secret: undefined }, /storeSecret in infra\/config\.ts/],
		["the bucket", 404, asked, /bucket bars of the organisation desk/],
		["an address that is no store", 302, asked, /answers 204: does the address name one/],
		["an address that is some other server", 200, asked, /answers 204/],
	])("%s", (_, status, given, message) => {
		expect(errorOf(status, "", given).message).toMatch(message);
	});
});

describe("Retry-After", () => {
	const now = Date.parse("2026-03-02T14:30:00.000Z");
	test.each([
		["seconds", "7", 7_000],
		["parts of them", " 0.5 ", 500],
		["none at all", "0", 0],
		["a date", "Mon, 02 Mar 2026 14:30:09 GMT", 9_000],
		["a date that is over", "Mon, 02 Mar 2026 14:29:00 GMT", 0],
		["nothing", null, 1_000],
		["an empty text", "", 1_000],
		["what is neither", "soon", 1_000],
	])("as %s", (_, header, ms) => {
		expect(retryAfter(header, now)).toBe(ms);
	});
});
