import { existsSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { type Feed, isRejected, type Outgoing, type YahooSpec } from "../../../producer/feed.ts";
import { openYahoo } from "../../../producer/yahoo/live.ts";
import type { Pace } from "../../../producer/yahoo/polls.ts";
import { accepted, tempFile } from "../support.ts";
import { type Answers, type FakeYahoo, fakeYahoo, html, invalidCrumb, quoteOf, tooMany } from "./answers.ts";

/** Real time, but milliseconds in the place of minutes. */
const PACE: Pace = { intervalMs: 4, spreadMs: 0, retryMs: 1, breakMs: 8, longestBreakMs: 16 };

/** Before all polls: at this time only what never was current is stale, however slow the machine is. */
const BEFORE = 0;

interface Run {
	readonly feed: Feed;
	readonly fake: FakeYahoo;
	readonly told: string[];
	/** Reads on until this many trades are there, or `when` says so; the trades that came since the last call. */
	read(until: number | ((trades: Trade[]) => boolean)): Promise<Trade[]>;
	/** Reads on until the feed has said this. */
	hears(line: RegExp): Promise<Trade[]>;
}

async function running(
	answers: Answers,
	spec: Partial<YahooSpec> = {},
	pace: Partial<Pace> = {},
): Promise<Run & AsyncDisposable> {
	const fake = fakeYahoo(answers);
	const parts = { fetch: fake.fetch, pace: { ...PACE, ...pace } };
	const feed = await openYahoo({ kind: "yahoo", symbols: ["AAPL", "MSFT"], ...spec }, parts);
	const stop = new AbortController();
	const told: string[] = [];
	const batches = feed.batches(stop.signal, (line) => told.push(line))[Symbol.asyncIterator]();
	// Asked for in advance, as the publisher does: the feed goes on while it is looked at.
	let next = batches.next();
	next.catch(() => {});
	const read = async (until: number | ((trades: Trade[]) => boolean)): Promise<Trade[]> => {
		const trades: Trade[] = [];
		const enough = typeof until === "number" ? () => trades.length >= until : () => until(trades);
		while (!enough()) {
			const { value, done } = await next;
			if (done) throw new Error("the feed has ended");
			trades.push(...value.map((item) => JSON.parse(accepted(item).data.toString("utf8"))));
			next = batches.next();
			next.catch(() => {});
		}
		return trades;
	};
	return {
		feed,
		fake,
		told,
		read,
		async hears(line) {
			const trades: Trade[] = [];
			while (!told.some((each) => line.test(each))) {
				const soon = new Promise<"later">((resolve) => setTimeout(resolve, 5, "later"));
				if ((await Promise.race([next.then(() => "batch"), soon])) === "batch") trades.push(...(await read(1)));
			}
			return trades;
		},
		async [Symbol.asyncDispose]() {
			stop.abort();
			await batches.return?.();
		},
	};
}

/** Quotes that move with each call. */
const moving: NonNullable<Answers["quotes"]> = (call, symbols) =>
	symbols.map((symbol) => quoteOf(symbol, { regularMarketPrice: 100 + call, regularMarketVolume: 1000 * (call + 1) }));
/** Of a call: what `by` says for it, else moving quotes. */
const except =
	(by: (call: number) => Response | Error | undefined): NonNullable<Answers["quotes"]> =>
	(call, symbols, crumb) =>
		by(call) ?? moving(call, symbols, crumb);

describe("the live feed", () => {
	test("gives a trade of each symbol that changed, poll after poll, with event times that never go back", async () => {
		await using run = await running({ quotes: moving });
		const before = Date.now();
		const trades = await run.read(6);
		// The opening asked once; no trade was made of that.
		expect(trades.map(({ symbol, price, size }) => [symbol, price, size])).toEqual([
			["AAPL", 101, 0],
			["MSFT", 101, 0],
			["AAPL", 102, 1000],
			["MSFT", 102, 1000],
			["AAPL", 103, 1000],
			["MSFT", 103, 1000],
		]);
		const times = trades.map(({ event_time }) => Date.parse(event_time));
		expect(times).toEqual([...times].sort((a, b) => a - b));
		// All of a poll bear the same moment.
		expect(times[0]).toBe(times[1]);
		expect(times[0]).toBeGreaterThanOrEqual(before - 1000);
		expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
		expect(trades.every((trade) => Trade.safeParse(trade).success)).toBe(true);
		expect(run.feed).toMatchObject({ live: true, total: undefined, name: "Yahoo's quotes of AAPL, MSFT" });
		expect(run.told).toEqual([]);
		expect(run.feed.state?.(Date.now()).giving).toBe("yahoo");
	});

	test("gives nothing while nothing changes", async () => {
		const quotes: Answers["quotes"] = (call, symbols) =>
			symbols.map((symbol) => quoteOf(symbol, { regularMarketPrice: symbol === "MSFT" && call >= 5 ? 2 : 1 }));
		await using run = await running({ quotes });
		const trades = await run.read(3);
		expect(trades.map(({ symbol, price }) => [symbol, price])).toEqual([
			["AAPL", 1],
			["MSFT", 1],
			["MSFT", 2],
		]);
		expect(run.fake.asked.length).toBeGreaterThanOrEqual(6);
	});

	test("asks for many symbols in calls of fifty", async () => {
		const symbols = Array.from({ length: 120 }, (_, at) => `S${at}`);
		await using run = await running({ quotes: moving }, { symbols });
		const trades = await run.read(120);
		expect(new Set(trades.map(({ symbol }) => symbol)).size).toBe(120);
		expect(run.fake.asked.slice(0, 6).map(({ length }) => length)).toEqual([50, 50, 20, 50, 50, 20]);
		expect(run.feed.name).toBe(`Yahoo's quotes of ${symbols.slice(0, 12).join(", ")} and 108 more`);
	});

	test("asks for a symbol whose market is closed in each fourth poll only", async () => {
		const quotes: Answers["quotes"] = (call, symbols) =>
			symbols.map((symbol) =>
				quoteOf(symbol, { regularMarketPrice: 100 + call, marketState: symbol === "MSFT" ? "CLOSED" : "REGULAR" }),
			);
		await using run = await running({ quotes });
		await run.read((trades) => trades.filter(({ symbol }) => symbol === "AAPL").length >= 9);
		const [both, one] = [["AAPL", "MSFT"], ["AAPL"]];
		// The opening, then the rounds.
		expect(run.fake.asked.slice(1, 10)).toEqual([both, one, one, one, both, one, one, one, both]);
	});

	test("rejects a price that is none, and goes on with the others", async () => {
		const fake = fakeYahoo({
			quotes: (call) => [
				quoteOf("CL=F", { regularMarketPrice: -37.63 }),
				quoteOf("AAPL", { regularMarketPrice: 1 + call }),
			],
		});
		const feed = await openYahoo({ kind: "yahoo", symbols: ["CL=F", "AAPL"] }, { fetch: fake.fetch, pace: PACE });
		const stop = new AbortController();
		for await (const [first, second] of feed.batches(stop.signal)) {
			expect(first && isRejected(first) ? first.rejected : "").toContain("price -37.63");
			expect(second && accepted(second).key).toBe("AAPL");
			break;
		}
		stop.abort();
	});

	test("ends with its signal, while it waits and while it asks", async () => {
		for (const quotes of [moving, () => tooMany()]) {
			const fake = fakeYahoo({ quotes });
			const pace = { ...PACE, intervalMs: 3_600_000, breakMs: 3_600_000, longestBreakMs: 3_600_000 };
			const feed = await openYahoo({ kind: "yahoo", symbols: ["AAPL"] }, { fetch: fake.fetch, pace });
			const stop = new AbortController();
			setTimeout(() => stop.abort(), 20);
			for await (const _ of feed.batches(stop.signal));
			expect(stop.signal.aborted).toBe(true);
		}
	});
});

describe("the horizon", () => {
	test("is now while nothing is on its way, and never past what is being taken", async () => {
		const fake = fakeYahoo({ quotes: moving });
		const feed = await openYahoo({ kind: "yahoo", symbols: ["AAPL"] }, { fetch: fake.fetch, pace: PACE });
		const stop = new AbortController();
		const batches = feed.batches(stop.signal)[Symbol.asyncIterator]();
		const said: number[] = [];
		const horizon = (): number => {
			const at = feed.horizon?.(Date.now()) ?? Number.NaN;
			said.push(at);
			return at;
		};
		for (let poll = 0; poll < 5; poll++) {
			const newest = horizon();
			const { value } = await batches.next();
			const time = accepted(value[0]).time ?? 0;
			// What came is not older than what a clock may have said before …
			expect(time).toBeGreaterThanOrEqual(newest);
			// … and until it is taken, no clock may pass it, however long that is.
			await new Promise((resolve) => setTimeout(resolve, 5));
			expect(horizon()).toBe(time);
		}
		const waiting = batches.next();
		const now = Date.now();
		expect(feed.horizon?.(now)).toBe(now);
		expect(said).toEqual([...said].sort((a, b) => a - b));
		stop.abort();
		await waiting;
	});

	test("does not let a trade be older than what was said, though the clock on the wall was put back", async () => {
		const fake = fakeYahoo({ quotes: moving });
		const feed = await openYahoo({ kind: "yahoo", symbols: ["AAPL"] }, { fetch: fake.fetch, pace: PACE });
		const stop = new AbortController();
		const said = feed.horizon?.(Date.now() + 30_000) ?? 0;
		for await (const [trade] of feed.batches(stop.signal)) {
			expect(trade && accepted(trade).time).toBe(said);
			break;
		}
		stop.abort();
	});
});

describe("the horizon of the fallback", () => {
	test("is kept too where the clock on the wall was put back: its trades are moved to it", async () => {
		const fake = fakeYahoo({ quotes: () => tooMany() });
		const spec = { kind: "yahoo", symbols: ["AAPL"], fallback: { kind: "synthetic", rate: 1000 } } as const;
		const feed = await openYahoo(spec, { fetch: fake.fetch, pace: PACE });
		const said = feed.horizon?.(Date.now() + 30_000) ?? 0;
		const stop = new AbortController();
		for await (const [trade] of feed.batches(stop.signal)) {
			const { time, data } = accepted(trade as Outgoing);
			expect(time).toBe(said);
			expect(JSON.parse(data.toString("utf8"))).toMatchObject({
				event_time: new Date(said).toISOString(),
				source: "fallback:synthetic",
			});
			break;
		}
		stop.abort();
	});
});

describe("symbols", () => {
	test("that Yahoo does not know are an error, all named, where it knows none", async () => {
		const opening = running({ quotes: () => [] }, { symbols: ["AAPLX", "FOOBAR"] });
		await expect(opening).rejects.toThrow("Yahoo knows no AAPLX, FOOBAR. Use the symbols of finance.yahoo.com");
	});

	test("that it does not know, or that are delisted, are said once and stale, and the others go on", async () => {
		const quotes: Answers["quotes"] = (call) => [
			quoteOf("AAPL", { regularMarketPrice: 100 + call }),
			quoteOf("GONE", { quoteType: "NONE", regularMarketPrice: undefined }),
		];
		await using run = await running({ quotes }, { symbols: ["AAPL", "FOOBAR", "GONE"] });
		const trades = await run.read(4);
		expect(new Set(trades.map(({ symbol }) => symbol))).toEqual(new Set(["AAPL"]));
		expect(run.told).toEqual(["Yahoo knows no FOOBAR, GONE; going on with the others."]);
		expect(run.feed.state?.(BEFORE).stale).toEqual([
			{ symbol: "FOOBAR", since: undefined, why: "unknown to Yahoo" },
			{ symbol: "GONE", since: undefined, why: "unknown to Yahoo" },
		]);
	});

	test("that come back are not stale any more; one that Yahoo leaves out for once is not worth a line", async () => {
		const quotes: Answers["quotes"] = (call, symbols) =>
			moving(
				call,
				symbols.filter((symbol) => symbol !== "MSFT" || call < 3 || call > 8),
				"",
			) as unknown[];
		await using run = await running({ quotes });
		await run.read((trades) => trades.some(({ price }) => price >= 106));
		const later = Date.now() + 1000;
		expect(run.feed.state?.(later).stale).toContainEqual({
			symbol: "MSFT",
			since: expect.any(Number),
			why: "Yahoo left it out of its answer",
		});
		await run.read((trades) => trades.some(({ symbol, price }) => symbol === "MSFT" && price > 108));
		expect(run.feed.state?.(BEFORE).stale).toEqual([]);
		expect(run.told).toEqual([]);
	});

	test("are asked for in capitals and once each, and one that cannot be one is refused", async () => {
		await using run = await running({ quotes: moving }, { symbols: ["aapl", "AAPL", "^gspc"] });
		expect(run.fake.asked).toEqual([["AAPL", "^GSPC"]]);
		await expect(running({}, { symbols: ["AAPL", "A B", "x/y"] })).rejects.toThrow(
			'"A B", "x/y" cannot be a symbol of Yahoo\'s. Examples: AAPL, BRK-B',
		);
		await expect(running({}, { symbols: [] })).rejects.toThrow("No symbols to ask Yahoo for");
	});
});

describe("an answer that has changed", () => {
	test("for one symbol loses that one only, and says which field it is", async () => {
		const quotes: Answers["quotes"] = (call) =>
			[
				quoteOf("AAPL", { regularMarketPrice: 100 + call }),
				quoteOf("MSFT", { regularMarketPrice: undefined, marketPrice: 5 }),
				"nothing that could be read",
			].slice(0, 2);
		await using run = await running({ quotes });
		await run.read(4);
		expect(run.told).toEqual(["Yahoo's answer for MSFT cannot be used: regularMarketPrice is missing."]);
		expect(run.feed.state?.(BEFORE).stale).toEqual([
			{ symbol: "MSFT", since: undefined, why: "Yahoo's answer cannot be used: regularMarketPrice is missing" },
		]);
	});

	test("for all symbols is an outage that says which field it is, until it is as it was", async () => {
		const quotes: Answers["quotes"] = (call, symbols, crumb) =>
			call > 1 && call < 4
				? symbols.map((symbol) => quoteOf(symbol, { regularMarketPrice: undefined }))
				: moving(call, symbols, crumb);
		await using run = await running({ quotes });
		await run.hears(/answers again/);
		expect(run.told).toHaveLength(2);
		expect(run.told[0]).toMatch(
			/^Yahoo does not answer as it should \(a changed answer: of AAPL regularMarketPrice is missing\): trying Yahoo again in 1 s; until then nothing new of AAPL, MSFT\.$/,
		);
		expect(run.told[1]).toMatch(/^Yahoo answers again, after \d+ s\.$/);
	});

	test("that lacks the volume of shares is said once; sizes are 0", async () => {
		const quotes: Answers["quotes"] = (call, symbols) =>
			symbols.map((symbol) => quoteOf(symbol, { regularMarketPrice: 100 + call, regularMarketVolume: undefined }));
		await using run = await running({ quotes });
		const trades = await run.read(6);
		expect(trades.every(({ size }) => size === 0)).toBe(true);
		expect(run.told).toEqual(["Yahoo's answer for AAPL, MSFT has no regularMarketVolume: its size is 0."]);
	});
});

describe("an outage", () => {
	test.each<[string, () => Response | Error, string]>([
		["too many requests", () => tooMany(), "429 Too Many Requests"],
		["no crumb", () => invalidCrumb(), "401 Unauthorized: Invalid Crumb"],
		["a page instead of JSON", () => html(), "a page of HTML instead of JSON"],
		["errors of its servers", () => html(502), "502 Bad Gateway"],
		[
			"no network",
			() => new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") }),
			"getaddrinfo ENOTFOUND",
		],
		["nothing known any more", () => Response.json({ quoteResponse: { result: [] } }), "an answer without AAPL, MSFT"],
	])("by %s is one line, and one when it is over", async (_, failing, why) => {
		// Long enough for several probes, each with its repetitions.
		await using run = await running({ quotes: except((call) => (call >= 2 && call < 14 ? failing() : undefined)) });
		const trades = await run.hears(/answers again/);
		expect(run.told).toEqual([
			`Yahoo does not answer as it should (${why}): trying Yahoo again in 1 s; until then nothing new of AAPL, MSFT.`,
			expect.stringMatching(/^Yahoo answers again, after \d+ s\.$/),
		]);
		const more = await run.read(trades.some(({ price }) => price > 110) ? 0 : 2);
		// The volume of the outage is not lost: it is in the first trade after it.
		const back = [...trades, ...more].find(({ symbol, price }) => symbol === "AAPL" && price > 110);
		expect(back?.size).toBeGreaterThanOrEqual(12_000);
		expect(run.feed.state?.(Date.now())).toMatchObject({ giving: "yahoo" });
	});

	test("makes every symbol stale, with the reason, and says that nothing is given", async () => {
		await using run = await running({ quotes: except((call) => (call >= 2 ? tooMany() : undefined)) });
		await run.hears(/429/);
		const { giving, stale } = run.feed.state?.(Date.now() + 60_000) ?? { stale: [] };
		expect(giving).toBe("no trades (Yahoo: 429 Too Many Requests)");
		expect(stale).toEqual(
			["AAPL", "MSFT"].map((symbol) => ({ symbol, since: expect.any(Number), why: "Yahoo: 429 Too Many Requests" })),
		);
	});

	test("at the start is no error: it goes on trying, and then knows what is unknown", async () => {
		const quotes: Answers["quotes"] = (call) => (call < 4 ? tooMany() : [quoteOf("AAPL")]);
		await using run = await running({ quotes });
		const [trade] = await run.read(1);
		expect(trade?.symbol).toBe("AAPL");
		expect(run.told).toEqual([
			expect.stringContaining("(429 Too Many Requests)"),
			expect.stringContaining("Yahoo answers again"),
			"Yahoo knows no MSFT; going on with the others.",
		]);
	});

	test("that ends with symbols that Yahoo does not know ends the feed with that error", async () => {
		await using run = await running({ quotes: (call) => (call < 2 ? tooMany() : []) });
		await expect(run.read(1)).rejects.toThrow("Yahoo knows no AAPL, MSFT");
	});

	test("lasts as long as Yahoo asks for, where it asks for longer", async () => {
		await using run = await running({ quotes: except((call) => (call >= 2 ? tooMany(3600) : undefined)) });
		await run.hears(/429/);
		expect(run.told[0]).toContain("trying Yahoo again in 60 min");
		expect(run.fake.asked).toHaveLength(3);
	});

	test("is probed ever more seldom", async () => {
		await using run = await running(
			{ quotes: except((call) => (call >= 2 && call < 8 ? tooMany() : undefined)) },
			{},
			{
				breakMs: 2,
				longestBreakMs: 40,
			},
		);
		const began = Date.now();
		await run.hears(/answers again/);
		// Half of 2, 4, 8, 16, 32 and 40 at the least.
		expect(Date.now() - began).toBeGreaterThanOrEqual(40);
	});

	test("of the network for a moment is none: the call is repeated", async () => {
		const failing = (call: number) => (call === 2 || call === 3 ? new TypeError("fetch failed") : undefined);
		await using run = await running({ quotes: except(failing) });
		await run.read((trades) => trades.some(({ price }) => price >= 105));
		expect(run.told).toEqual([]);
	});

	test("half-way through a round keeps what had come", async () => {
		const symbols = Array.from({ length: 60 }, (_, at) => `S${at}`);
		// Two calls a round: of the second round's the second fails.
		const quotes = except((call) => (call === 5 ? tooMany() : undefined));
		await using run = await running({ quotes }, { symbols }, { breakMs: 3_600_000, longestBreakMs: 3_600_000 });
		const trades = await run.read(110);
		expect(trades).toHaveLength(110);
		expect(trades.filter(({ price }) => price === 104).map(({ symbol }) => symbol)).toEqual(symbols.slice(0, 50));
		expect(run.told).toHaveLength(1);
	});
});

describe("the fallback", () => {
	const outage = (from: number, to: number) => except((call) => (call >= from && call < to ? tooMany() : undefined));
	const inOrder = (trades: Trade[]) => {
		const times = trades.map(({ event_time }) => Date.parse(event_time));
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(times.every((time) => time <= Date.now())).toBe(true);
	};

	test("synthetic goes on where Yahoo stopped, marked, and Yahoo returns by itself", async () => {
		let over = false;
		const quotes = except((call) => (call < 3 || over ? undefined : tooMany()));
		await using run = await running({ quotes }, { fallback: { kind: "synthetic", rate: 2000 } });
		const invents = (symbol: string) => (some: Trade[]) =>
			some.some((trade) => trade.symbol === symbol && trade.source === "fallback:synthetic");
		const trades = await run.read((some) => invents("AAPL")(some) && invents("MSFT")(some));
		over = true;
		trades.push(...(await run.read((more) => more.some(({ source }) => source === "yahoo"))));
		const sources = trades.map(({ source }) => source);
		expect([...new Set(sources)]).toEqual(["yahoo", "fallback:synthetic"]);
		// Yahoo, then the other one, then Yahoo, and no mixing.
		expect(sources.filter((source, at) => source !== sources[at - 1])).toEqual([
			"yahoo",
			"fallback:synthetic",
			"yahoo",
		]);
		inOrder(trades);
		expect(trades.every((trade) => Trade.safeParse(trade).success)).toBe(true);
		const invented = trades.filter(({ source }) => source !== "yahoo");
		expect(new Set(invented.map(({ symbol }) => symbol))).toEqual(new Set(["AAPL", "MSFT"]));
		// From Yahoo's last price on, with what Yahoo said of the symbol.
		for (const symbol of ["AAPL", "MSFT"]) {
			const first = invented.find((trade) => trade.symbol === symbol);
			expect(first).toMatchObject({ price: 102, previous_close: 148, currency: "USD", exchange: "NMS" });
		}
		expect(run.told).toEqual([
			"Yahoo does not answer as it should (429 Too Many Requests): going on with synthetic, trying Yahoo again in 1 s.",
			expect.stringMatching(/^Yahoo answers again, after \d+ s; no more of synthetic\.$/),
		]);
	});

	test("synthetic has as many digits as the symbol's prices have", async () => {
		const quotes: Answers["quotes"] = (call) =>
			call > 2 ? tooMany() : [quoteOf("EURUSD=X", { regularMarketPrice: 1.08523, quoteType: "CURRENCY" })];
		const fallback = { kind: "synthetic", rate: 1000 } as const;
		await using run = await running({ quotes }, { symbols: ["EURUSD=X"], fallback });
		const [, ...invented] = await run.read(50);
		expect(invented[0]).toMatchObject({ price: 1.08523, source: "fallback:synthetic" });
		// One tick of the invented market, a cent of some hundred dollars, is not a cent of the euro.
		const others = invented.map(({ price }) => Math.abs(price - 1.08523)).filter((off) => off > 0);
		expect(Math.min(...others)).toBeLessThan(0.001);
		expect(Math.max(...others)).toBeLessThan(0.05);
	});

	test("says that it gives, and why, and keeps Yahoo's symbols stale", async () => {
		const fallback = { kind: "synthetic", rate: 1000 } as const;
		await using run = await running({ quotes: outage(3, 1e9) }, { fallback });
		await run.read((trades) => trades.some(({ source }) => source === "fallback:synthetic"));
		const { giving, stale } = run.feed.state?.(Date.now() + 60_000) ?? { stale: [] };
		expect(giving).toBe("synthetic (Yahoo: 429 Too Many Requests)");
		expect(stale.map(({ symbol }) => symbol)).toEqual(["AAPL", "MSFT"]);
	});

	test("begins at once where Yahoo does not answer from the start, and no clock passes what it gives", async () => {
		const fallback = { kind: "synthetic", rate: 1000 } as const;
		await using run = await running({ quotes: () => tooMany() }, { fallback });
		for (let batch = 0; batch < 20; batch++) {
			const said = run.feed.horizon?.(Date.now()) ?? 0;
			const trades = await run.read(1);
			for (const { event_time } of trades) expect(Date.parse(event_time)).toBeGreaterThanOrEqual(said);
			inOrder(trades);
		}
	});

	test("by a replay brings its file into the present, over and over, of the asked symbols only", async () => {
		const rows = [0, 20, 40].flatMap((ms) =>
			["AAPL", "IBM"].map(
				(symbol) => `${symbol}-${ms},${symbol},2013-10-07T13:30:00.${String(ms).padStart(3, "0")}Z,${50 + ms},7`,
			),
		);
		const file = tempFile("day.csv", `trade_id,symbol,event_time,price,size\n${rows.join("\n")}\n`);
		let over = false;
		const quotes = except((call) => (call < 3 || over ? undefined : tooMany()));
		await using run = await running({ quotes }, { fallback: { kind: "replay", files: [file] } });
		const trades = await run.read((some) => some.filter(({ source }) => source === "fallback:replay").length >= 4);
		over = true;
		trades.push(...(await run.read((more) => more.some(({ source }) => source === "yahoo"))));
		inOrder(trades);
		const replayed = trades.filter(({ source }) => source === "fallback:replay");
		expect(new Set(replayed.map(({ symbol }) => symbol))).toEqual(new Set(["AAPL"]));
		// Its own prices, for it is no invention.
		expect(replayed.slice(0, 4).map(({ price }) => price)).toEqual([50, 70, 90, 50]);
		expect(run.told[0]).toContain(`going on with replay of ${file}`);
	});

	test("that fails in the middle of an outage is one more line, and Yahoo still returns", async () => {
		const file = tempFile("day.csv", "trade_id,symbol,event_time,price,size\n1,AAPL,2013-10-07T13:30:00Z,1,1\n");
		await using run = await running({ quotes: outage(3, 9) }, { fallback: { kind: "replay", files: [file] } });
		rmSync(file);
		const trades = await run.hears(/answers again/);
		trades.push(...(await run.read((more) => more.some(({ price }) => price > 108))));
		expect(trades.every(({ source }) => source === "yahoo")).toBe(true);
		expect(run.told).toEqual([
			expect.stringContaining(`going on with replay of ${file}`),
			expect.stringMatching(/^Cannot go on with replay of .*day\.csv: .*day\.csv.* Nothing new until Yahoo answers\.$/),
			expect.stringMatching(/^Yahoo answers again, after \d+ s\.$/),
		]);
	});

	test("that cannot be had is an error before anything is sent", async () => {
		const opening = (fallback: NonNullable<YahooSpec["fallback"]>) => running({ quotes: moving }, { fallback });
		expect(existsSync("no-such.csv")).toBe(false);
		await expect(opening({ kind: "replay", files: ["no-such.csv"] })).rejects.toThrow("no-such.csv");
		await expect(opening({ kind: "replay", files: ["a.jsonl"], raw: true })).rejects.toThrow(
			"cannot stand in for Yahoo",
		);
		const other = tempFile("ibm.csv", "trade_id,symbol,event_time,price,size\n1,IBM,2013-10-07T13:30:00Z,1,1\n");
		await expect(opening({ kind: "replay", files: [other] })).rejects.toThrow(/AAPL, MSFT|none of|no /);
		await expect(opening({ kind: "synthetic", rate: -1 })).rejects.toThrow("rate");
	});
});

describe("a specification", () => {
	test("must not ask more often than Yahoo's data move", async () => {
		const opening = openYahoo({ kind: "yahoo", symbols: ["AAPL"], intervalMs: 5000 });
		await expect(opening).rejects.toThrow(/--every takes 15s or more, but was given 5 s/);
	});

	test("needs a proxy that is one", async () => {
		const opening = openYahoo({ kind: "yahoo", symbols: ["AAPL"], proxy: "proxy:3128" });
		await expect(opening).rejects.toThrow("--proxy takes the URL of an HTTP proxy");
	});
});
