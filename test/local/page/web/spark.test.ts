import { describe, expect, test } from "vitest";
import { toPath } from "../../../../local/page/web/spark-path.ts";

const END = 1_381_153_800;

describe("the line of an hour", () => {
	test("has its newest minute at the right, an hour before at the left, high closes above", () => {
		expect(
			toPath([
				[END - 3_600, 10],
				[END - 1_800, 12],
				[END, 11],
			]),
		).toBe("1.0,15.0 28.0,1.0 55.0,8.0");
	});

	test("of a shorter past does not fill the width", () => {
		expect(
			toPath([
				[END - 600, 10],
				[END, 12],
			]),
		).toBe("46.0,15.0 55.0,1.0");
	});

	test("is flat in the middle where nothing moved, and nothing where there is nothing", () => {
		expect(
			toPath([
				[END - 60, 10],
				[END, 10],
			]),
		).toBe("54.1,8.0 55.0,8.0");
		expect(toPath([])).toBe("");
	});
});
