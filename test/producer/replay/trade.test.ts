import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { findColumns } from "../../../producer/replay/columns.ts";
import { BadRow } from "../../../producer/replay/rows.ts";
import { timeReader } from "../../../producer/replay/times.ts";
import { isIntervalData, tradeReader } from "../../../producer/replay/trade.ts";

const NOW = Date.parse("2020-05-14T13:31:00.000Z");
const csv = (columns: string[], map?: Record<string, string>) => {
	const found = findColumns({ file: "a.csv", columns, byPosition: true, async *rows() {} }, map);
	const read = tradeReader(found, { now: () => NOW });
	return (...cells: string[]) => read({ line: 7, cells: cells as never });
};
const json = (row: Record<string, unknown>, columns = Object.keys(row)) => {
	const found = findColumns({ file: "a.jsonl", columns, byPosition: false, async *rows() {} });
	return tradeReader(found, { now: () => NOW })({ line: 7, cells: row });
};
const good = { event_time: "2020-05-14 09:30:00-04:00", symbol: "SPY", price: 1.5 };

describe("a row becomes a trade", () => {
	test("with its time in UTC with milliseconds, size 0 and source replay where they are missing", () => {
		const { trade, time, line } = csv(["ts", "ticker", "close"])("2020-05-14 09:30:00-04:00", " SPY ", "1.50");
		expect(trade).toEqual({
			trade_id: "",
			symbol: "SPY",
			event_time: "2020-05-14T13:30:00.000Z",
			price: 1.5,
			size: 0,
			source: "replay",
		});
		expect(time).toBe(Date.parse(trade.event_time));
		expect(line).toBe(7);
	});

	test("that the contract accepts, with all its fields as their types and the rest as it is", () => {
		const columns = Object.keys(Trade.shape);
		const cells: Record<string, string> = {
			trade_id: "17",
			symbol: "SPY",
			event_time: "2020-05-14T13:30:00.1Z",
			price: "1e2",
			size: "3.0",
			source: "mine",
			sequence: "12",
			previous_close: "99.5",
			quote_time: "2020-05-14T13:29:59Z",
			day_open: "1",
			day_high: "2",
			day_low: ".5",
			exchange: "P",
			currency: "USD",
			side: "sell",
			trader: "Ada",
			open: "1",
			high: "101",
			low: "1",
		};
		const read = csv([...columns, "condition", "empty"]);
		const { trade } = read(...columns.map((column) => cells[column] as string), "20002000", "");
		expect(Trade.parse(trade)).toEqual(trade);
		expect(trade).toEqual({
			...cells,
			event_time: "2020-05-14T13:30:00.100Z",
			price: 100,
			size: 3,
			sequence: 12,
			previous_close: 99.5,
			quote_time: "2020-05-14T13:29:59.000Z",
			day_open: 1,
			day_high: 2,
			day_low: 0.5,
			open: 1,
			high: 101,
			low: 1,
			condition: "20002000",
			empty: "",
		});
	});

	test("without the optional fields whose cells are empty or null", () => {
		expect(csv(["ts", "symbol", "price", "size", "sequence"])(good.event_time, "SPY", "1", "", "").trade).toEqual({
			trade_id: "",
			symbol: "SPY",
			event_time: "2020-05-14T13:30:00.000Z",
			price: 1,
			size: 0,
			source: "replay",
		});
		expect(json({ ...good, exchange: null }).trade).not.toHaveProperty("exchange");
	});

	test("of JSON with whatever else is in it, and with numbers for texts", () => {
		expect(json({ ...good, trade_id: 17, note: { deep: [1] }, price: "2" }).trade).toMatchObject({
			trade_id: "17",
			price: 2,
			note: { deep: [1] },
		});
	});

	test("with its time in two columns, by the clocks of a time zone", () => {
		const found = findColumns(
			{ file: "a.csv", columns: ["date", "time", "symbol", "price"], byPosition: true, async *rows() {} },
			{ event_time: "date+time" },
		);
		const read = tradeReader(found, { times: timeReader({ timeZone: "America/New_York" }), now: () => NOW });
		const of = (...cells: string[]) => read({ line: 7, cells: cells as never });
		expect(of("2020-05-14", "09:30:00", "SPY", "1").trade).toMatchObject({ event_time: "2020-05-14T13:30:00.000Z" });
		expect(of("2020-05-14", "", "SPY", "1").trade).toMatchObject({ event_time: "2020-05-14T04:00:00.000Z" });
		expect(() => of("", "", "SPY", "1")).toThrow('line 7, column date+time: "" where a trade needs its event_time');
		expect(() => of("2020-05-14", "noon", "SPY", "1")).toThrow(
			'line 7, column date+time: "2020-05-14 noon" is not an ISO 8601 time',
		);
	});

	test("with its time in two fields of JSON, which are not carried along", () => {
		const file = { file: "a", columns: ["date", "time", "symbol", "price"], byPosition: false, async *rows() {} };
		const read = tradeReader(findColumns(file, { event_time: "date+time" }));
		const { trade } = read({
			line: 1,
			cells: { date: "2020-05-14", time: "09:30Z", symbol: "SPY", price: 1, venue: "P" },
		});
		expect(trade).toEqual({
			trade_id: "",
			symbol: "SPY",
			event_time: "2020-05-14T09:30:00.000Z",
			price: 1,
			size: 0,
			source: "replay",
			venue: "P",
		});
	});

	test("in the second of two hours with the same name where the file has passed the first", () => {
		const found = findColumns({
			file: "a",
			columns: ["ts", "quote_time", "symbol", "price"],
			byPosition: true,
			async *rows() {},
		});
		const zone = { timeZone: "America/New_York" };
		const reader = (disorderMs?: number) => {
			const read = tradeReader(found, {
				times: timeReader(zone),
				quoteTimes: timeReader(zone),
				...(disorderMs === undefined ? {} : { disorderMs }),
			});
			return (time: string) => {
				const { trade } = read({ line: 2, cells: [`2019-11-03 ${time}`, `2019-11-03 ${time}`, "SPY", "1"] as never });
				expect(trade.quote_time).toBe(trade.event_time);
				return trade.event_time.slice(11, 19);
			};
		};
		const times = ["01:59:59", "01:59:58", "01:00:00", "01:30:00", "01:29:59", "02:00:00"];
		const monotone = ["05:59:59", "05:59:58", "06:00:00", "06:30:00", "06:29:59", "07:00:00"];
		expect(times.map(reader(2000))).toEqual(monotone);
		// A file that will be sorted says nothing by its order.
		expect(times.map(reader())).toEqual([...monotone.slice(0, 2), "05:00:00", "05:30:00", "05:29:59", "07:00:00"]);
	});

	test("without a column that has the name of a field which comes from elsewhere", () => {
		const read = csv(["ts", "symbol", "price", "last"], { price: "last" });
		expect(read(good.event_time, "SPY", "old", "2").trade).toMatchObject({ price: 2 });
		const found = findColumns(
			{ file: "a", columns: ["ts", "symbol", "last"], byPosition: false, async *rows() {} },
			{ price: "last" },
		);
		const row = { ts: good.event_time, symbol: "SPY", price: "old", last: 2 };
		expect(tradeReader(found)({ line: 1, cells: row }).trade).toMatchObject({ price: 2 });
	});

	test("up to a minute ahead of now", () => {
		expect(json({ ...good, event_time: "2020-05-14T13:32:00.000Z" }).time).toBe(NOW + 60_000);
	});
});

