import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { type Feed, isRejected, type ReplaySpec } from "../../../producer/feed.ts";
import { openFeed } from "../../../producer/index.ts";
import { openReplay } from "../../../producer/replay/replay.ts";
import { realData } from "../../support/data.ts";
import { accepted, firstLines, flat, records, sent, tempFile } from "../support.ts";

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

describe("many files", () => {
	const at = (second: number, symbol: string, price = 1) =>
		`${new Date(Date.UTC(2020, 4, 14) + second * 1000).toISOString()},${symbol},${price}\n`;
	const HEAD = "ts,symbol,price\n";
	const named = (trades: { symbol: string; event_time: string }[]) =>
		trades.map(({ symbol, event_time }) => symbol + Number(event_time.slice(17, 19))).join(" ");

	test("are one replay in time order, each with its own columns and form", async () => {
		const files = [
			tempFile("late.csv", HEAD + at(8, "A") + at(9, "A")),
			tempFile("early.jsonl.gz", '{"time":"2020-05-14T00:00:01Z","ticker":"B","last":7}\n'),
			tempFile("middle.csv", `symbol,price,last,ts\nC,1,5,2020-05-14T00:00:05Z\n`),
		];
		const feed = await openReplay({ kind: "replay", files, map: { price: "last" } });
		expect(feed).toMatchObject({ total: 4, name: `replay of 3 files, ${files[0]} to ${files[2]}` });
		const trades = await sent(feed);
		expect(named(trades)).toBe("B1 C5 A8 A9");
		expect(trades.map(({ price }) => price)).toEqual([7, 5, 1, 1]);
	});

	test("that overlap are merged, equal times in the order of the arguments; ids are unique over all of them", async () => {
		const one = tempFile("1.csv", HEAD + at(1, "A") + at(3, "A") + at(5, "A"));
		const two = tempFile("2.csv", HEAD + at(1, "A") + at(2, "B") + at(5, "A", 2) + at(5, "A"));
		const trades = await sent(await openReplay({ kind: "replay", files: [two, one] }));
		expect(named(trades)).toBe("A1 A1 B2 A3 A5 A5 A5");
		expect(trades.slice(4).map(({ price, trade_id }) => price + trade_id.slice(-2))).toEqual(["2|0", "1|0", "1|1"]);
		expect(new Set(trades.map(({ trade_id }) => trade_id)).size).toBe(7);
		const again = await sent(await openReplay({ kind: "replay", files: [two, one], order: "event-time" }));
		expect(again).toEqual(trades);
	});

	test("into which one is split, however, give what the one gives", async () => {
		const trades = fc.array(fc.tuple(fc.nat(3), fc.constantFrom("A", "B"), fc.constantFrom(1, 2), fc.nat(4)), {
			minLength: 1,
			maxLength: 60,
		});
		await fc.assert(
			fc.asyncProperty(trades, async (rows) => {
				let second = 0;
				const parts = new Map<number, string>();
				let [all, before] = ["", rows[0]?.[3] ?? 0];
				for (const [step, symbol, price, part] of rows) {
					second += step;
					// What ties stays together: nothing tells the order between files then.
					if (step > 0) before = part;
					const line = at(second / 1000, symbol, price);
					all += line;
					parts.set(before, (parts.get(before) ?? "") + line);
				}
				const one = await sent(await openReplay({ kind: "replay", files: [tempFile("all.csv", HEAD + all)] }));
				const files = [...parts.values()].map((text, each) => tempFile(`${each}.csv`, HEAD + text));
				expect(await sent(await openReplay({ kind: "replay", files }))).toEqual(one);
			}),
			{ numRuns: 40 },
		);
	});

	test("of a hundred thousand trades, overlapping, are merged in passing", async () => {
		const texts = Array.from({ length: 5 }, () => HEAD);
		for (let each = 0; each < 100_000; each++) texts[(each * 7919) % 5] += at(each / 1000, "A", each + 1);
		const feed = await openReplay({ kind: "replay", files: texts.map((text, each) => tempFile(`${each}.csv`, text)) });
		let [count, largest] = [0, 0];
		for await (const batch of feed.batches(new AbortController().signal)) {
			for (const item of batch) expect(JSON.parse(accepted(item).data.toString("utf8")).price).toBe(++count);
			largest = Math.max(largest, batch.length);
		}
		expect(count).toBe(100_000);
		expect(largest).toBeLessThanOrEqual(1000);
	});

	test("may hold trades and interval data, whose interval is the smallest step of all", async () => {
		const bars = "ts,symbol,open,close\n";
		const bar = (minute: number) => `2020-05-14T00:0${minute}:00Z,A,1,2\n`;
		const files = [bars + bar(0), bars + bar(3) + bar(5), HEAD + at(70, "B")].map((text) => tempFile("a.csv", text));
		const trades = await sent(await openReplay({ kind: "replay", files }));
		expect(trades.map(({ trade_id }) => trade_id.split("|").slice(2).join("|"))).toEqual(["2m", "1|0|0", "2m", "2m"]);
	});

	test("sent raw go one after the other, as they are", async () => {
		const files = [tempFile("2.jsonl", "two\nthree\n"), tempFile("1.jsonl.gz", "one")];
		const feed = await openReplay({ kind: "replay", files, raw: true });
		expect(feed).toMatchObject({ total: 3, name: `raw replay of 2 files, ${files[0]} to ${files[1]}` });
		expect((await records(feed)).map(({ data }) => data.toString("utf8"))).toEqual(["two", "three", "one"]);
	});
});

