import type { LambdaFunctionURLEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { type Collecting, collector } from "../../../producer/collect/collector.ts";
import { UserError } from "../../../producer/errors.ts";
import type { Feed, Item, YahooHistorySpec } from "../../../producer/feed.ts";
import { yahooHistory } from "../../../producer/yahoo/history.ts";
import { FakeKinesis, feedOf, outgoing } from "../support.ts";
import { type ChartRow, chartOf, fakeYahoo, tooMany } from "../yahoo/answers.ts";
import { event, get, post } from "./call.ts";

const start = Date.parse("2026-03-02T14:30:00Z");
const bars = (count: number) => Array.from({ length: count }, (_, at) => outgoing("AAPL", start + at * 60_000));
const asked = { symbols: "AAPL", from: "2026-03-02" };

interface Answered {
	readonly status: number | undefined;
	readonly headers: unknown;
	// biome-ignore lint/suspicious/noExplicitAny: what was answered is compared as it is
	readonly body: any;
	readonly kinesis: FakeKinesis;
	readonly specs: YahooHistorySpec[];
	readonly logged: [level: string, message: string, more: unknown][];
}

/** Calls the collector with a feed, or with what opening one does. */
async function call(
	open: Feed | Collecting["open"],
	{
		of = get(asked),
		kinesis = new FakeKinesis(2),
		remainingMs = 900_000,
	}: {
		of?: LambdaFunctionURLEvent;
		kinesis?: FakeKinesis;
		remainingMs?: number;
	} = {},
): Promise<Answered> {
	const logged: Answered["logged"] = [];
	const specs: YahooHistorySpec[] = [];
	const log =
		(level: string) =>
		(message: unknown, ...more: unknown[]) =>
			logged.push([level, String(message), more[0]]);
	const handler = collector({
		open: async (spec) => {
			specs.push(spec);
			return typeof open === "function" ? open(spec) : open;
		},
		target: { stream: "trades", latenessMs: 2000, client: kinesis.client },
		logger: { info: log("info"), warn: log("warn"), error: log("error") },
	});
	const answer = await handler(of, { getRemainingTimeInMillis: () => remainingMs });
	if (typeof answer === "string") throw new Error("An answer without a status.");
	const { statusCode: status, headers, body = "" } = answer;
	return { status, headers, body: JSON.parse(body), kinesis, specs, logged };
}

/** A feed that gives these and then does as `then` says. */
function followed(items: readonly Item[], then: (signal: AbortSignal) => Promise<void>): Feed {
	return {
		...feedOf([]),
		async *batches(signal) {
			yield items;
			await then(signal);
		},
	};
}

describe("all of it", () => {
	test("is sent and answered with the counts, the last windows left open for what follows", async () => {
		const { status, headers, body, kinesis, specs, logged } = await call(feedOf(bars(250)));
		expect({ status, headers }).toEqual({ status: 200, headers: { "content-type": "application/json" } });
		expect(specs).toEqual([{ kind: "yahoo-history", symbols: ["AAPL"], from: "2026-03-02", interval: "1m" }]);
		expect(body).toMatchObject({
			...{ symbols: ["AAPL"], from: "2026-03-02", interval: "1m" },
			...{ read: 250, sent: 250, rejected: 0, spooled: 0, failed: 0, closedAt: null },
			...{ firstEventTime: "2026-03-02T14:30:00.000Z", lastEventTime: "2026-03-02T18:39:00.000Z" },
		});
		expect(body).not.toHaveProperty("error");
		expect(body).not.toHaveProperty("next");
		expect(kinesis.all.filter(({ source }) => source !== "clock")).toHaveLength(250);
		expect(logged).toEqual([["info", "Collected", expect.objectContaining({ sent: 250, from: "2026-03-02" })]]);
	});

	test("closes the last windows where the call asks for it", async () => {
		const { body, kinesis } = await call(feedOf(bars(3)), { of: post({ ...asked, close: true }) });
		expect(body.closedAt).toBe("2026-03-03T05:00:03.000Z");
		expect(kinesis.all.filter(({ event_time }) => event_time === body.closedAt)).toHaveLength(2);
	});

	test("names what was left out, fifty of them", async () => {
		const odd = Array.from({ length: 60 }, (_, at) => ({
			rejected: `bar ${at}: price 0 is not above 0`,
			payload: "{}",
		}));
		const { status, body } = await call(followed([...bars(1), ...odd], async () => {}));
		expect(status).toBe(200);
		expect(body).toMatchObject({ read: 61, sent: 1, rejected: 60, moreWarnings: 10 });
		expect(body.warnings).toHaveLength(50);
		expect(body.warnings[0]).toContain("bar 0: price 0 is not above 0");
	});
});

describe("a call with mistakes", () => {
	test("is answered with each, and opens nothing", async () => {
		const { status, body, specs, logged } = await call(feedOf([]), {
			of: get({ symbols: "AAPL", form: "2026-03-02" }),
		});
		expect(status).toBe(400);
		expect(body.mistakes).toEqual([expect.stringMatching(/^from: must be given/), 'Unrecognized key: "form"']);
		expect(body.error).toBe(body.mistakes.join("; "));
		expect({ specs, logged }).toEqual({ specs: [], logged: [] });
	});

	test("by another method says which there are", async () => {
		const { status, headers } = await call(feedOf([]), { of: event("PUT") });
		expect({ status, headers }).toMatchObject({ status: 405, headers: { allow: "GET, POST" } });
	});
});

describe("what goes wrong", () => {
	test("Yahoo does not answer: the reason, and nothing sent", async () => {
		const { status, body, kinesis } = await call(async () => {
			throw new UserError("Yahoo does not answer as it should for AAPL (429). Nothing was sent; try again later.");
		});
		expect(status).toBe(502);
		expect(body.error).toMatch(/^Yahoo does not answer as it should for AAPL/);
		expect(kinesis.landed).toEqual([]);
	});

	test("the feed fails on the way: what it gave is sent, nothing is closed, and the answer says from where to go on", async () => {
		const feed = followed(bars(120), async () => {
			throw new Error("the answer is no JSON");
		});
		const { status, body, kinesis, logged } = await call(feed, { of: get({ ...asked, close: "true" }) });
		expect(status).toBe(502);
		expect(body).toMatchObject({
			...{ error: "The feed failed: the answer is no JSON", read: 120, sent: 120, closedAt: null },
			next: { from: "2026-03-02T16:29:00.000Z" },
		});
		expect(kinesis.all.filter(({ source }) => source !== "clock")).toHaveLength(120);
		expect(logged).toEqual([["warn", "Collected in part", expect.objectContaining({ sent: 120 })]]);
	});

	test("the time runs out while it reads: 504, with how far it came", async () => {
		const feed = followed(
			bars(120),
			(signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
		);
		const { status, body } = await call(feed, { remainingMs: 15_200, of: get({ ...asked, close: "true" }) });
		expect(status).toBe(504);
		expect(body).toMatchObject({
			...{ error: expect.stringMatching(/time ran out: call again/), read: 120, sent: 120, closedAt: null },
			next: { from: "2026-03-02T16:29:00.000Z" },
		});
	});

	test("the time runs out before there is a feed", async () => {
		const { status, body } = await call(() => new Promise(() => {}), { remainingMs: 10_000 });
		expect(status).toBe(504);
		expect(body).toMatchObject({ next: { from: "2026-03-02" } });
	});

	test("Kinesis refuses for good: how many it did not take", async () => {
		const kinesis = new FakeKinesis(1);
		kinesis.before = () => {
			const denied = { name: "AccessDeniedException", $metadata: { httpStatusCode: 400 } };
			throw Object.assign(new Error("not authorized to perform kinesis:PutRecords"), denied);
		};
		const { status, body } = await call(feedOf(bars(10)), { kinesis });
		expect(status).toBe(502);
		expect(body).toMatchObject({
			error: "Kinesis did not take 10 of 10 bars",
			sent: 0,
			failed: 10,
			next: { from: "2026-03-02" },
		});
		expect(body.warnings.join()).toContain("not authorized to perform kinesis:PutRecords");
	});

	test("a defect is logged with its trace and answered in one line", async () => {
		const { status, body, logged } = await call(async () => {
			throw new TypeError("undefined is not a function");
		});
		expect({ status, body }).toEqual({ status: 500, body: { error: "TypeError: undefined is not a function" } });
		expect(logged).toEqual([["error", "The collector failed", expect.any(TypeError)]]);
	});
});

describe("with Yahoo's own answers", () => {
	const row = (minute: number, close: number): ChartRow => [
		start / 1000 + minute * 60,
		close,
		close + 1,
		close - 1,
		close,
		500,
	];

	test("the bars of all symbols arrive in the order of their times, and again with the same ids", async () => {
		const rows = { AAPL: [row(0, 150), row(1, 151), row(2, 152)], MSFT: [row(0, 300), row(1, 301)] };
		const yahoo = () => fakeYahoo({ chart: (_, symbol) => chartOf(symbol, rows[symbol as "AAPL"]) });
		const collect = () =>
			call((spec) => yahooHistory(spec, { fetch: yahoo().fetch, now: start + 86_400_000 }), {
				of: get({ symbols: "AAPL,MSFT", from: "2026-03-02" }),
				kinesis: new FakeKinesis(1),
			});
		const first = await collect();
		expect({ status: first.status, body: first.body }).toMatchObject({ status: 200, body: { read: 5, sent: 5 } });
		const arrived = ({ kinesis }: Answered) => kinesis.all.filter(({ source }) => source !== "clock");
		expect(arrived(first).map(({ symbol, close, price }) => [symbol, close ?? price])).toEqual([
			...[
				["AAPL", 150],
				["MSFT", 300],
				["AAPL", 151],
				["MSFT", 301],
				["AAPL", 152],
			],
		]);
		expect(arrived(await collect())).toEqual(arrived(first));
	});

	test("too many requests are an answer with the reason", async () => {
		const { fetch } = fakeYahoo({ chart: () => tooMany() });
		const { status, body } = await call((spec) => yahooHistory(spec, { fetch, retryMs: 1 }));
		expect(status).toBe(502);
		expect(body.error).toMatch(/Yahoo does not answer as it should for AAPL \(.*429/);
	});
});
