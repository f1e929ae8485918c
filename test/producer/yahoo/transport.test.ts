import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { UserError } from "../../../producer/errors.ts";
import { checked, type Fetch, wayToYahoo } from "../../../producer/yahoo/transport.ts";
import { chartOf, html, invalidCrumb, json, pageWithCookie, quoteOf, refused, tooMany } from "./answers.ts";

const QUOTE = "https://query2.finance.yahoo.com/v7/finance/quote?symbols=AAPL";
const CHART = "https://query2.finance.yahoo.com/v8/finance/chart/AAPL";
const CRUMB = "https://query1.finance.yahoo.com/v1/test/getcrumb";
const PAGE = "https://finance.yahoo.com/quote/AAPL";
const gives = (response: Response): Fetch => checked(async () => response);
const plain = (text: string, status = 200) => new Response(text, { status });

describe("an answer of Yahoo", () => {
	test("that is one goes on as it is", async () => {
		const quotes = { quoteResponse: { result: [quoteOf("AAPL")], error: null } };
		expect(await (await gives(json(quotes))(QUOTE)).json()).toEqual(quotes);
		expect((await gives(json(chartOf("AAPL", [])))(CHART)).status).toBe(200);
		expect(await (await gives(plain("aB.c/1"))(CRUMB)).text()).toBe("aB.c/1");
		expect((await gives(pageWithCookie())(PAGE)).headers.getSetCookie()).toHaveLength(1);
	});

	test.each<[string, string, Response, string, string]>([
		["too many requests", QUOTE, tooMany(), "limited", "429 Too Many Requests"],
		["denied", QUOTE, new Response("no", { status: 599 }), "network", "599"],
		["a crumb that it no longer takes", QUOTE, invalidCrumb(), "crumb", "401 Unauthorized: Invalid Crumb"],
		["a page instead of JSON", QUOTE, html(), "changed", "a page of HTML instead of JSON"],
		["other text instead of JSON", CHART, plain("edge: ok"), "changed", '"edge: ok" instead of JSON'],
		["a page with an error", QUOTE, html(503), "network", "503 Service Unavailable"],
		["another shape of quotes", QUOTE, json({ quotes: [] }), "changed", "the answer has no quoteResponse.result"],
		[
			"quotes that are none",
			QUOTE,
			json({ quoteResponse: { result: ["AAPL"] } }),
			"changed",
			"no quoteResponse.result",
		],
		["a chart without a result", CHART, json({ chart: { result: null } }), "changed", "the answer has no chart.result"],
		["a chart without meta", CHART, json({ chart: { result: [{}] } }), "changed", "the answer has no meta"],
		["no bars", CHART, json({ chart: { result: [{ meta: {} }] } }), "changed", "the answer has no indicators.quote"],
		["a refusal", CHART, refused("Not Found", "No data found", 404), "refused", "No data found"],
		[
			"a refusal that calls itself fine",
			CHART,
			refused("Bad Request", "Data doesn't exist", 200),
			"refused",
			"Data doesn't",
		],
		["a refusal in plain text", CHART, plain("Forbidden", 403), "refused", "403: Forbidden"],
		["a limit in the place of a crumb", CRUMB, plain("Too Many Requests\r\n"), "limited", "429 Too Many Requests"],
		["a page in the place of a crumb", CRUMB, html(), "crumb", 'no crumb, but "<!DOCTYPE html>'],
		["nothing in the place of a crumb", CRUMB, plain(""), "crumb", "no crumb, but nothing"],
		["no crumb for us", CRUMB, plain("x", 401), "crumb", "401 Unauthorized for the crumb"],
		["a limit in the place of a cookie", PAGE, tooMany(), "limited", "429 Too Many Requests"],
	])("that is %s is a failure", async (_, url, response, kind, message) => {
		const failure = await gives(response)(url).catch((error) => error);
		expect(failure).toMatchObject({ name: "YahooFailure", kind });
		expect(failure.message).toContain(message);
		expect(failure.message.length).toBeLessThan(160);
	});

	test("says how long to wait, where it does", async () => {
		await expect(gives(tooMany(90))(QUOTE)).rejects.toMatchObject({ kind: "limited", retryAfterMs: 90_000 });
		await expect(gives(tooMany())(QUOTE)).rejects.toMatchObject({ kind: "limited", retryAfterMs: undefined });
	});

	test("that does not come is a failure of the network, with its cause", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		server.close();
		await once(server, "close");
		const failure = await checked(wayToYahoo())(`http://127.0.0.1:${port}/`).catch((error) => error);
		expect(failure).toMatchObject({ kind: "network" });
		expect(failure.message).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
	});

	test("that does not come in time is a failure too", async () => {
		vi.useFakeTimers();
		onTestFinished(() => {
			vi.useRealTimers();
		});
		const asked = checked(
			(_, init) =>
				new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))),
		)(QUOTE);
		const failure = asked.catch((error) => error);
		await vi.advanceTimersByTimeAsync(20_000);
		expect(await failure).toMatchObject({ kind: "network", message: "no answer within 20 s" });
		expect(vi.getTimerCount()).toBe(0);
	});

	test("leaves nothing behind at the signal, which lasts for months", async () => {
		const { signal } = new AbortController();
		const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
		const fetch = checked(async () => json({ quoteResponse: { result: [] } }));
		for (let call = 0; call < 3; call++) await fetch(QUOTE, { signal });
		expect(add).toHaveBeenCalledTimes(3);
		expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
	});

	test("that nobody waits for any more is no failure of Yahoo's", async () => {
		const stop = new AbortController();
		const asked = checked((_, init) => {
			stop.abort();
			return Promise.reject(init?.signal?.reason);
		})(QUOTE, { signal: stop.signal });
		await expect(asked).rejects.toMatchObject({ name: "AbortError" });
	});
});

describe("the way through a proxy", () => {
	async function listening(server: Server): Promise<string> {
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		onTestFinished(() => {
			server.closeAllConnections();
			server.close();
		});
		return `127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	test("is taken by every request", async () => {
		const through: string[] = [];
		const proxy = createServer((request, response) => {
			through.push(`${request.method} ${request.url}`);
			response.end("from the proxy");
		}).on("connect", (request, client) => {
			through.push(`CONNECT ${request.url}`);
			client.destroy();
		});
		const fetch = wayToYahoo(`http://${await listening(proxy)}`);
		expect(await (await fetch("http://yahoo.test/quotes")).text()).toBe("from the proxy");
		await expect(fetch(QUOTE)).rejects.toThrow();
		expect(through).toEqual(["GET http://yahoo.test/quotes", "CONNECT query2.finance.yahoo.com:443"]);
	});

	test("that is barred is a failure that says so", async () => {
		const proxy = createServer().on("connect", (_, client) =>
			client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
		);
		const fetch = checked(wayToYahoo(`http://${await listening(proxy)}`));
		const failure = await fetch(QUOTE).catch((error) => error);
		expect(failure).toMatchObject({ kind: "network" });
		expect(failure.message).toMatch(/407/);
	});

	test.each(["proxy:3128", "socks5://proxy:1080", "http://", "nonsense"])("is none: %s", (proxy) => {
		expect(() => wayToYahoo(proxy)).toThrow(UserError);
		expect(() => wayToYahoo(proxy)).toThrow(
			`--proxy takes the URL of an HTTP proxy, such as http://proxy:3128, but was given ${proxy}.`,
		);
	});
});
