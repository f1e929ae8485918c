/**
 * The function on the emulator: behind its URL, and its bundle with Yahoo's recorded answers in this process, because a
 * deployed function would ask Yahoo itself.
 */
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { bundle } from "../../../infra/bundle.ts";
import type { Outputs } from "../../../infra/deploy.ts";
import { kinesisClient } from "../../../producer/client.ts";
import type { collector } from "../../../producer/collect/collector.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { readBack } from "../../support/read_back.ts";
import { chartOf, fakeYahoo } from "../yahoo/answers.ts";
import { get } from "./call.ts";

let emulator: TestEmulator;
let outputs: Outputs;
beforeAll(async () => {
	emulator = await testEmulator();
	outputs = await emulator.deploy({ shards: 2, producer: "lambda" });
});
afterAll(async () => emulator[Symbol.asyncDispose]());
afterEach(() => {
	vi.unstubAllEnvs();
	vi.unstubAllGlobals();
});

describe("the function's URL", () => {
	/** The emulator asks for a signature and does not check it. */
	const signed = { authorization: "AWS4-HMAC-SHA256 Credential=test/20260302/us-east-1/lambda/aws4_request" };
	const ask = (query: string, headers: Record<string, string> = {}) => {
		const [id] = new URL(outputs.CollectorUrl ?? "").hostname.split(".");
		return fetch(`${emulator.endpoint}/_aws/lambda-url/${id}/?${query}`, { headers });
	};

	test("refuses a request that is not signed", async () => {
		expect((await ask("symbols=AAPL&from=2026-03-02")).status).toBe(403);
	});

	test("gives a signed one to the function, which names the mistakes", async () => {
		const answer = await ask("symbols=A%20PL&from=yesterday", signed);
		expect({ status: answer.status, type: answer.headers.get("content-type") }).toEqual({
			status: 400,
			type: "application/json",
		});
		expect(await answer.json()).toMatchObject({
			mistakes: [expect.stringContaining('symbols: "A PL" cannot be'), expect.stringContaining('from: "yesterday"')],
		});
	});
});

test("the bundle sends Yahoo's bars into the deployed stream", async () => {
	const start = Date.parse("2026-03-02T14:30:00Z") / 1000;
	const rows = Array.from({ length: 390 }, (_, at) => [start + at * 60, 150, 151, 149, 150.5, 1000 + at] as const);
	const { fetch } = fakeYahoo({ chart: (_, symbol) => chartOf(symbol, rows) });
	vi.stubGlobal("fetch", fetch);
	vi.stubEnv("TRADES_STREAM", outputs.TradesStream);
	vi.stubEnv("LATENESS_SECONDS", "2");
	vi.stubEnv("KINESIS_ENDPOINT", emulator.endpoint);
	vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");

	const outdir = mkdtempSync(join(emulator.dir, "bundle-"));
	const folder = bundle(new Stack(new App({ outdir })), "collector", "producer/collect/history.lambda.ts");
	// Node's own loader: vitest would take the bundle apart first.
	const { handler } = createRequire(import.meta.url)(join(folder, "index.mjs")) as {
		handler: ReturnType<typeof collector>;
	};
	const answer = await handler(get({ symbols: "AAPL,MSFT", from: "2026-03-02", close: "true" }), {
		getRemainingTimeInMillis: () => 900_000,
	});
	expect(answer).toMatchObject({ statusCode: 200 });
	expect(JSON.parse((answer as { body: string }).body)).toMatchObject({
		...{ read: 780, sent: 780, rejected: 0, failed: 0 },
		...{ firstEventTime: "2026-03-02T14:30:00.000Z", lastEventTime: "2026-03-02T20:59:00.000Z" },
		closedAt: "2026-03-03T05:00:03.000Z",
	});

	const kinesis = kinesisClient({ endpoint: emulator.endpoint });
	const found: { trade_id: string; symbol: string; source: string; high: number }[] = [];
	for await (const { inside } of readBack(kinesis, outputs.TradesStream)) {
		found.push(...inside.map((text) => JSON.parse(text)));
	}
	kinesis.destroy();
	const bars = found.filter(({ source }) => source !== "clock");
	expect(new Set(bars.map(({ symbol, trade_id }) => `${symbol} ${trade_id}`)).size).toBe(780);
	expect(new Set(bars.map(({ high }) => high))).toEqual(new Set([151]));
});
