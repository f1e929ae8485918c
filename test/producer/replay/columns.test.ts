import { describe, expect, test } from "vitest";
import { checkMap, findColumns, parseMap } from "../../../producer/replay/columns.ts";
import type { RowFile } from "../../../producer/replay/rows.ts";

const file = (columns: string[], byPosition = true): RowFile => ({
	file: "some.csv",
	columns,
	byPosition,
	async *rows() {},
});
const found = (columns: string[], map?: Record<string, string>) =>
	Object.fromEntries([...findColumns(file(columns), map).fields].map(([field, { column }]) => [field, column]));

describe("columns are found", () => {
	test("by the fields' own names, and by position", () => {
		const columns = findColumns(file(["trade_id", "price", "event_time", "symbol", "sequence"]));
		expect(columns.fields.get("price")).toEqual({ column: "price", at: 1 });
		expect(columns.fields.get("sequence")).toEqual({ column: "sequence", at: 4 });
		expect(columns.fields.has("size")).toBe(false);
	});

	test.each([
		["event_time", ["event_time", "bar_start", "timestamp", "time", "ts"]],
		["symbol", ["symbol", "ticker", "name"]],
		["price", ["price", "close"]],
		["size", ["size", "volume"]],
	])("for %s by its usual names, in this order: %j", (field, names) => {
		const needed = ["event_time", "symbol", "price"].filter((each) => each !== field);
		for (const [at, name] of names.entries()) {
			expect(found([...needed, ...names.slice(at).reverse()])[field]).toBe(name);
		}
	});

	test("whatever their case, an exact one first", () => {
		expect(found(["Time", "Ticker", "Close", "Volume"])).toEqual({
			event_time: "Time",
			symbol: "Ticker",
			price: "Close",
			size: "Volume",
		});
		expect(found(["TIME", "time", "symbol", "price"]).event_time).toBe("time");
	});

	test("by the map before all else; one column may serve two fields", () => {
		expect(found(["ts", "name", "high", "low", "price"], { price: "high" })).toEqual({
			event_time: "ts",
			symbol: "name",
			price: "high",
			high: "high",
			low: "low",
		});
	});

	test("by the map where the file has that column, else as ever", () => {
		expect(found(["ts", "name", "close"], { price: "last" }).price).toBe("close");
	});

	test("of a time in two parts, unless one column has just that name", () => {
		const two = findColumns(file(["day", "clock", "name", "close"]), { event_time: "day + clock" });
		expect(two.fields.get("event_time")).toEqual({ column: "day + clock", at: 0, second: 1 });
		expect(two.others).toEqual([]);
		const one = findColumns(file(["a+b", "a", "b", "name", "close"]), { event_time: "a+b" });
		expect(one.fields.get("event_time")).toEqual({ column: "a+b", at: 0 });
		expect(() => checkMap([file(["day", "name", "close"])], { event_time: "day+clock" })).toThrow(
			"--map names the column day+clock, which some.csv has not. Its columns are day, name, close.",
		);
		expect(() => checkMap([file(["ts", "a", "b"])], { price: "a+b" })).toThrow("names the column a+b");
	});

	test("but a column with the name of a field that comes from another is left out", () => {
		expect(findColumns(file(["ts", "name", "price", "last"]), { price: "last" }).others).toEqual([]);
	});

	test("and what no field takes is carried along", () => {
		expect(findColumns(file(["ts", "name", "price", "condition", "venue"])).others).toEqual([
			{ column: "condition", at: 3 },
			{ column: "venue", at: 4 },
		]);
	});

	test("in JSONL also those that the first line lacks", () => {
		const columns = findColumns(file(["ts", "name", "price"], false));
		expect(columns.fields.get("event_time")).toEqual({ column: "ts", at: "ts" });
		expect(columns.fields.get("sequence")).toEqual({ column: "sequence", at: "sequence" });
		expect(columns.others).toBeUndefined();
	});
});

describe("what cannot be found", () => {
	test("is named all at once, with the columns there are and the remedy", () => {
		expect(() => findColumns(file(["when", "last", "venue"]))).toThrow(
			"some.csv has no column for event_time, symbol, price. Its columns are when, last, venue. " +
				"Say which to take: --map event_time=COLUMN,symbol=COLUMN,price=COLUMN",
		);
	});

	test("because the map names a column that is not there, is said so", () => {
		expect(() => checkMap([file(["ts", "name", "close"])], { price: "last" })).toThrow(
			"--map names the column last, which some.csv has not. Its columns are ts, name, close.",
		);
	});

	test("because the map names a field that no trade has, is said so", () => {
		expect(() => checkMap([file(["ts", "name", "close"])], { prise: "close" })).toThrow(
			"--map names prise, which no trade has. Its fields are trade_id, symbol, event_time, price, size, source, sequence, " +
				"previous_close, quote_time, day_open, day_high, day_low, exchange, currency, side, trader, open, high, low.",
		);
	});

	test("in any of several files, is said of all of them", () => {
		const files = [file(["ts", "name", "close"]), file(["ts", "name", "price"])];
		expect(() => checkMap(files, { price: "close" })).not.toThrow();
		expect(() => checkMap(files, { price: "last", size: "qty" })).toThrow(
			"--map names the column last, qty, which none of the 2 files has. The columns of some.csv are ts, name, close.",
		);
	});
});

describe("--map", () => {
	test("takes several pairs, on top of earlier ones", () => {
		expect(parseMap("price=last, size = qty", { size: "volume", symbol: "name" })).toEqual({
			price: "last",
			size: "qty",
			symbol: "name",
		});
	});

	test.each(["price", "price=", "=last", "a=b=c", "", "price=last,"])("refuses %j with an example", (text) => {
		expect(() => parseMap(text)).toThrow(/--map takes field=column,.* Example: --map price=last/);
	});
});
