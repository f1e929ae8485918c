import { expect, test } from "vitest";
import { canHold } from "../../../alerting/commands/probe.ts";
import { compileExpression } from "../../../alerting/rules/expression.ts";
import { fieldsOf } from "../../../alerting/rules/fields.ts";

function holds(text: string, on = "1m", values: Record<string, number> = {}): boolean {
	return canHold(compileExpression(text, fieldsOf(on), values), on, Object.values(values));
}

test.each([
	"close > 100",
	"abs(move_pct) >= 0.4 and volume_ratio >= 3",
	"close > 1.5 * open and close < 1.6 * open",
	"session_bars == 30 and high > day_high",
	"move_pct < -2 or move_pct > 3",
	"not known(gap_pct)",
	"coalesce(gap_pct, 7) == 7",
	"vwap / close > 1.0001 and vwap / close < 1.01",
	'direction == "up" and symbol != "AAPL"',
	"true",
])("some bar meets %s", (text) => expect(holds(text)).toBe(true));

test.each(["false", "close > 10 and close < 10", "abs(change) < 0", "sqrt(volume) == -1", 'direction == "Up"'])(
	"no bar meets %s",
	(text) => expect(holds(text)).toBe(false),
);

test("named numbers count", () => {
	expect(holds("close > low_end and close < high_end", "1m", { low_end: 1_234.5, high_end: 1_234.6 })).toBe(true);
	expect(holds("close > low_end and close < high_end", "1m", { low_end: 9, high_end: 8 })).toBe(false);
});

test("a hit crosses or clears, and nothing else", () => {
	expect(holds('state == "cleared"', "hit")).toBe(true);
	expect(holds('state == "fired"', "hit")).toBe(false);
});

test("what has too many combinations is taken to be possible", () => {
	expect(holds("open + high + low + close + volume < 1 and open > 2 and high > 3 and low > 4")).toBe(true);
});
