import { describe, expect, test } from "vitest";
import { noContext, observeBar } from "../../../alerting/engine/context.ts";
import { incomingHit } from "../../../alerting/engine/observe.ts";
import { observeQuiet } from "../../../alerting/quiet.ts";
import { CONTRACT_FIELDS, fieldsOf } from "../../../alerting/rules/fields.ts";
import { bar, hit } from "../../support/samples.ts";

const names = (on: string) => Object.keys(fieldsOf(on)).sort();

test("all of a contract's fields can be named", () => {
	expect(names("hit")).toEqual(CONTRACT_FIELDS.hit.toSorted());
	expect(names("1m")).toEqual(expect.arrayContaining(CONTRACT_FIELDS.bar));
	expect(fieldsOf("15m")).toBe(fieldsOf("1d"));
});

describe("records have the fields that can be named, no others, of the types that they are said to have", () => {
	const at = Date.parse("2013-10-07T15:00:00.000Z");
	const quiet = observeQuiet([{ symbol: "AAPL", time: at - 60_000, price: 5 }], at, at, { exchanges: [] });
	test.each([
		["hit", incomingHit(hit()).late().fields],
		["1m", observeBar(bar(), noContext, "XNYS").fields],
		["quiet", quiet.symbols[0]?.fields ?? {}],
		["pipeline", quiet.pipeline[0]?.fields ?? {}],
	])("%s", (on, fields) => {
		expect(Object.keys(fields).sort()).toEqual(names(on));
		for (const [name, value] of Object.entries(fields)) {
			if (value === null) continue;
			expect(typeof value, name).toBe(fieldsOf(on)[name]?.type === "text" ? "string" : "number");
		}
	});
});

test("each says what it means", () => {
	for (const on of ["hit", "1m", "quiet", "pipeline"]) {
		for (const [name, { meaning }] of Object.entries(fieldsOf(on))) expect(meaning, name).toMatch(/\w{2}/);
	}
});
