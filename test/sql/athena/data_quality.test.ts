/** The data-quality sheet: nothing to say of a good lake, and each rule found when it is broken. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tradesBetween } from "../../e2e/market.ts";
import { memoryLake } from "./lake.ts";
import { type Lake, lakeOf, type Market, marketOf } from "./market.ts";

let hour: Market & { lake: Lake };
beforeAll(async () => {
	const market = await marketOf(await tradesBetween("13:30", "14:30"));
	hour = { ...market, lake: await lakeOf(market) };
});
afterAll(() => hour.lake.close());

describe("data_quality", () => {
	type Rule = { rule: string; checked: number; failed: number };
	const broken = async () =>
		(await hour.lake.named<Rule>("data_quality"))
			.filter(({ failed }) => failed > 0)
			.map(({ rule, failed }) => [rule, failed]);

	test("of a lake without a mistake finds none, and counts what it looked at", async () => {
		const { lake } = hour;
		const rules = await lake.named<Rule>("data_quality");
		const minutes = hour.bars.filter(({ interval }) => interval === "1m").length;
		expect(rules.map(({ checked }) => checked)).toEqual([
			...Array(3).fill(hour.rows.length),
			...Array(2).fill(hour.bars.length),
			minutes,
			minutes,
			hour.bars.length - minutes,
			hour.hits.length,
			hour.rows.length + minutes,
			0,
			0,
			0,
		]);
		expect(rules.slice(0, 9).every(({ failed }) => failed === 0)).toBe(true);
		expect(await broken()).toEqual([["records: duplicates", minutes]]);
	});

	test("over nothing has nothing to say", async () => {
		const lake = await memoryLake();
		expect((await lake.named<Rule>("data_quality")).map(({ checked, failed }) => checked + failed)).toEqual(
			Array(13).fill(0),
		);
	});

	test.each([
		["INSERT INTO trades SELECT * FROM trades LIMIT 2", "a trade is there once"],
		["UPDATE trades SET price = 0 WHERE trade_id = (SELECT min(trade_id) FROM trades)", "a trade has a price above 0"],
		["UPDATE trades SET size = -1 WHERE trade_id = (SELECT min(trade_id) FROM trades)", "a trade has a price above 0"],
		["UPDATE trades SET day = DATE '2013-10-08'", "a trade is in the partition"],
		["INSERT INTO bars SELECT * FROM bars WHERE interval = '1d'", "a bar is there once"],
		["UPDATE bars SET high = open / 2 WHERE interval = '1h'", "a bar has open and close between"],
		["DELETE FROM trades WHERE symbol = 'IBM'", "a 1-minute bar counts the trades"],
		["UPDATE counts SET trades = trades + 1", "counts and 1-minute bars say the same"],
		["DELETE FROM counts WHERE symbol = 'IBM'", "counts and 1-minute bars say the same"],
		["UPDATE bars SET volume = volume + 1 WHERE interval = '5m'", "a larger bar is the sum"],
		["INSERT INTO hits SELECT * FROM hits LIMIT 1", "a hit is there once"],
		["INSERT INTO rejects (reason, day) VALUES ('late', DATE '2013-10-07')", "records: late"],
	])("finds it: %s", async (mistake, rule) => {
		const { lake } = hour;
		const { connection } = lake;
		await connection.run("BEGIN");
		try {
			await connection.run(mistake);
			expect((await broken()).some(([name]) => String(name).startsWith(rule))).toBe(true);
		} finally {
			await connection.run("ROLLBACK");
		}
	});
});
