import { expect, test } from "vitest";
import { reasonOf, UserError } from "../../producer/errors.ts";

test.each([
	["text", "text"],
	[undefined, "undefined"],
	[new Error("it broke"), "it broke"],
	[
		Object.assign(new Error("Stream x not found"), { name: "ResourceNotFoundException" }),
		"ResourceNotFoundException: Stream x not found",
	],
	[new AggregateError([new Error("connect ECONNREFUSED ::1:80"), new Error("…")]), "connect ECONNREFUSED ::1:80"],
	[new AggregateError([new Error("inner")], "both failed"), "AggregateError: both failed"],
	[new AggregateError(["inner"]), "inner"],
])("%s says %s", (error, expected) => expect(reasonOf(error)).toBe(expected));

test("an expected error is known by its name and keeps its cause", () => {
	const cause = new Error("why");
	expect(new UserError("what", { cause })).toMatchObject({ name: "UserError", message: "what", cause });
});
