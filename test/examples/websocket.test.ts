/** The example of a feed of one's own, as its README runs it, against the server beside it. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { trades } from "../../examples/websocket/feed.ts";
import { type Exchange, inventedTrades, openExchange } from "../../examples/websocket/server.ts";
import { root } from "../../local/paths.ts";
import { kinesisClient } from "../../producer/client.ts";
import { type PublishOptions, publish, type Rejected } from "../../producer/index.ts";
import { FakeKinesis, tempFolder } from "../producer/support.ts";
import { testEmulator } from "../support/emulator.ts";
import { makeStream, readBack } from "../support/read_back.ts";

const START = Date.parse("2020-05-14T13:30:00.000Z");
const message = (number: number, more: object = {}) =>
	JSON.stringify({ id: `t${number}`, pair: "ACME", at: START + number, price: "101.5", amount: 10, ...more });

async function openHere(): Promise<Exchange> {
	const exchange = await openExchange(0);
	onTestFinished(() => exchange[Symbol.asyncDispose]());
	return exchange;
}

/** The feed on its way into a stream in memory; `until` waits for so many trades there. */
function published(url: string, kinesis: FakeKinesis, more: Partial<PublishOptions> = {}) {
	const stop = new AbortController();
	const rejected: Rejected[] = [];
	const done = publish(trades(url, stop.signal), {
		stream: "trades",
		client: kinesis.client,
		signal: stop.signal,
		onRejected: (each) => rejected.push(each),
		...more,
	});
	const landed = () => kinesis.all.filter(({ source }) => source === "example");
	return {
		rejected,
		landed,
		until: async (count: number) => {
			while (landed().length < count) await new Promise((resolve) => setTimeout(resolve, 10));
		},
		end: () => {
			stop.abort();
			return done;
		},
	};
}

describe("the feed of a WebSocket", () => {
	test("makes a trade of each message, as it comes", async () => {
		const exchange = await openHere();
		const feed = published(exchange.url, new FakeKinesis(1));
		await exchange.listener();
		await exchange.tell(message(1));
		await feed.until(1);
		expect(await feed.end()).toMatchObject({ read: 1, sent: 1, rejected: 0, failed: 0 });
		expect(feed.landed()).toEqual([
			{
				trade_id: "t1",
				symbol: "ACME",
				event_time: "2020-05-14T13:30:00.001Z",
				price: 101.5,
				size: 10,
				source: "example",
			},
		]);
	});

	test("loses nothing that it was told, over lost connections, in bursts and while Kinesis is slow", async () => {
		const exchange = await openHere();
		const kinesis = new FakeKinesis(2, { records: 0.05 });
		kinesis.before = () => new Promise((resolve) => setTimeout(resolve, 20));
		const feed = published(exchange.url, kinesis, { spool: { dir: tempFolder() } });
		let number = 0;
		for (const how of ["close", "cut", "close", undefined] as const) {
			await exchange.listener();
			// At once: far more than is taken from the connection in the meantime.
			await Promise.all(Array.from({ length: 500 }, () => exchange.tell(message(++number))));
			if (how) exchange.drop(how);
			// Gone for all who listen; the next is a new connection.
			while (how && exchange.listeners > 0) await new Promise((resolve) => setTimeout(resolve, 5));
		}
		await feed.until(2000);
		expect(await feed.end()).toMatchObject({ read: 2000, sent: 2000, rejected: 0, failed: 0, spooled: 0 });
		const ids = feed.landed().map(({ trade_id }) => trade_id);
		expect(new Set(ids)).toEqual(new Set(Array.from({ length: 2000 }, (_, at) => `t${at + 1}`)));
	});

	test("rejects what is no trade, with the reason and the message, and goes on", async () => {
		const exchange = await openHere();
		const feed = published(exchange.url, new FakeKinesis(1));
		await exchange.listener();
		const bad = ["{broken", message(1, { at: "soon" }), message(2, { price: "free" }), message(3, { pair: undefined })];
		for (const each of [...bad, "null", message(4)]) await exchange.tell(each);
		await feed.until(1);
		expect(await feed.end()).toMatchObject({ read: 6, sent: 1, rejected: 5, failed: 0 });
		expect(feed.landed().map(({ trade_id }) => trade_id)).toEqual(["t4"]);
		const [json, time, price, symbol, nothing] = feed.rejected;
		expect(json?.rejected).toMatch(/^a message is no trade: SyntaxError: /);
		expect(json?.payload).toBe("{broken");
		expect(time).toEqual({ rejected: "a message is no trade: RangeError: Invalid time value", payload: bad[1] });
		expect(price?.rejected).toMatch(/^price /);
		expect(symbol?.rejected).toMatch(/^symbol /);
		expect(nothing?.payload).toBe("null");
	});

	test("waits for an exchange that is not there yet, and stops while it waits", async () => {
		// Something that hangs up on everybody, until the exchange is there.
		const closed = createServer((socket) => socket.destroy()).listen(0, "localhost");
		await once(closed, "listening");
		const { port } = closed.address() as AddressInfo;
		const feed = published(`ws://localhost:${port}`, new FakeKinesis(1));
		await once(closed, "connection");
		await once(closed, "connection");
		await new Promise((done) => closed.close(done));
		const again = await openExchange(port);
		await again.listener();
		await again.tell(message(1));
		await feed.until(1);
		await again[Symbol.asyncDispose]();
		expect(await feed.end()).toMatchObject({ read: 1, sent: 1 });
	});
});

