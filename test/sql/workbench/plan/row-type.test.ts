import { expect, test } from "vitest";
import { canonical, rowFields, typeText } from "../../../../sql/workbench/plan/row-type.ts";

test("a row type is read from both forms that plans have, to the same columns", () => {
	const text =
		"ROW<`symbol` VARCHAR(10) NOT NULL, `t` TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL, `d` DECIMAL(19, 6)> NOT NULL";
	const object = {
		type: "ROW",
		fields: [
			{ name: "symbol", fieldType: "VARCHAR(10) NOT NULL" },
			{ name: "t", fieldType: { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", nullable: false, precision: 3 } },
			{ name: "d", fieldType: "DECIMAL(19, 6)" },
		],
	};
	expect(rowFields(text)).toEqual(rowFields(object));
	expect(rowFields(text).map(({ name, type }) => `${name} ${type}`)).toEqual([
		"symbol VARCHAR(10) NOT NULL",
		"t TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL",
		"d DECIMAL(19, 6)",
	]);
});

test("commas, brackets and quotes within a column part nothing", () => {
	const text = "ROW<`a, b` ROW<`x` INT, `y` MAP<STRING, INT>>, `say ``hi``` INT 'a, > note'>";
	expect(rowFields(text)).toEqual([
		{ name: "a, b", type: "ROW<`x` INT, `y` MAP<STRING, INT>>", time: null },
		{ name: "say `hi`", type: "INT", time: null },
	]);
});

test("a time attribute is told apart by what it is, not by its type: state stores both alike", () => {
	const type = { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", nullable: false, precision: 3 };
	expect(typeText({ ...type, kind: "ROWTIME" })).toBe(typeText(type));
	const fields = [
		{ name: "e", fieldType: { ...type, kind: "ROWTIME" } },
		{ name: "p", fieldType: { ...type, kind: "PROCTIME" } },
	];
	expect(rowFields({ fields }).map(({ time }) => time)).toEqual(["event", "processing"]);
	expect(
		rowFields("ROW<`e` TIMESTAMP(3) *ROWTIME*, `p` TIMESTAMP_LTZ(3) *PROCTIME* NOT NULL>").map(({ time }) => time),
	).toEqual(["event", "processing"]);
});

test("what is no row has no columns", () => {
	expect(rowFields(undefined)).toEqual([]);
	expect(rowFields("INT")).toEqual([]);
});

test("equal values have one text, whatever the order of their keys", () => {
	expect(canonical({ a: [{ c: 1, b: 2 }], d: null })).toBe(canonical({ d: null, a: [{ b: 2, c: 1 }] }));
	expect(canonical({ a: 1 })).not.toBe(canonical({ a: "1" }));
});
