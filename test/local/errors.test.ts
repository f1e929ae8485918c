import { describe, expect, test } from "vitest";
import { isUserError, messageOf, UserError } from "../../local/errors.ts";
import { UserError as ProducerError } from "../../producer/errors.ts";

describe("an expected failure", () => {
	test("is known by its name, whichever part made it", () => {
		expect(isUserError(new UserError("no"))).toBe(true);
		expect(isUserError(new ProducerError("no"))).toBe(true);
		expect(isUserError(new Error("no"))).toBe(false);
		expect(isUserError("no")).toBe(false);
	});

	test("keeps its cause", () => {
		const cause = new Error("why");
		expect(new UserError("what", { cause }).cause).toBe(cause);
	});
});

describe("the message of what was thrown", () => {
	test("has the causes of an error behind it", () => {
		const error = new Error("cannot read", { cause: new Error("no such file") });
		expect(messageOf(error)).toBe("cannot read: no such file");
	});

	test("does not say a cause twice", () => {
		const error = new Error("cannot read: no such file", { cause: new Error("no such file") });
		expect(messageOf(error)).toBe("cannot read: no such file");
	});

	test("of an expected failure is its own, which was written for people", () => {
		expect(messageOf(new UserError("the port is taken", { cause: new Error("EADDRINUSE") }))).toBe("the port is taken");
	});

	test("names the parts of an error that has none of its own", () => {
		const refused = new AggregateError([
			new Error("connect ECONNREFUSED ::1"),
			new Error("connect ECONNREFUSED 127.0.0.1"),
		]);
		expect(messageOf(refused)).toBe("connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1");
		expect(messageOf(Object.assign(new Error(""), { code: "EPIPE" }))).toBe("EPIPE");
		expect(messageOf(new TypeError())).toBe("TypeError");
	});

	test("of a value that is no error is the value", () => {
		expect(messageOf("plain")).toBe("plain");
		expect(messageOf(undefined)).toBe("undefined");
	});
});
