import { expect, test } from "vitest";
import { describeChange } from "../../local/origin.ts";

const before = { stream: "trades of noon", sql: "s3://b/1.zip", runner: "abc" };

test("checkpoints stay good while stream, SQL and runner are the same", () => {
	expect(describeChange(before, { ...before })).toBeUndefined();
});

test.each([
	[{ ...before, stream: "trades of one o'clock" }, "The stream of trades was made anew"],
	[{ ...before, sql: "s3://b/2.zip" }, "The SQL changed"],
	[{ ...before, runner: "def" }, "The runner changed"],
])("%j: %s", (now, change) => expect(describeChange(before, now)).toBe(change));

test("without an earlier start there is nothing to keep", () => {
	expect(describeChange(undefined, before)).toBe("The job is new");
});
