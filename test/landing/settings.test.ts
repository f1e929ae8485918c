import { expect, test } from "vitest";
import { z } from "zod";
import { flag, readSettings } from "../../landing/settings.ts";

const shape = { STORE_URL: z.url(), TABLE: z.string(), RETRY_WHOLE_BATCH: flag };

test("the settings are what the environment says, and nothing else of it", () => {
	const environment = { STORE_URL: "http://store:9000", TABLE: "latest", RETRY_WHOLE_BATCH: "true", HOME: "/" };
	expect(readSettings(shape, environment)).toEqual({
		STORE_URL: "http://store:9000",
		TABLE: "latest",
		RETRY_WHOLE_BATCH: true,
	});
});

test("a switch that is left out is off", () => {
	expect(readSettings({ RETRY_WHOLE_BATCH: flag }, {})).toEqual({ RETRY_WHOLE_BATCH: false });
	expect(() => readSettings({ RETRY_WHOLE_BATCH: flag }, { RETRY_WHOLE_BATCH: "maybe" })).toThrow("RETRY_WHOLE_BATCH");
});

test("one error names all that is missing or wrong", () => {
	expect(() => readSettings(shape, { STORE_URL: "nowhere" })).toThrow(/STORE_URL[\s\S]*TABLE|TABLE[\s\S]*STORE_URL/);
});

test("the function's own environment is read unless another is given", () => {
	expect(() => readSettings({ SURELY_NOT_SET_ANYWHERE: z.string() })).toThrow("SURELY_NOT_SET_ANYWHERE");
});
