import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { openFeed } from "../../../producer/index.ts";
import { openReplay } from "../../../producer/replay/replay.ts";
import { realData } from "../../support/data.ts";
import { accepted, firstLines, records, sent, tempFile } from "../support.ts";

const CSV = `event_time,symbol,price,size,condition
2020-05-14 09:30:00-04:00,SPY,280.1,100,A
2020-05-14 09:30:00-04:00,SPY,280.1,100,B
2020-05-14 09:30:01.5-04:00,IBM,118,,C
`;
const DAY = "2020-05-14T13:30:0";

describe("a replay of trades", () => {
	test("gives each row as a trade with a made id, what is unknown with it, keyed by symbol", async () => {
		const feed = await openReplay({ kind: "replay", files: [tempFile("a.csv", CSV)] });
		expect(feed).toMatchObject({ total: 3, live: false });
		const out = await records(feed);
		expect(out.map(({ key, time }) => [key, time])).toEqual([
			["SPY", Date.parse(`${DAY}0Z`)],
			["SPY", Date.parse(`${DAY}0Z`)],
			["IBM", Date.parse(`${DAY}1.5Z`)],
		]);
		const trades = out.map(({ data }) => JSON.parse(data.toString("utf8")));
		const spy = { symbol: "SPY", event_time: `${DAY}0.000Z`, price: 280.1, size: 100, source: "replay" };
		expect(trades).toEqual([
			{ trade_id: `SPY|${DAY}0.000Z|280.1|100|0`, ...spy, condition: "A" },
			{ trade_id: `SPY|${DAY}0.000Z|280.1|100|1`, ...spy, condition: "B" },
			{
				trade_id: `IBM|${DAY}1.500Z|118|0|0`,
				symbol: "IBM",
				event_time: `${DAY}1.500Z`,
				price: 118,
				size: 0,
				source: "replay",
				condition: "C",
			},
		]);
		for (const trade of trades) expect(Trade.parse(trade)).toEqual(trade);
	});

	test("gives the same each time", async () => {
		const file = tempFile("a.csv.gz", CSV);
		const once = await sent(await openReplay({ kind: "replay", files: [file] }));
		expect(await sent(await openReplay({ kind: "replay", files: [file] }))).toEqual(once);
	});

	test("takes columns by the map, and only the symbols that are asked for", async () => {
		const file = tempFile("a.csv", "when,who,last,bid\n2020-05-14T13:30:00Z,SPY,2,1\n2020-05-14T13:30:00Z,IBM,3,1\n");
		const map = { event_time: "when", symbol: "who", price: "last" };
		const feed = await openReplay({ kind: "replay", files: [file], map, symbols: ["IBM"] });
		expect(feed.total).toBe(1);
		expect(await sent(feed)).toMatchObject([{ symbol: "IBM", price: 3, bid: "1" }]);
	});

	test("of JSONL is the same", async () => {
		const file = tempFile(
			"a.jsonl",
			'{"ts":"2020-05-14 09:30:00-04:00","name":"FB","price":202.83,"more":{"a":1}}\n{"ts":"2020-05-14T13:30Z","name":"FB","price":203,"trade_id":"mine"}\n',
		);
		expect(await sent(await openReplay({ kind: "replay", files: [file] }))).toEqual([
			{
				trade_id: `FB|${DAY}0.000Z|202.83|0|0`,
				symbol: "FB",
				event_time: `${DAY}0.000Z`,
				price: 202.83,
				size: 0,
				source: "replay",
				more: { a: 1 },
			},
			{ trade_id: "mine", symbol: "FB", event_time: `${DAY}0.000Z`, price: 203, size: 0, source: "replay" },
		]);
	});
});

describe("interval data", () => {
	const bars = (times: string[]) =>
		`bar_start,symbol,open,high,low,close,volume\n${times.map((time) => `${time},SPY,1,3,1,2,100`).join("\n")}\n`;

	test("has its close as the price, and an id that says the smallest step", async () => {
		const file = tempFile("bars.csv", bars(["2020-05-14T13:30:00Z", "2020-05-14T13:32:00Z", "2020-05-14T13:33:00Z"]));
		const [first, ...more] = await sent(await openReplay({ kind: "replay", files: [file] }));
		expect(first).toEqual({
			trade_id: `SPY|${DAY}0.000Z|1m`,
			symbol: "SPY",
			event_time: `${DAY}0.000Z`,
			price: 2,
			size: 100,
			source: "replay",
			open: 1,
			high: 3,
			low: 1,
		});
		expect(more.map(({ trade_id }) => trade_id.split("|").at(-1))).toEqual(["1m", "1m"]);
	});

	test("takes the interval that it is told, and needs to be told where there is one time only", async () => {
		const file = tempFile("bars.csv", bars(["2020-05-14T13:30:00Z"]));
		await expect(openReplay({ kind: "replay", files: [file] })).rejects.toThrow(
			/its interval is unknown\. Add --interval 1m/,
		);
		const [only] = await sent(await openReplay({ kind: "replay", files: [file], interval: "5m" }));
		expect(only.trade_id).toBe(`SPY|${DAY}0.000Z|5m`);
	});
});