describe("times", () => {
	const rows = "when,symbol,price\n05/14/2020 09:30:00,SPY,1\n05/14/2020 16:00:00,SPY,2\n";
	const format = { map: { event_time: "when" }, timeFormat: "MM/dd/yyyy HH:mm:ss", timeZone: "America/New_York" };

	test("may have a form and a time zone of their own", async () => {
		const trades = await sent(await openReplay({ kind: "replay", files: [tempFile("a.csv", rows)], ...format }));
		expect(trades.map(({ event_time }) => event_time)).toEqual([
			"2020-05-14T13:30:00.000Z",
			"2020-05-14T20:00:00.000Z",
		]);
	});

	test("that are numbers have their unit said", async () => {
		const file = tempFile(
			"a.jsonl",
			'{"ts":1589463000,"symbol":"SPY","price":1}\n{"ts":1589463000.5,"symbol":"SPY","price":1}\n',
		);
		const feed = await openReplay({ kind: "replay", files: [file] });
		expect(feed.name).toBe(`replay of ${file}, times in seconds since 1970`);
		expect((await sent(feed)).map(({ event_time }) => event_time)).toEqual([`${DAY}0.000Z`, `${DAY}0.500Z`]);
		const told = await openReplay({ kind: "replay", files: [file], timeUnit: "s" });
		expect(told.name).toBe(`replay of ${file}`);
	});

	test("without an offset need a time zone", async () => {
		const file = tempFile("a.csv", "ts,symbol,price\n2020-05-14 09:30:00,SPY,1\n");
		await expect(openReplay({ kind: "replay", files: [file] })).rejects.toThrow(
			`${file}, line 2, column ts: "2020-05-14 09:30:00" has no offset from UTC: say in which time zone it is, such as --time-zone America/New_York`,
		);
	});

	test("are limited by days of the time zone, from inclusive, to exclusive", async () => {
		const file = tempFile("a.csv", rows);
		const of = async (from?: string, to?: string) =>
			(await sent(await openReplay({ kind: "replay", files: [file], ...format, from, to }))).map(({ price }) => price);
		expect(await of("2020-05-14", "2020-05-15")).toEqual([1, 2]);
		expect(await of("2020-05-14T09:30", "2020-05-14T16:00")).toEqual([1]);
		expect(await of("2020-05-14T13:30:01Z")).toEqual([2]);
		await expect(of("2020-05-15")).rejects.toThrow(
			`There is no trade from 2020-05-15T04:00:00.000Z in ${file}. Its times go from 2020-05-14T13:30:00.000Z to 2020-05-14T20:00:00.000Z.`,
		);
	});

	test("left out do not count where the rest is moved to the present", async () => {
		const limited = { from: "2020-05-14T09:30", to: "2020-05-14T10:00" };
		const feed = await openReplay({
			kind: "replay",
			files: [tempFile("a.csv", rows)],
			...format,
			...limited,
			rebase: "now",
		});
		const before = Date.now();
		const [{ time = 0 } = {}] = await records(feed);
		expect(time).toBeGreaterThanOrEqual(before);
	});

	test("of a quote move along", async () => {
		const file = tempFile("a.csv", "ts,quote_time,symbol,price\n2020-05-14T13:30:00Z,2020-05-14T13:29:59Z,SPY,1\n");
		const [trade] = await sent(await openReplay({ kind: "replay", files: [file], rebase: "now" }));
		expect(Date.parse(trade.event_time) - Date.parse(trade.quote_time)).toBe(1000);
	});
});

