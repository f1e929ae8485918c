import { expect, test } from "vitest";
import { initialPositionOf, startProperties } from "../../infra/properties.ts";

test.each([
	["TRIM_HORIZON", "TRIM_HORIZON", "1970-01-01T00:00:00.000Z"],
	["LATEST", "LATEST", "1970-01-01T00:00:00.000Z"],
	["2026-11-26T14:30:00+01:00", "AT_TIMESTAMP", "2026-11-26T13:30:00.000Z"],
])(
	"a start at %s is told to the source, and read back from what it was told",
	(position, INITIAL_POSITION, INITIAL_TIMESTAMP) => {
		const properties = startProperties(position);
		expect(properties).toEqual({ INITIAL_POSITION, INITIAL_TIMESTAMP });
		expect(startProperties(initialPositionOf(properties) ?? "")).toEqual(properties);
	},
);

test("properties that say no position have none", () => {
	expect(initialPositionOf({})).toBeUndefined();
});
