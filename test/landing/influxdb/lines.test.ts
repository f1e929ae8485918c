import fc from "fast-check";
import { expect, test } from "vitest";
import { barLine } from "../../../landing/influxdb/lines.ts";
import { bar } from "../../support/samples.ts";

test("a bar is one line, its tags in a fixed order, whole numbers marked as such", () => {
	expect(barLine(bar())).toBe(
		"bars,interval=1m,symbol=AAPL change=0.44,change_pct=0.090431,close=487,day_move_pct=1.5,emitted_at_ms=1381152662100i," +
			"high=487.1,low=486.5,move_pct=-0.25,open=486.56,trade_count=789i,volume=123456i,vwap=486.831234," +
			"window_end_ms=1381152660000i 1381152600000",
	);
});

test("what is null is left out", () => {
	const line = barLine(bar({ vwap: null, move_pct: null, day_move_pct: null }));
	expect(line).not.toMatch(/vwap|move_pct/);
	expect(line).toMatch(/,change_pct=/);
});

test("a symbol stays one tag whatever is in it", () => {
	expect(barLine(bar({ symbol: "BRK B,x=1" }))).toContain("symbol=BRK\\ B\\,x\\=1 ");
	expect(barLine(bar({ symbol: "ünï 😀" }))).toContain("symbol=ünï\\ 😀 ");
});

test("a symbol that line protocol cannot carry is an error, never another symbol or a line of its own", () => {
	for (const symbol of ["a\nb", "a\rb", "\u0000", "a\\", "\\"]) {
		expect(() => barLine(bar({ symbol }))).toThrow(`cannot carry the symbol ${JSON.stringify(symbol)}`);
	}
	fc.assert(
		fc.property(fc.string({ minLength: 1, unit: "binary" }), (symbol) => {
			if (/[\p{Cc}\\]/u.test(symbol)) return;
			const tag = /symbol=((?:\\.|[^ ])*) /s.exec(barLine(bar({ symbol })))?.[1];
			expect(tag?.replace(/\\(.)/gs, "$1")).toBe(symbol);
		}),
	);
});

test("numbers are written as they are", () => {
	fc.assert(
		fc.property(fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }), (close) => {
			const written = /,close=([^,]+),/.exec(barLine(bar({ close })))?.[1];
			expect(Number(written)).toBe(close);
		}),
	);
	expect(barLine(bar({ volume: Number.MAX_SAFE_INTEGER }))).toContain("volume=9007199254740991i");
});