describe("rows that are no trades, put aside", () => {
	const HEAD = "ts,symbol,price\n";
	const text = `${HEAD}2020-05-14T13:30:00Z,SPY,free\n${DAY}1Z,SPY,1\nshort\n${DAY}2Z,SPY,2\n${DAY}3Z,"",3\n`;

	test("come in their place with file, line, column and value, and with their text; the rest is sent", async () => {
		const file = tempFile("a.csv", text);
		const feed = await openReplay({ kind: "replay", files: [file], rejects: true });
		expect(feed.total).toBe(5);
		const items = await flat(feed.batches(new AbortController().signal));
		expect(items.map((item) => (isRejected(item) ? item : JSON.parse(item.data.toString("utf8")).price))).toEqual([
			{
				rejected: `${file}, line 2, column price: "free" is not a number`,
				payload: "2020-05-14T13:30:00Z,SPY,free",
			},
			1,
			{ rejected: `${file}, line 4: "short" has 1 cells where the first line names 3 columns`, payload: "short" },
			2,
			{
				rejected: `${file}, line 6, column symbol: "" where a trade needs its symbol`,
				payload: `${DAY}3Z,"",3`,
			},
		]);
	});

	test("come from every file, also from one that has nothing else", async () => {
		const files = [tempFile("1.csv", `${HEAD}x,y,z\n`), tempFile("2.csv", `${HEAD}${DAY}1Z,SPY,1\n`)];
		const feed = await openReplay({ kind: "replay", files, rejects: true });
		const items = await flat(feed.batches(new AbortController().signal));
		expect(items.map(isRejected)).toEqual([true, false]);
	});

	test("stop it where they are not to be put aside, and the remedy is named", async () => {
		await expect(openReplay({ kind: "replay", files: [tempFile("a.csv", text)] })).rejects.toThrow(
			/3 of 5 rows are no trades\. Nothing was sent\.[\s\S]*--rejects FILE/,
		);
	});

	test("are sorted along, and paced along", async () => {
		for (const more of [{ order: "event-time" }, { speed: 1e6 }] as const) {
			const feed = await openReplay({ kind: "replay", files: [tempFile("a.csv", text)], rejects: true, ...more });
			const items = await flat(feed.batches(new AbortController().signal));
			expect(items.map(isRejected)).toEqual([true, false, true, false, true]);
		}
	});
});

describe("symbols", () => {
	test("that no file has stop it, with those there are; some that are missing are told of", async () => {
		const file = tempFile("a.csv", CSV);
		await expect(openReplay({ kind: "replay", files: [file], symbols: ["AAPL", "ibm"] })).rejects.toThrow(
			`There is no trade of AAPL, ibm in ${file}. The symbols there are IBM, SPY.`,
		);
		const feed = await openReplay({ kind: "replay", files: [file], symbols: ["AAPL", "IBM", "BAC"] });
		const told: string[] = [];
		expect(await flat(feed.batches(new AbortController().signal, (line) => told.push(line)))).toHaveLength(1);
		expect(told).toEqual([`There is no trade of AAPL, BAC in ${file}.`]);
	});
});

describe("--loop", () => {
	/** The first trades of a feed without end, and when each came. */
	async function firstOf(feed: Feed, count: number) {
		const found: { time: number; came: number; id: string }[] = [];
		const stop = new AbortController();
		for await (const batch of feed.batches(stop.signal)) {
			for (const item of batch.map(accepted)) {
				const { trade_id: id } = JSON.parse(item.data.toString("utf8"));
				found.push({ time: item.time as number, came: Date.now(), id });
			}
			if (found.length >= count) stop.abort();
		}
		return found.slice(0, count);
	}

	test("begins anew at the end, a second later; times and ids go on", async () => {
		const files = [tempFile("a.csv", CSV)];
		const feed = await openReplay({ kind: "replay", files, loop: true, speed: 1000 });
		expect(feed).toMatchObject({ total: undefined, live: true, name: `replay of ${files[0]}, over and over` });
		const found = await firstOf(feed, 9);
		const start = Date.parse(`${DAY}0Z`);
		expect(found.map(({ time }) => time - start)).toEqual([0, 0, 1500, 2500, 2500, 4000, 5000, 5000, 6500]);
		expect(found.slice(2, 6).map(({ id }) => id)).toEqual([
			`IBM|${DAY}1.500Z|118|0|0`,
			`SPY|${DAY}0.000Z|280.1|100|0~1`,
			`SPY|${DAY}0.000Z|280.1|100|1~1`,
			`IBM|${DAY}1.500Z|118|0|0~1`,
		]);
		expect(new Set(found.map(({ id }) => id)).size).toBe(9);
	});

	test("of interval data goes on by its interval, ids of the file's own with the round", async () => {
		const bars = "ts,symbol,open,close,trade_id\n2020-05-14T13:30Z,SPY,1,2,a\n2020-05-14T13:31Z,SPY,1,2,b\n";
		const feed = await openReplay({ kind: "replay", files: [tempFile("a.csv", bars)], loop: true, speed: "max" });
		const found = await firstOf(feed, 5);
		expect(found.map(({ time }) => (time - Date.parse(`${DAY}0Z`)) / 60_000)).toEqual([0, 1, 2, 3, 4]);
		expect(found.map(({ id }) => id)).toEqual(["a", "b", "a~1", "b~1", "a~2"]);
	});

	test("moved to the present is never ahead of it, however fast it is sent", async () => {
		for (const speed of [1000, "max"] as const) {
			const feed = await openReplay({
				kind: "replay",
				files: [tempFile("a.csv", CSV)],
				loop: true,
				rebase: "now",
				speed,
			});
			const found = await firstOf(feed, 5);
			// A millisecond for the timer.
			for (const { time, came } of found) expect(time).toBeLessThanOrEqual(came + 1);
			expect((found[3]?.time as number) - (found[2]?.time as number)).toBe(1000);
		}
	});

	test("rejects a row once", async () => {
		const file = tempFile("a.csv", `${CSV}oops\n`);
		const feed = await openReplay({ kind: "replay", files: [file], loop: true, rejects: true, speed: 1000 });
		let [rejected, rest] = [0, 0];
		const stop = new AbortController();
		for await (const batch of feed.batches(stop.signal)) {
			for (const item of batch) isRejected(item) ? rejected++ : rest++;
			if (rest >= 12) stop.abort();
		}
		expect(rejected).toBe(1);
	});
});

