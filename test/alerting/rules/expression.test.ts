import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../alerting/rules/expression.ts";
import { fieldsOf } from "../../../alerting/rules/fields.ts";

const fields = {
	symbol: "AAPL",
	interval: "1m",
	open: 99,
	high: 101,
	low: 98,
	close: 100,
	volume: 1000,
	change_pct: -1.5,
	// Not known of this bar.
	move_pct: null,
	direction: null,
};
const compiled = (text: string, values: Record<string, number> = {}) => compileExpression(text, fieldsOf("1m"), values);
const holds = (text: string, values?: Record<string, number>) => compiled(text, values).holds(fields);

describe("what holds, of a bar", () => {
	test.each([
		["close > 99", true],
		["close >= 100 and close <= 100", true],
		["close < 100 or close > 100", false],
		["not (close < 100)", true],
		["not (close > 99 and volume > 5e3)", true],
		["98 <= low < open < close <= high", true],
		["close - open == 1", true],
		["-change_pct == 1.5", true],
		["abs(change_pct) >= 1.5", true],
		["close / open - 1 > 0.01", true],
		["2 + 3 * 4 == 14 and (2 + 3) * 4 == 20", true],
		["close / 0 > 1e300", true],
		["min(open, close, high) == 99 and max(low) == 98", true],
		["round(2.5) == 3 and floor(-2.5) == -3 and ceil(2.1) == 3", true],
		["sqrt(close) == 10 and sign(change_pct) == -1", true],
		["0.1 * 3 == 0.3", true],
		['symbol == "AAPL"', true],
		["symbol == 'aapl'", false],
		['(symbol) == (interval) or symbol != "MSFT"', true],
		['(close > open ? symbol : interval) == "AAPL"', true],
		['"1" == "1.0"', false],
		["close > open ? volume > 1 : volume > 5000", true],
		["true", true],
		["(close > 1) == (open > 1)", true],
		["volume > 1e3\n", false],
	])("%s: %s", (text, expected) => {
		expect(holds(text)).toBe(expected);
	});
});

describe("a number that is not known", () => {
	test.each([
		["move_pct > 0", false],
		["move_pct <= 0", false],
		["move_pct == 0", false],
		["move_pct == move_pct", false],
		["move_pct != 0", true],
		["not (move_pct > 0)", true],
		["0 < move_pct < 1", false],
		["abs(move_pct) + 1 > 0", false],
		["min(move_pct, 1) <= 1 or max(1, move_pct) >= 1", false],
		["round(move_pct) == 0 or sign(move_pct) == 0 or sqrt(move_pct) == 0", false],
		["sqrt(-1) == sqrt(-1)", false],
		["known(move_pct)", false],
		["known(close) and not known(move_pct) and known(symbol)", true],
		["coalesce(move_pct, change_pct) == -1.5", true],
		["move_pct > 0 or close > 0", true],
	])("%s: %s", (text, expected) => {
		expect(holds(text)).toBe(expected);
	});
});

test("a text that is not known is empty", () => {
	expect(holds('direction == "up"')).toBe(false);
	expect(holds('direction != "up"')).toBe(true);
	expect(holds('direction == "" and not known(direction)')).toBe(true);
	expect(holds('direction == "NaN" or direction == "null"')).toBe(false);
});

test("a field that the record does not have at all is not known", () => {
	expect(compiled("vwap > 0 or known(vwap)").holds({})).toBe(false);
	expect(compiled('symbol == ""').holds({})).toBe(true);
});

test("named numbers are put in place, and say which fields are used", () => {
	expect(holds("close > level * 2", { level: 49 })).toBe(true);
	expect(holds("close > level * 2", { level: 51 })).toBe(false);
	expect(compiled("close > level and (volume > 1 or close > open)", { level: 1 }).names).toEqual([
		"close",
		"volume",
		"open",
	]);
});

test("one expression serves many records, and none sees another's fields", () => {
	const up = compiled("close > open");
	expect([{ open: 1, close: 2 }, { open: 2, close: 1 }, { open: 1 }, { open: 1, close: 2 }].map(up.holds)).toEqual([
		true,
		false,
		false,
		true,
	]);
});

