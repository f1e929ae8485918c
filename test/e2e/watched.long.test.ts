/** The real day at 60 times its speed, watched on the page from start to end: its candles are the lake's bars. */
import { afterAll, expect, test } from "vitest";
import { choosePorts } from "../../local/ports.ts";
import { open, startBrowser } from "../local/page/browser.ts";
import { readCandles } from "../local/page/candles.ts";
import { realData } from "../support/data.ts";
import { query, temporaryState, tidemark } from "./cli.ts";
import type { ExpectedBar } from "./expected.ts";

const day = realData("trades-2013-10-07.csv.gz");
const state = temporaryState();
afterAll(() => state.remove());

const SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];
const INTERVALS = ["1m", "5m", "1h", "1d"];
/** As a person rounds: 49.025 is 49.03, though its nearest double is a little less. */
const cents = new Intl.NumberFormat("en-US", {
	minimumFractionDigits: 2,
	maximumFractionDigits: 2,
	useGrouping: false,
});
/** The day's trades span some sixteen hours, which are sixteen minutes; the start of a stack comes on top, and a busy machine. */
const WATCH_MS = 30 * 60_000;

test("a replay watched from start to end ends with the lake's bars on the page", {
	timeout: 4 * WATCH_MS,
}, async () => {
	if (!day) throw new Error("The real trades are needed: set TIDEMARK_DATA or put them into ../shared/data");
	const { aws, flink, questdb, page } = await choosePorts({}, { pickFree: true });
	const ports = ["--port-aws", aws, "--port-flink", flink, "--port-questdb", questdb, "--port-page", page].map(String);
	const run = tidemark(state.dir, ["up", "--replay", day, "--speed", "60", ...ports]);
	const browser = await startBrowser();
	const shown = new Map<string, unknown>();
	try {
		const url = `http://127.0.0.1:${page}`;
		await expect
			.poll(
				() =>
					fetch(url).then(
						({ ok }) => ok,
						() => run.child.exitCode,
					),
				{ timeout: 300_000 },
			)
			.toBe(true);
		const watched = await open(browser, `${url}/#SPY/1m`);
		const tab = watched.page;
		await tab.locator("#problems", { hasText: "The feed is over" }).waitFor({ timeout: WATCH_MS });
		await tab.locator("#bars-by", { hasText: "1m 2,310 · 5m 566 · 1h 61 · 1d 4" }).waitFor({ timeout: WATCH_MS });
		for (const symbol of SYMBOLS) {
			for (const interval of INTERVALS) {
				await tab.evaluate(`location.hash = ${JSON.stringify(`#${symbol}/${interval}`)}`);
				await tab.locator("#chart[aria-label*='closed candles']").waitFor();
				for (const [time, { forming, vwap, ...candle }] of await readCandles(tab, { stepPx: 5 })) {
					expect([symbol, interval, time, forming]).toEqual([symbol, interval, time, false]);
					shown.set(`${symbol} ${interval} ${time}`, { ...candle, vwap: vwap.toFixed(2) });
				}
			}
		}
		expect(watched.wrongs).toEqual([]);
	} finally {
		await browser.close();
		run.child.kill("SIGINT");
		await run.finished;
	}
	const columns = 'symbol, "interval", window_start, open, high, low, close, volume, vwap';
	const bars = await query<ExpectedBar>(state.dir, `SELECT ${columns} FROM bars`);
	expect(bars).toHaveLength(2_941);
	const wanted = bars.map(({ symbol, interval, window_start, open, high, low, close, volume, vwap }) => {
		const time = window_start.slice(0, 16).replace("T", " ");
		return [
			`${symbol} ${interval} ${time}`,
			{ time, open, high, low, close, volume, vwap: vwap === null ? "NaN" : cents.format(vwap) },
		];
	});
	expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wanted));
});