describe("a row that is none names line, column and value", () => {
	test.each([
		[
			{ ...good, event_time: "2020-05-14 09:30" },
			'line 7, column event_time: "2020-05-14 09:30" has no offset from UTC: say in which time zone it is, such as --time-zone',
		],
		[{ ...good, event_time: 20200514093 }, "line 7, column event_time: 20200514093 lies in the future"],
		[{ ...good, event_time: 93000 }, "line 7, column event_time: 93000 is not an ISO 8601 time with its offset"],
		[{ ...good, event_time: "2099-01-01T00:00:00Z" }, "lies in the future"],
		[{ ...good, symbol: "  " }, 'line 7, column symbol: "  " is blank'],
		[{ ...good, symbol: ["SPY"] }, 'column symbol: ["SPY"] is not a text'],
		[{ ...good, price: "abc" }, 'line 7, column price: "abc" is not a number'],
		[{ ...good, price: "0x10" }, "is not a number"],
		[{ ...good, price: "1e999" }, "is not a number"],
		[{ ...good, price: true }, "is not a number"],
		[{ ...good, price: 0 }, "line 7, column price: 0 is not a price: it must be above 0"],
		[{ ...good, price: "-1" }, 'line 7, column price: "-1" is not a price'],
		[{ ...good, price: "" }, 'line 7, column price: "" where a trade needs its price'],
		[{ ...good, price: null }, "column price: null where a trade needs its price"],
		[{ ...good, size: 1.5 }, "column size: 1.5 is not a whole number of shares"],
		[{ ...good, size: -1 }, "column size: -1 is not a whole number of shares"],
		[{ ...good, sequence: 0.5 }, "column sequence: 0.5 is not whole"],
		[{ ...good, previous_close: 0 }, "column previous_close: 0 is not a price"],
		[{ ...good, high: 1, low: 2 }, "column high: 1 is below the low, 2"],
		[{ ...good, side: "long" }, 'column side: "long" is neither "buy" nor "sell"'],
		[{ ...good, quote_time: "soon" }, 'column quote_time: "soon" is not an ISO 8601 time'],
		[{ ...good, source: "clock" }, 'column source: "clock" is what clock records have'],
	])("%j", (row, message) => {
		let error: unknown;
		try {
			json(row);
		} catch (caught) {
			error = caught;
		}
		expect(error).toBeInstanceOf(BadRow);
		expect((error as BadRow).message).toContain(message);
	});

	test("by the file's own name of the column", () => {
		expect(() =>
			csv(["when", "who", "last"], { event_time: "when", symbol: "who", price: "last" })("x", "SPY", "1"),
		).toThrow('line 7, column when: "x" is not');
	});

	test("and a field that a JSON line lacks", () => {
		expect(() => json({ event_time: good.event_time, symbol: "SPY" }, ["event_time", "symbol", "price"])).toThrow(
			"line 7, column price: nothing where a trade needs its price",
		);
	});
});

