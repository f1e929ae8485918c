import { expect, test } from "vitest";
import { day } from "../../../local/lake/day.ts";

test("a day is what it was written as", () => {
	expect(day("2013-10-07")).toBe("2013-10-07");
	expect(day("2024-02-29")).toBe("2024-02-29");
});

test.each(["2013-10-7", "2023-02-29", "yesterday", "2013-10-07T00:00:00Z", ""])("%j is none", (text) => {
	expect(() => day(text)).toThrow("Give a day, such as 2013-10-07.");
});
