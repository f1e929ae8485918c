import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../alerting/rules/expression.ts";
import { fieldsOf } from "../../../alerting/rules/fields.ts";

const bar = fieldsOf("1m");
const compiled = (text: string) => compileExpression(text, bar);
/** A text of the most characters that there may be, made of copies of a unit. */
const full = (unit: string, end = "") => unit.repeat(Math.floor((500 - end.length) / unit.length)) + end;

describe("a large expression is refused before it is anything", () => {
	test("more than 500 characters, whatever they are", () => {
		expect(() => compiled(`close > 1${" ".repeat(491)}`)).not.toThrow();
		expect(() => compiled(`close > 1${" ".repeat(492)}`)).toThrow(/^has 501 characters; 500 are the most$/);
		expect(() => compiled("(".repeat(1e6))).toThrow(/has 1000000 characters/);
	});

	test("more than 120 parts", () => {
		const sum = (count: number) => `${Array.from({ length: count }, () => "1").join("+")} > 1`;
		expect(() => compiled(sum(59))).not.toThrow();
		expect(() => compiled(sum(60))).toThrow(/^has 121 parts; 120 are the most$/);
	});

	test("parentheses as deep as the parts allow; deeper ones overflow no stack", () => {
		const nested = (depth: number) => `${"(".repeat(depth)}close > 1${")".repeat(depth)}`;
		expect(compiled(nested(117)).holds({ close: 2 })).toBe(true);
		expect(() => compiled(nested(118))).toThrow("has 121 parts");
		expect(() => compiled(nested(245))).toThrow("has 245 parentheses; 120 parts are the most");
	});

	// Found by measuring which forms make the parser work longest; none takes more than some milliseconds.
	test.each([
		["(", ""],
		["[", ""],
		["{a:", ""],
		["abs(", ""],
		["not ", "true"],
		["-", "1 > 0"],
		["1/2 close ", "> 0"],
		["-1/2 x ", ""],
		["2^-", "2 > 0"],
		["1>0?1:", "2"],
		["true?", ""],
		["1<", "2"],
		["a=", "1"],
		["f(x)=", "1"],
		["a.", "a"],
		["a[1]", ""],
		["a(1)", ""],
		["5!", ""],
		["5%", ""],
		["1;", ""],
		["1??", "1"],
		["__proto__", ""],
		['"a"==', '"a"'],
		["min(1,max(1,", ""],
	])("%s over and over", (unit, end) => {
		expect(() => compiled(full(unit, end))).toThrow(/^(has \d+ (parts|parentheses)|cannot be read|`)/);
	});

	test("numbers of any length are numbers", () => {
		expect(compiled(full("9", " > 1")).holds({})).toBe(true);
		expect(compiled("1e999 > 1 and 1e-999 == 0").holds({})).toBe(true);
	});
});

describe("of any text", () => {
	const words = fc.constantFrom(
		...'( ) [ ] { } 1 2.5 close open symbol "x" \' ! ^ % / * + - ? : ?. . = == != < > <= >= and or not xor to in mod f( abs( min( known( , ; # & | ~ << ?? true null NaN constructor __proto__ prototype eval import globalThis process require \\ π'.split(
			" ",
		),
		"\n",
	);
	const soup = fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 60 }).map((all) => all.join(" "));

	test("a condition comes, or an Error that says why not, and nothing is done", () => {
		const before = Object.getOwnPropertyNames(globalThis).length;
		fc.assert(
			fc.property(fc.oneof(soup, fc.string({ unit: "binary", maxLength: 600 })), (text) => {
				try {
					expect(typeof compiled(text).holds({ close: 1, symbol: "x" })).toBe("boolean");
				} catch (error) {
					expect((error as Error).constructor).toBe(Error);
					expect((error as Error).message).not.toBe("");
				}
			}),
			{ numRuns: 500 },
		);
		expect(Object.getOwnPropertyNames(globalThis).length).toBe(before);
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	});
});

describe("of any good expression", () => {
	/** The same twice: as a rule has it, and as JavaScript has it. */
	type Both = { rule: string; js: string };
	const both = (rule: string, js: string): Both => ({ rule, js });
	const { condition } = fc.letrec<{ number: Both; condition: Both }>((tie) => ({
		number: fc.oneof(
			{ maxDepth: 4 },
			fc.constantFrom("close", "open", "low", "volume").map((name) => both(name, `$.${name}`)),
			fc.integer({ min: 0, max: 9 }).map((value) => both(String(value), String(value))),
			fc
				.tuple(tie("number"), fc.constantFrom("+", "-", "*"), tie("number"))
				.map(([a, op, b]) => both(`(${a.rule} ${op} ${b.rule})`, `(${a.js} ${op} ${b.js})`)),
			tie("number").map((a) => both(`-(${a.rule})`, `-(${a.js})`)),
			fc
				.tuple(fc.constantFrom("abs", "min", "max", "sign"), tie("number"))
				.map(([name, a]) => both(`${name}(${a.rule})`, `Math.${name}(${a.js})`)),
			fc
				.tuple(tie("number"), tie("number"))
				.map(([a, b]) => both(`coalesce(${a.rule}, ${b.rule})`, `((a, b) => (a !== a ? b : a))(${a.js}, ${b.js})`)),
		),
		condition: fc.oneof(
			{ maxDepth: 4 },
			fc
				.tuple(tie("number"), fc.constantFrom("<", "<=", ">", ">=", "==", "!="), tie("number"))
				.map(([a, op, b]) => both(`(${a.rule} ${op} ${b.rule})`, `(${a.js} ${op} ${b.js})`)),
			fc
				.tuple(tie("condition"), fc.constantFrom(["and", "&&"], ["or", "||"]), tie("condition"))
				.map(([a, [word, op], b]) => both(`(${a.rule} ${word} ${b.rule})`, `(${a.js} ${op} ${b.js})`)),
			tie("condition").map((a) => both(`not (${a.rule})`, `!(${a.js})`)),
			tie("number").map((a) => both(`known(${a.rule})`, `(${a.js} === ${a.js})`)),
			fc
				.tuple(tie("condition"), tie("condition"), tie("condition"))
				.map(([a, b, c]) => both(`(${a.rule} ? ${b.rule} : ${c.rule})`, `(${a.js} ? ${b.js} : ${c.js})`)),
		),
	}));

	test("it holds where the same in JavaScript is true, also of numbers that are not known", () => {
		const known = fc.option(fc.integer({ min: -20, max: 20 }));
		let compared = 0;
		fc.assert(
			fc.property(condition, fc.record({ close: known, open: known, low: known, volume: known }), (made, given) => {
				fc.pre(made.rule.length <= 160);
				const numbers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? Number.NaN]));
				const expected = new Function("$", `return ${made.js}`)(numbers) as boolean;
				expect(compiled(made.rule).holds(given)).toBe(expected);
				compared++;
			}),
			{ numRuns: 300, maxSkipsPerRun: 1_000 },
		);
		expect(compared).toBe(300);
	});
});
