import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Yahoo } from "../../../producer/yahoo/client.ts";
import { chartOf, fakeYahoo, invalidCrumb, json, QUOTED, quoteOf, refused, tooMany } from "./answers.ts";

const never = new AbortController().signal;

/** Everything that is printed until the test ends. */
function printed(): string[] {
	const lines: string[] = [];
	const note = (text: unknown) => lines.push(String(text));
	for (const method of ["log", "error", "warn", "info", "dir"] as const) {
		const spy = vi.spyOn(console, method).mockImplementation(note);
		onTestFinished(() => spy.mockRestore());
	}
	return lines;
}

describe("a call for quotes", () => {
	test("goes the way that Yahoo wants: a cookie, a crumb, and all symbols at once; the next one needs no new session", async () => {
		const fake = fakeYahoo({ quotes: (_, symbols) => symbols.map((symbol) => quoteOf(symbol)) });
		const yahoo = new Yahoo(fake.fetch);
		const quotes = await yahoo.quotes(["AAPL", "^GSPC", "BTC-USD"], never);
		expect(quotes).toMatchObject([{ symbol: "AAPL" }, { symbol: "^GSPC" }, { symbol: "BTC-USD" }]);
		await yahoo.quotes(["MSFT"], never);
		expect(fake.asked).toEqual([["AAPL", "^GSPC", "BTC-USD"], ["MSFT"]]);
		expect(fake.cookies).toEqual(["A3=d=AQABBInvented", "A3=d=AQABBInvented"]);
		expect(fake.crumbs).toBe(1);
	});

	test("keeps quotes of a shape that nobody knows beside the others, and prints nothing of it", async () => {
		const lines = printed();
		const odd = { symbol: "ODD", quoteType: "NEW", regularMarketPrice: "a lot" };
		const fake = fakeYahoo({ quotes: () => [quoteOf("AAPL"), odd, quoteOf("MSFT", { marketState: "LUNCH" })] });
		const quotes = await new Yahoo(fake.fetch).quotes(["AAPL", "ODD", "MSFT"], never);
		expect(quotes).toMatchObject([{ symbol: "AAPL", regularMarketPrice: 149.5 }, odd, { marketState: "LUNCH" }]);
		expect(lines).toEqual([]);
	});

	test("takes a new crumb where the old one has aged", async () => {
		const fake = fakeYahoo({
			quotes: (call, _, crumb) => (call > 0 && crumb === "crumb1" ? invalidCrumb() : [quoteOf("AAPL")]),
		});
		const yahoo = new Yahoo(fake.fetch);
		await yahoo.quotes(["AAPL"], never);
		expect(await yahoo.quotes(["AAPL"], never)).toHaveLength(1);
		expect(fake.crumbs).toBe(2);
		expect(fake.asked).toHaveLength(3);
	});

	test("fails where a fresh crumb is not taken either, with one further try and no more", async () => {
		const lines = printed();
		const fake = fakeYahoo({ quotes: () => invalidCrumb() });
		const yahoo = new Yahoo(fake.fetch);
		await expect(yahoo.quotes(["AAPL"], never)).rejects.toMatchObject({ kind: "crumb" });
		expect(fake.asked).toHaveLength(1);
		// The session is given up: the next call begins a new one.
		await expect(yahoo.quotes(["AAPL"], never)).rejects.toMatchObject({ kind: "crumb" });
		expect(fake.crumbs).toBe(2);
		// The address has the crumb in it.
		expect(lines).toEqual([]);
	});

	test.each([
		["no cookie", { page: () => new Response("<html></html>") }, /No set-cookie header/],
		["no crumb", { crumb: () => new Response("", { status: 401 }) }, /401 Unauthorized for the crumb/],
		[
			"a redirect elsewhere",
			{
				page: () => new Response(null, { status: 302, headers: { location: "https://guce.yahoo.com/consent" } }),
			},
			/./,
		],
	])("fails on its way where there is %s", async (_, answers, message) => {
		const failure = await new Yahoo(fakeYahoo(answers).fetch).quotes(["AAPL"], never).catch((error) => error);
		expect(failure).toMatchObject({ name: "YahooFailure" });
		expect(failure.message).toMatch(message);
	});

	test("fails with what stands in the way", async () => {
		const failing = (quotes: () => Response | Error) => new Yahoo(fakeYahoo({ quotes }).fetch).quotes(["AAPL"], never);
		await expect(failing(() => tooMany(5))).rejects.toMatchObject({ kind: "limited", retryAfterMs: 5000 });
		await expect(failing(() => new TypeError("fetch failed"))).rejects.toMatchObject({ kind: "network" });
		await expect(failing(() => json({}))).rejects.toMatchObject({ kind: "changed" });
	});

	test("ends with its signal", async () => {
		const stop = new AbortController();
		stop.abort(new Error("enough"));
		const fake = fakeYahoo({ quotes: () => [] });
		await expect(new Yahoo(fake.fetch).quotes(["AAPL"], stop.signal)).rejects.toThrow("enough");
		expect(fake.asked).toEqual([]);
	});
});

describe("a call for a chart", () => {
	test("asks for the range and the interval, without a crumb", async () => {
		const fake = fakeYahoo({ chart: (_, symbol) => chartOf(symbol, [[QUOTED, 1, 2, 0.5, 1.5, 100]]) });
		const chart = await new Yahoo(fake.fetch).chart("^GSPC", 1_000_500, 61_000_000, "1m", never);
		expect(chart).toMatchObject({
			meta: { symbol: "^GSPC" },
			timestamp: [QUOTED],
			indicators: { quote: [{ close: [1.5] }] },
		});
		const asked = Object.fromEntries(fake.charts[0]?.asked ?? []);
		expect(asked).toMatchObject({ period1: "1000", period2: "61000", interval: "1m", includePrePost: "false" });
		expect(fake.charts[0]?.symbol).toBe("^GSPC");
		expect(fake.crumbs).toBe(0);
	});

	test("fails with Yahoo's own words", async () => {
		const fake = fakeYahoo({ chart: () => refused("Not Found", "No data found, symbol may be delisted", 404) });
		await expect(new Yahoo(fake.fetch).chart("GONE", 0, 1000, "1d", never)).rejects.toMatchObject({
			kind: "refused",
			message: "No data found, symbol may be delisted",
		});
	});
});