describe("what is no condition over fields is refused, with the remedy", () => {
	test.each([
		["x = 5", /`x = 5` is not allowed: an expression sets nothing \(equality is ==\)/],
		["f(x) = x", /defines nothing/],
		["close > 1; close > 2", /one condition, without ; or line breaks/],
		["close > 1\nclose > 2", /without ; or line breaks/],
		['eval("1") == 1', /`eval` cannot be called: there are abs, min, max/],
		['parse("1") == 1', /`parse` cannot be called/],
		['import("fs") == 1', /`import` cannot be called/],
		['sameText("a", "a")', /`sameText` cannot be called/],
		['abs.constructor("x") == 1', /`abs.constructor` cannot be called/],
		["close.constructor == 1", /fields have no parts/],
		["symbol.length > 1", /fields have no parts/],
		['symbol[1] == "A"', /fields have no parts/],
		["symbol?.x == 1", /fields have no parts/],
		["constructor == 1", /`constructor` is no field here\. There are symbol, interval/],
		["__proto__ == 1", /`__proto__` is no field here/],
		["hasOwnProperty == 1", /`hasOwnProperty` is no field here/],
		["[1, 2] == 1", /there are no lists; use or/],
		["[[1, 2], [3, 4]] == 1", /there are no lists/],
		["1:2 == 1", /`1:2` is not allowed/],
		["{a: 1} == 1", /is not allowed/],
		["2 close > 3", /`2 close` multiplies without a sign: write \*/],
		["close == 5 cm", /multiplies without a sign/],
		["close(5) == 1", /`close` cannot be called/],
		["(close)(5) == 1", /multiplies without a sign/],
		["close > 5%", /has a percent sign: fields in percent are compared with plain numbers/],
		["close % 2 == 0", /`%` is not allowed: there are \+ - \* \//],
		["close! > 1", /`!` is not allowed/],
		["close ^ 2 > 1", /`\^` is not allowed/],
		["close' > 1", /`'` is not allowed/],
		["close & 1 == 1", /`&` is not allowed/],
		["~close == 1", /`~` is not allowed/],
		["close << 1 == 2", /`<<` is not allowed/],
		["close ?? 1 == 1", /`\?\?` is not allowed/],
		["close > 1 xor close > 2", /`xor` is not allowed/],
		["close mod 2 == 0", /`mod` is not allowed/],
		["close to open == 1", /`to` is not allowed/],
		["close && open", /cannot be read: .*char 8/],
		["close > 1 AND open > 1", /multiplies without a sign: write \*, or and between conditions/],
		['symbol === "A"', /cannot be read/],
		['symbol == "A', /cannot be read: End of string/],
		["close > (1", /cannot be read: Parenthesis \) expected/],
		["null == 1", /`null` is not allowed/],
		["undefined == 1", /`undefined` is not allowed/],
		["", /is empty/],
		[" \n ", /is empty/],
		["# nothing", /is not allowed/],
	])("%j", (text, message) => {
		expect(() => compiled(text)).toThrow(message);
	});
});

describe("what does not fit together is refused", () => {
	test.each([
		["close", /is a number, not a condition: compare it with something/],
		['symbol == "A" and close', /`close` is a number where a boolean is needed/],
		["close > symbol", /`symbol` is a text where a number is needed/],
		['close > "5"', /`"5"` is a text where a number is needed/],
		["symbol == 5", /`symbol == 5` compares a text with a number, which are never equal/],
		["close == true", /compares a number with a boolean/],
		['symbol + "x" == "Ax"', /`symbol` is a text where a number is needed/],
		['(close > 1 ? 1 : "b") == 1', /`"b"` is a text where a number is needed/],
		["not close < 100", /`close` is a number where a boolean is needed; not takes the next word only: write not \(…\)/],
		["abs(symbol) > 1", /`symbol` is a text/],
		["abs > 1", /`abs` is a function: write abs\(…\)/],
		["abs(1, 2) > 1", /has 2 arguments; abs takes 1/],
		["coalesce(close) > 1", /has 1 arguments; coalesce takes 2/],
		["min() > 1", /has 0 arguments; min takes 1 to 10/],
		["symbol == interval == direction", /`symbol` is a text where a number is needed/],
	])("%s", (text, message) => {
		expect(() => compiled(text)).toThrow(message);
	});
});

test("an unknown name is refused with the field or value that was meant", () => {
	expect(() => compiled("clsoe > 1")).toThrow(
		/^`clsoe` is no field here; is close meant\? There are .*; text goes in quotes$/,
	);
	expect(() => compiled("Close > 1")).toThrow("is close meant?");
	expect(() => compiled("close > patienec", { patience: 5 })).toThrow("is patience meant?");
	expect(() => compiled("symbol == AAPL")).toThrow("text goes in quotes");
	expect(() => compileExpression("close > 1", fieldsOf("hit"))).toThrow("`close` is no field here");
});