describe("what stands in the way stops a replay before anything is sent", () => {
	const good = () => tempFile("a.csv", CSV);
	test.each<[string, () => Partial<ReplaySpec>, (spec: Partial<ReplaySpec>) => string]>([
		[
			"a missing column",
			() => ({ files: [tempFile("a.csv", "ts,name,last\n")] }),
			({ files }) =>
				`${files?.[0]} has no column for price. Its columns are ts, name, last. Say which to take: --map price=COLUMN`,
		],
		[
			"a wrong column",
			() => ({ files: [good()], map: { price: "last" } }),
			({ files }) =>
				`--map names the column last, which ${files?.[0]} has not. Its columns are event_time, symbol, price, size, condition.`,
		],
		[
			"a file that is not there",
			() => ({ files: ["no.csv"] }),
			() => "Cannot read no.csv: there is no such file. Check the path; it is taken from the current folder.",
		],
		[
			"a pattern that the shell found nothing for",
			() => ({ files: ["days/*.csv"] }),
			() =>
				"Cannot read days/*.csv: there is no file of this pattern. Check the path; it is taken from the current folder.",
		],
		[
			"an empty CSV file",
			() => ({ files: [good(), tempFile("b.csv", "")] }),
			({ files }) => `${files?.[1]} is empty: the first line of a CSV file names its columns.`,
		],
		[
			"an empty JSONL file",
			() => ({ files: [tempFile("b.jsonl", "\n")] }),
			({ files }) => `${files?.[0]} is empty: it needs one JSON object a line.`,
		],
		[
			"another kind of file",
			() => ({ files: [tempFile("b.parquet", "")] }),
			({ files }) =>
				`Cannot tell what is in ${files?.[0]}: its name ends neither in .csv nor in .jsonl (nor that with .gz).`,
		],
		[
			"interval data of one time",
			() => ({ files: [tempFile("b.csv", "ts,symbol,open,close\n2020-05-14T13:30Z,A,1,2\n")] }),
			({ files }) =>
				`There is interval data in ${files?.[0]}, but of one time only, so that its interval is unknown. Add --interval 1m.`,
		],
		[
			"an impossible speed",
			() => ({ files: [good()], speed: 0 }),
			() => "--speed takes a factor of real time above 0, such as 1 or 60, or max, but was given 0.",
		],
		[
			"a limit that is none",
			() => ({ files: [good()], to: "noon" }),
			() =>
				"--to takes a day or a time, such as 2020-05-14, 2020-05-14T09:30 (by --time-zone, else UTC) or " +
				'2020-05-14T13:30:00Z, but was given "noon".',
		],
		[
			"raw with what would change its lines",
			() => ({ files: [good()], raw: true, rebase: "now" }),
			() => "--raw sends each line as it is and cannot be used with --rebase.",
		],
	])("%s", async (_, specOf, message) => {
		const spec = specOf();
		const error = await openFeed({ kind: "replay", files: [], ...spec }).catch((caught: Error) => caught);
		expect(error).toMatchObject({ name: "UserError", message: message(spec) });
	});

	test("a file that changes while it is sent", async () => {
		const file = good();
		const feed = await openFeed({ kind: "replay", files: [file] });
		writeFileSync(file, `${CSV}oops\n`);
		await expect(sent(feed)).rejects.toThrow(
			`${file} changed while it was sent: line 5: "oops" has 1 cells where the first line names 5 columns`,
		);
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