describe("the order of a file", () => {
	const back = "ts,name,price\n2020-05-14T13:30:09Z,A,1\n2020-05-14T13:30:00Z,B,2\n2020-05-14T13:30:09Z,C,3\n";

	test("is kept, and stops the replay where it goes back too far", async () => {
		const file = tempFile("a.csv", back);
		await expect(openReplay({ kind: "replay", files: [file] })).rejects.toThrow(/line 3: .*--order event-time/);
		const kept = await sent(await openReplay({ kind: "replay", files: [file], latenessMs: 9000 }));
		expect(kept.map(({ symbol }) => symbol)).toEqual(["A", "B", "C"]);
	});

	test("becomes that of the event times with --order event-time, equal ones as in the file", async () => {
		const feed = await openReplay({ kind: "replay", files: [tempFile("a.csv", back)], order: "event-time" });
		expect((await sent(feed)).map(({ symbol }) => symbol)).toEqual(["B", "A", "C"]);
	});

	test("by event time counts equal trades in the order of the file", async () => {
		const rows = ["13:30:09Z,A,1,x", "13:30:00Z,A,1,y", "13:30:09Z,A,1,z"].map((row) => `2020-05-14T${row}`);
		const file = tempFile("a.csv", `ts,name,price,note\n${rows.join("\n")}\n`);
		const trades = await sent(await openReplay({ kind: "replay", files: [file], order: "event-time" }));
		expect(trades.map(({ note, trade_id }) => note + trade_id.at(-1))).toEqual(["y0", "x0", "z1"]);
	});
});

describe("--rebase now", () => {
	test("keeps the spacing; at full speed the last trade is now; ids stay those of the file", async () => {
		const file = tempFile("a.csv", CSV);
		const plain = await sent(await openReplay({ kind: "replay", files: [file] }));
		const feed = await openReplay({ kind: "replay", files: [file], rebase: "now" });
		// What counts is when the sending begins, not when the file was opened.
		await new Promise((resolve) => setTimeout(resolve, 30));
		const before = Date.now();
		const moved = await sent(feed);
		const last = Date.parse(moved[2].event_time);
		expect(last).toBeGreaterThanOrEqual(before);
		expect(last).toBeLessThanOrEqual(Date.now());
		expect(last - Date.parse(moved[0].event_time)).toBe(1500);
		expect(moved.map(({ trade_id }) => trade_id)).toEqual(plain.map(({ trade_id }) => trade_id));
	});

	test("at real time begins now, and nothing is ahead of it", async () => {
		const feed = await openReplay({ kind: "replay", files: [tempFile("a.csv", CSV)], rebase: "now", speed: 10 });
		expect(feed.live).toBe(true);
		for await (const batch of feed.batches(new AbortController().signal)) {
			for (const { time } of batch.map(accepted)) expect(time).toBeLessThanOrEqual(Date.now() + 1);
		}
	});
});

describe("what stands in the way stops a replay before anything is sent", () => {
	test.each([
		[
			"a bad row",
			{ file: () => tempFile("a.csv", `${CSV}2020-05-14T13:30:02Z,SPY,free,1,D\n`) },
			/line 5, column price: "free"/,
		],
		["a missing column", { file: () => tempFile("a.csv", "ts,name\n") }, /has no column for price/],
		["a file that is not there", { file: () => "no.csv" }, /Cannot read no\.csv/],
		["an impossible speed", { file: () => tempFile("a.csv", CSV), speed: 0 }, /factor of real time above 0/],
		[
			"raw with a map",
			{ file: () => tempFile("a.csv", CSV), raw: true, map: { price: "a" } },
			/cannot be used with --map/,
		],
		["raw and rebase", { file: () => tempFile("a.csv", CSV), raw: true, rebase: "now" as const }, /with --rebase/],
	])("%s", async (_, { file, ...rest }, message) => {
		const opening = openFeed({ kind: "replay", files: [file()], ...rest });
		await expect(opening).rejects.toThrow(message);
		await expect(opening).rejects.toMatchObject({ name: "UserError" });
	});
});

describe("the real data", () => {
	const trades = realData("trades-2013-10-07.csv.gz");
	const bars = realData("bars-1s-2013-10-07.csv.gz");
	const yahoo = realData("yahoo-1m-2020-05-14.jsonl");

	test.runIf(trades)("the first 20,000 trades of a day are all there, as the contract has them", async () => {
		const file = await firstLines(trades as string, 20_001);
		const all = await sent(await openReplay({ kind: "replay", files: [file] }));
		expect(all).toHaveLength(20_000);
		const spy = all.filter(({ symbol }) => symbol === "SPY");
		expect(spy.map(({ sequence }) => sequence)).toEqual(spy.map((_, at) => at));
		for (const trade of all.slice(0, 500)) expect(Trade.parse(trade)).toEqual(trade);
		expect(all[0]).toMatchObject({ trade_id: "SPY-0", source: "replay", condition: "20002000" });
	});

	test.runIf(bars)("1-second bars are found to be interval data of 1 s", async () => {
		const file = await firstLines(bars as string, 5_001);
		const all = await sent(await openReplay({ kind: "replay", files: [file] }));
		expect(all[0]).toMatchObject({ trade_id: "AIG|2013-10-07T08:00:00.000Z|1s", price: 49.18, open: 49.18, size: 300 });
		expect(all).toHaveLength(5_000);
		expect(new Set(all.map(({ trade_id }) => trade_id)).size).toBe(5_000);
	});

	test.runIf(yahoo)("what a Yahoo collector wrote needs a price and an order, and has them all then", async () => {
		const file = yahoo as string;
		await expect(openReplay({ kind: "replay", files: [file] })).rejects.toThrow(/--map price=COLUMN/);
		await expect(openReplay({ kind: "replay", files: [file], map: { price: "high" } })).rejects.toThrow(/line 386: /);
		const feed = await openReplay({ kind: "replay", files: [file], map: { price: "high" }, order: "event-time" });
		const all = await sent(feed);
		expect(all).toHaveLength(3844);
		expect(all[0]).toMatchObject({ event_time: "2020-05-14T13:30:00.000Z", trade_id: expect.stringMatching(/\|1m$/) });
		const times = all.map(({ event_time }) => event_time);
		expect(times).toEqual([...times].sort());
	});
});
