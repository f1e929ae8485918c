import { beforeEach, describe, expect, test } from "vitest";
import { Hub } from "../../../local/page/hub.ts";
import type { History } from "../../../local/page/messages.ts";
import { routes } from "../../../local/page/routes.ts";
import { bar } from "./records.ts";
import { quietStatus } from "./stub.ts";

const START = "2013-10-07T13:30:00Z";
let hub: Hub;
let asked: unknown[];
let stop: AbortController;
let get: (path: string, headers?: Record<string, string>) => Promise<Response>;

beforeEach(() => {
	hub = new Hub("e");
	asked = [];
	stop = new AbortController();
	const app = routes({
		bundle: {
			html: "<p>page",
			assets: new Map([
				["main-ABC.js", { type: "text/javascript", body: "1" }],
				["large-ABC.js", { type: "text/javascript", body: "1;".repeat(5_000) }],
			]),
		},
		hub,
		history: async (symbol, interval, before) => {
			asked.push([symbol, interval, before]);
			if (symbol === "BROKEN") throw new Error("the store said no", { cause: new Error("disk") });
			if (symbol !== "AAA") return null;
			const bars = [bar("AAA", START, 1)];
			return {
				symbol,
				interval,
				zone: "America/New_York",
				bars,
				minutes: [],
				ticks: [],
				hits: [],
				more: false,
				storeError: null,
			} satisfies History;
		},
		states: () => ({ status: quietStatus(), quotes: [], sparks: [], alerts: [] }),
		signal: stop.signal,
	});
	get = async (path, headers = {}) => app.request(path, { headers: { host: "127.0.0.1:8080", ...headers } });
});

/** Reads a stream of events until it has this many, and their lines. */
async function readEvents(response: Response, count: number): Promise<string[]> {
	const reader = (response.body as ReadableStream<Uint8Array>).getReader();
	let text = "";
	const events = () => text.split("\n\n").filter((event) => event.startsWith("event:"));
	while (events().length < count) {
		const { value, done } = await reader.read();
		if (done) break;
		text += Buffer.from(value).toString();
	}
	await reader.cancel();
	return events();
}

describe("the page", () => {
	test("allows only its own scripts and styles, none of them inline, and no sink for markup", async () => {
		const response = await get("/");
		expect(await response.text()).toBe("<p>page");
		expect(response.headers.get("content-security-policy")).toBe(
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
		);
		expect(response.headers.get("x-content-type-options")).toBe("nosniff");
		expect(response.headers.get("referrer-policy")).toBe("no-referrer");
		expect(response.headers.get("cache-control")).toBe("no-cache");
	});

	test("is cached by the hash in its files' names", async () => {
		const response = await get("/assets/main-ABC.js");
		expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
		expect(response.headers.get("content-type")).toBe("text/javascript");
		expect((await get("/assets/main-OLD.js")).status).toBe(404);
		expect((await get("/assets/..%2fserver.ts")).status).toBe(404);
	});

	test.each(["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])("is not for the host %s", async (host) => {
		expect((await get("/", { host })).status).toBe(421);
		expect((await get("/api/bars?symbol=AAA&interval=1m", { host })).status).toBe(421);
		expect(asked).toEqual([]);
	});

	test.each(["localhost:8080", "127.0.0.1", "[::1]:8080"])("is for the host %s", async (host) => {
		expect((await get("/", { host })).status).toBe(200);
	});

	test("is sent compressed where the browser takes that, the events never are", async () => {
		const headers = { "accept-encoding": "gzip" };
		expect((await get("/assets/large-ABC.js", headers)).headers.get("content-encoding")).toBe("gzip");
		expect((await get("/assets/large-ABC.js")).headers.get("content-encoding")).toBeNull();
		const events = await get("/api/events?symbol=AAA", headers);
		expect(events.headers.get("content-encoding")).toBeNull();
		await events.body?.cancel();
	});

	test("that is not there is 404", async () => expect((await get("/nothing")).status).toBe(404));
});

describe("the history", () => {
	test("is asked for by symbol, interval and instant", async () => {
		const query = new URLSearchParams({ symbol: "AAA", interval: "5m", before: "2013-10-07T15:30:00+02:00" });
		const response = await get(`/api/bars?${query}`);
		expect(asked).toEqual([["AAA", "5m", "2013-10-07T13:30:00.000Z"]]);
		expect(((await response.json()) as History).bars).toEqual([bar("AAA", START, 1)]);
		expect(response.headers.get("cache-control")).toBe("no-store");
	});

	test.each([
		["symbol=AAA&interval=2m", 400, "interval is one of 1m, 5m, 1h, 1d"],
		["symbol=AAA", 400, "interval is one of 1m, 5m, 1h, 1d"],
		["symbol=AAA&interval=1m&before=yesterday", 400, "before is an ISO time, not yesterday"],
		["symbol=NONE&interval=1m", 404, "this symbol has not been seen"],
		["symbol=BROKEN&interval=1m", 500, "the store said no: disk"],
	])("asked for with %s is %s: %s", async (query, status, error) => {
		const response = await get(`/api/bars?${query}`);
		expect(response.status).toBe(status);
		expect(await response.json()).toEqual({ error });
	});
});

describe("the events", () => {
	test("begin with hello and the states, and go on with what happens", async () => {
		const response = await get("/api/events?symbol=AAA");
		expect(response.headers.get("content-type")).toContain("text/event-stream");
		hub.publish("bar", "BBB", bar("BBB", START, 1));
		hub.publish("bar", "AAA", bar("AAA", START, 2));
		const events = await readEvents(response, 6);
		expect(events.map((event) => event.split("\n")[0])).toEqual([
			"event: hello",
			"event: status",
			"event: quotes",
			"event: sparks",
			"event: alerts",
			"event: bar",
		]);
		expect(events[0]).toBe('event: hello\nid: e-0\ndata: {"resumed":false}');
		expect(events[5]).toBe(`event: bar\nid: e-2\ndata: ${JSON.stringify(bar("AAA", START, 2))}`);
	});

	test.each(["header", "query"])("go on where the browser left off, by its %s", async (way) => {
		for (let i = 1; i <= 3; i += 1) hub.publish("bar", "AAA", bar("AAA", START, i));
		const response = await (way === "header"
			? get("/api/events?symbol=AAA&last=", { "last-event-id": "e-1" })
			: get("/api/events?symbol=AAA&last=e-1"));
		const events = await readEvents(response, 7);
		expect(events[0]).toContain('{"resumed":true}');
		const ids = events.filter((event) => event.startsWith("event: bar")).map((event) => event.split("\n")[1]);
		expect(ids).toEqual(["id: e-2", "id: e-3"]);
	});

	test("end when the page closes, and a browser that leaves is forgotten", async () => {
		const left = await get("/api/events?symbol=AAA");
		await readEvents(left, 1);
		await expect.poll(() => hub.size).toBe(0);
		const response = await get("/api/events?symbol=AAA");
		await expect.poll(() => hub.size).toBe(1);
		stop.abort();
		expect(await response.text()).toContain("event: hello");
		expect(hub.size).toBe(0);
	});
});