test("the server tells trades that move in small steps", () => {
	const told = inventedTrades();
	const all = Array.from({ length: 30 }, () => JSON.parse(told.next().value as string));
	expect(new Set(all.map(({ id }) => id)).size).toBe(30);
	expect(new Set(all.map(({ pair }) => pair))).toEqual(new Set(["ACME", "GLOBEX", "INITECH"]));
	for (const { at, price, amount } of all) {
		expect(at).toBeLessThanOrEqual(Date.now());
		expect(Number(price)).toBeGreaterThan(30);
		expect(amount % 10).toBe(0);
	}
});

test("both commands of the README, into a stream of the emulator", async () => {
	await using emulator = await testEmulator();
	const kinesis = kinesisClient({ endpoint: emulator.endpoint });
	onTestFinished(() => kinesis.destroy());
	const stream = await makeStream(kinesis, "tidemark-trades", 2);
	const live = join(emulator.dir, "state", "live");
	mkdirSync(live, { recursive: true });
	writeFileSync(join(live, "stack.json"), JSON.stringify({ pid: process.pid, endpoints: { aws: emulator.endpoint } }));

	const run = (file: string, ...args: string[]) =>
		execa(process.execPath, [join("examples", "websocket", file), ...args], {
			cwd: root,
			reject: false,
			env: { TIDEMARK_STATE: join(emulator.dir, "state") },
		});
	const server = run("server.ts", "0");
	onTestFinished(() => void server.kill());
	const url = await new Promise<string>((found) => {
		server.stdout.on("data", (text) => found(/ws:\S+\d/.exec(String(text))?.[0] as string));
	});
	const feed = run("feed.ts", url);
	const there = async () => {
		const all: { source: string; symbol: string }[] = [];
		for await (const { inside } of readBack(kinesis, stream)) all.push(...inside.map((text) => JSON.parse(text)));
		return all.filter(({ source }) => source === "example");
	};
	while ((await there()).length < 30) await new Promise((resolve) => setTimeout(resolve, 100));
	feed.kill("SIGINT");
	const { stdout, exitCode, stderr } = await feed;
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	const [, sent] = /sent: (\d+)/.exec(stdout) ?? [];
	expect(await there()).toHaveLength(Number(sent));
});