test("interval data is what has an open, high or low", () => {
	const is = (columns: string[], map?: Record<string, string>) => {
		const file = { file: "a", columns, byPosition: true, async *rows() {} };
		return isIntervalData(findColumns(file, map), columns);
	};
	expect(is(["ts", "name", "close"])).toBe(false);
	expect(is(["ts", "name", "close", "high", "low"])).toBe(true);
	expect(is(["ts", "name", "close", "o"], { open: "o" })).toBe(true);
	expect(is(["ts", "name", "price", "day_high"])).toBe(false);
});

describe("a row of anything", () => {
	const anything = fc.oneof(
		fc.string(),
		fc.constantFrom(
			"",
			" ",
			"SPY",
			"1",
			"-1",
			"0",
			"1.5",
			"1e400",
			"buy",
			"clock",
			"2020-05-14T09:30:00Z",
			"0000-02-29T00Z",
		),
		fc.integer(),
		fc.double(),
		fc.constantFrom(null, undefined, true, [], {}, 0, 1, 100, 2 ** 60),
	);
	// A few fields of anything in a good row, so that many rows are good still.
	const fields = fc.constantFrom(...Object.keys(Trade.shape), "venue");
	const rows = fc
		.dictionary(fields, anything, { maxKeys: 3 })
		.map((some) => ({ ...good, event_time: "2020-05-14T13:30:00.000Z", ...some }));
	const columns = ["event_time", "symbol", "price"];

	test("is refused, or is a trade by the contract; what the contract takes is not refused", () => {
		let [taken, refused] = [0, 0];
		fc.assert(
			fc.property(rows, (row) => {
				let trade: Trade;
				try {
					trade = json(row, columns).trade;
				} catch (error) {
					expect(error).toBeInstanceOf(BadRow);
					refused++;
					const asked = Trade.safeParse({ trade_id: "made", size: 0, source: "replay", ...withoutEmpty(row) });
					// But for what only a clock on the wall, or two prices together, can tell.
					if (asked.success)
						expect((error as Error).message).toMatch(/lies in the future|is below the low|clock records/);
					return;
				}
				taken++;
				expect(Trade.parse({ ...trade, trade_id: trade.trade_id || "made" })).toMatchObject({ symbol: trade.symbol });
			}),
			{ numRuns: 2000 },
		);
		expect(taken).toBeGreaterThan(100);
		expect(refused).toBeGreaterThan(100);
	});

	const withoutEmpty = (row: object) =>
		Object.fromEntries(
			Object.entries(row).filter(([, value]) => value !== undefined && value !== null && value !== ""),
		);
});
