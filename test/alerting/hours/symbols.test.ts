import { describe, expect, test } from "vitest";
import { calendarOf, type ExchangeEntry } from "../../../alerting/hours/hours.ts";

describe("the calendar of a symbol", () => {
	test.each([
		["AAPL", "XNYS"],
		["BRK.B", "XNYS"],
		["T", "XNYS"],
		["", "XNYS"],
		[".L", "XNYS"],
		["SHOP.TO", "XTSE"],
		["VOD.L", "XLON"],
		["MC.PA", "XPAR"],
		["ASML.AS", "XAMS"],
		["ABI.BR", "XBRU"],
		["EDP.LS", "XLIS"],
		["SAP.DE", "XETR"],
		["0700.HK", "XHKG"],
		["7203.T", "XTKS"],
		["600519.SS", "XSHG"],
		["000001.SZ", "XSHG"],
		["2330.TW", "XTAI"],
		["005930.KS", "XKRX"],
		["035720.KQ", "XKRX"],
		["RELIANCE.NS", "XBOM"],
		["RELIANCE.BO", "XBOM"],
		["BHP.AX", "XASX"],
		["vod.l", "XNYS"],
	])("%s by its ending: %s", (symbol, calendar) => {
		expect(calendarOf(symbol)).toBe(calendar);
		expect(calendarOf(symbol, [])).toBe(calendar);
	});

	const exchanges: ExchangeEntry[] = [
		{ symbols: ["*-USD", "*-EUR"], calendar: "24/7" },
		{ symbols: ["DAX*", "^GDAXI"], calendar: "XETR" },
		{ symbols: ["A*Z*9", "X.Y", "(a|b)+", "[ab]", "c?", "d\\e", "f$"], calendar: "XLON" },
		{ symbols: ["AAPL", "DAX2", "VOD.L"], calendar: "XASX" },
		{ symbols: [], calendar: "XTKS" },
	];

	test.each([
		["BTC-USD", "24/7"],
		["-USD", "24/7"],
		["BTC-USDT", "XNYS"],
		["BTC-USD.T", "XTKS"],
		["DAX", "XETR"],
		["DAX2", "XETR"],
		["MDAX", "XNYS"],
		["^GDAXI", "XETR"],
		["AZ9", "XLON"],
		["A1Z2\n9", "XLON"],
		["A1Z29x", "XNYS"],
		["X.Y", "XLON"],
		["XaY", "XNYS"],
		["(a|b)+", "XLON"],
		["a", "XNYS"],
		["[ab]", "XLON"],
		["c?", "XLON"],
		["c", "XNYS"],
		["d\\e", "XLON"],
		["f$", "XLON"],
		["AAPL", "XASX"],
		["AAPLX", "XNYS"],
		["aapl", "XNYS"],
		["VOD.L", "XASX"],
		["BP.L", "XLON"],
	])("%s by patterns: %s", (symbol, calendar) => {
		expect(calendarOf(symbol, exchanges)).toBe(calendar);
	});

	test("a star fits everything", () => {
		expect(calendarOf("VOD.L", [{ symbols: ["*"], calendar: "24/7" }])).toBe("24/7");
	});
});
