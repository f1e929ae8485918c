import { CreateStreamCommand } from "@aws-sdk/client-kinesis";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alertKey, textOf } from "../../../alerting/deliver/keys.ts";
import { newSeries } from "../../../alerting/engine/engine.ts";
import type { Part } from "../../../local/page/messages.ts";
import { type Page, type PageOptions, startPage } from "../../../local/page/server.ts";
import { open, openWindow, startBrowser, type Watched, type Window } from "./browser.ts";
import { alert, bar, hit, MARKUP, tick } from "./records.ts";
import { startTestStack, type TestStack } from "./stack.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
/** `count` closed minutes from 13:30 on, closing at 100, 101, … */
const minutes = (symbol: string, count: number) =>
	Array.from({ length: count }, (_, i) => bar(symbol, at(`13:${30 + i}:00`), 100 + i));

let stack: TestStack;
let browser: Browser;
let page: Page;
let parts: Part[];
/** The first window of a test, which is used again in the next one; and those of its own. */
let usual: Window;
let isUsed: boolean;
let windows: Watched[];

beforeAll(async () => {
	[stack, browser] = await Promise.all([startTestStack(), startBrowser()]);
	usual = await openWindow(browser);
	await stack.store([
		...minutes("HIST", 10),
		bar("HIST", at("13:30:00"), 104, { interval: "5m", volume: 5_000 }),
		...minutes(MARKUP, 2),
	]);
	await stack.price({
		symbol: "PRICED",
		event_time: at("13:00:00.000"),
		price: 55.5,
		day_open: 50,
		day_high: 56,
		day_low: 49,
	});
	await stack.store(minutes("LIVE", 10));
});
afterAll(async () => {
	await browser?.close();
	await stack?.close();
});

beforeEach(async () => {
	windows = [];
	isUsed = false;
	// Again for each test, because a page reads the last two minutes of the streams only. What it knows already is no news.
	await stack.put("BarsStream", minutes("HIST", 10));
	await stack.put("TicksStream", [
		tick("HIST", at("13:40:01"), 110),
		tick("LOSER", at("13:40:01"), 20, { day_move_pct: -3.5 }),
		tick("WINNER", at("13:40:01"), 30, { day_move_pct: 7.25 }),
		tick(MARKUP, at("13:32:00"), 42),
	]);
	parts = (["emulator", "flink", "questdb", "producer"] as const).map((part) => ({ part, state: "up" }));
	page = await start();
});
afterEach(async () => {
	const wrongs = windows.flatMap((window) => window.wrongs);
	await Promise.all(windows.map((window) => (window === usual ? usual.leave() : window.close())));
	await page.close();
	expect(wrongs).toEqual([]);
});

function start(over: Partial<PageOptions> = {}): Promise<Page> {
	return startPage({ stack: stack.stack, port: 0, status: () => parts, warn: () => {}, ...over });
}

async function show(hash = ""): Promise<Watched & { tab: Tab }> {
	const url = `${page.url}/${hash}`;
	const isFirst = !isUsed;
	isUsed = true;
	if (isFirst) await usual.go(url);
	const window = isFirst ? usual : await open(browser, url);
	windows.push(window);
	return { ...window, tab: window.page };
}

const text = async (tab: Tab, id: string) => spaced((await tab.locator(`#${id}`).allInnerTexts()).join());
const spaced = (raw: string) => raw.replace(/\s+/g, " ").trim();
const chartLabel = async (tab: Tab) => (await tab.locator("#chart").getAttribute("aria-label")) ?? "";
const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 15_000, interval: 50 });
const cells = async (tab: Tab, symbol: string) => {
	const name = tab.getByRole("rowheader", { name: symbol, exact: true });
	return (await tab.locator("tbody tr", { has: name }).locator("th, td").allInnerTexts()).map((cell) => cell.trim());
};
const column = (tab: Tab) => tab.locator("tbody th").allInnerTexts();

describe("the chart", () => {
	test("shows the store's history and a forming candle that moves with the seconds, until its bar closes", async () => {
		await stack.put("TicksStream", [tick("LIVE", at("13:40:01"), 110)]);
		const { tab } = await show("#LIVE/1m");
		await eventually(() => chartLabel(tab)).toContain("10 closed candles, the last of 2013-10-07T13:39Z");
		await eventually(() => text(tab, "legend")).toMatch(
			/2013-10-07 13:40 O110.00 H110.00 L110.00 C110.00 V100 .* forming/,
		);
		await stack.put("TicksStream", [tick("LIVE", at("13:40:02"), 113), tick("LIVE", at("13:40:03"), 109.5)]);
		await eventually(() => text(tab, "legend")).toMatch(/O110.00 H113.00 L109.50 C109.50 V300/);
		await eventually(() => text(tab, "last")).toBe("109.50");
		await stack.put("BarsStream", [
			bar("LIVE", at("13:40:00"), 109.25, { open: 110, high: 113.5, low: 109, volume: 301 }),
		]);
		await eventually(() => chartLabel(tab)).toMatch(
			/^11 closed candles, the last of 2013-10-07T13:40Z: open 110.00, high 113.50, low 109.00, close 109.25/,
		);
		await eventually(() => text(tab, "legend")).toMatch(/13:40 O110.00 H113.50 L109.00 C109.25 V301/);
		expect(await text(tab, "legend")).not.toContain("forming");
	});

	test("shows another interval, and the address keeps symbol and interval", async () => {
		const { tab } = await show("#HIST/1m");
		await tab.getByRole("button", { name: "5m", exact: true }).click();
		await eventually(() => chartLabel(tab)).toContain("1 closed candles, the last of 2013-10-07T13:30Z: open 103.90");
		await eventually(() => text(tab, "legend")).toMatch(/2013-10-07 13:40 O110.00 .* forming/);
		expect(new URL(tab.url()).hash).toBe("#HIST/5m");
		await tab.reload();
		await eventually(() => chartLabel(tab)).toContain("1 closed candles");
		expect(await tab.getByRole("button", { name: "5m", exact: true }).getAttribute("aria-pressed")).toBe("true");
		await tab.evaluate("location.hash = '#LOSER/1d'");
		await eventually(() => text(tab, "legend")).toMatch(
			/2013-10-07 05:00 O19.00 H21.00 L18.00 C20.00 V50,000 .* forming/,
		);
	});

	test("says so while there is nothing to show", async () => {
		const { tab } = await show("#PRICED/1m");
		await eventually(() => text(tab, "empty")).toContain("No data yet");
		expect(await chartLabel(tab)).toBe("No closed candle yet");
		const { tab: other } = await show("#NEVER/1m");
		await eventually(() => text(other, "empty")).toContain("NEVER has not been seen on the stream yet");
	});

	test("shows a symbol that is first seen while the page is open", async () => {
		const { tab } = await show("#LATER/1m");
		await stack.put("BarsStream", minutes("LATER", 3));
		await eventually(() => chartLabel(tab)).toContain("3 closed candles");
		await eventually(() => tab.locator("#symbol").inputValue()).toBe("LATER");
	});

	test("marks hits at the candle they are in", async () => {
		await stack.put("BarsStream", minutes("MARKED", 3));
		await stack.put("HitsStream", [
			hit("MARKED", at("13:30:10.000"), 101),
			hit("MARKED", at("13:31:10.000"), 99, { direction: "down" }),
			hit("MARKED", at("13:31:40.000"), 98, { direction: "down" }),
			hit("MARKED", at("13:31:50.000"), 100, { state: "cleared", hit_id: "cleared" }),
		]);
		const { tab } = await show("#MARKED/1m");
		await eventually(() => chartLabel(tab)).toContain("2 marks of moves");
		await stack.put("HitsStream", [hit("MARKED", at("13:32:10.000"), 103)]);
		await eventually(() => chartLabel(tab)).toContain("3 marks of moves");
	});
});

describe("the table", () => {
	test("shows every symbol with its moves and day range", async () => {
		const { tab } = await show();
		await eventually(() => cells(tab, "WINNER")).toEqual([
			"WINNER",
			"30.00",
			"+7.25",
			"–",
			"",
			expect.stringMatching(/28.00\s*31.00/),
		]);
		// Of what is in the store from before this page was started.
		const line = tab.locator("#quotes tr", { has: tab.locator(".name", { hasText: "LIVE" }) }).getByRole("img");
		await eventually(() => line.getAttribute("aria-label")).toContain("last hour: 100.00 to 109.");
		expect(await cells(tab, "LOSER")).toEqual([
			"LOSER",
			"20.00",
			"−3.50",
			"–",
			"",
			expect.stringMatching(/18.00\s*21.00/),
		]);
		// From the table of latest prices: no second of it was seen, and no previous close is known.
		expect(await cells(tab, "PRICED")).toEqual([
			"PRICED",
			"55.50",
			"+11.00",
			"–",
			"",
			expect.stringMatching(/49.00\s*56.00/),
		]);
		await stack.put("TicksStream", [tick("WINNER", at("13:40:05"), 31.5, { day_move_pct: 9.5, day_high: 31.5 })]);
		await stack.put("BarsStream", [bar("WINNER", at("13:39:00"), 30, { move_pct: -0.25 })]);
		await eventually(async () => (await cells(tab, "WINNER")).slice(0, 4)).toEqual([
			"WINNER",
			"31.50",
			"+9.50",
			"−0.25",
		]);
	});

	test("sorts by each column, both ways", async () => {
		const { tab } = await show();
		await eventually(() => column(tab)).toContain("WINNER");
		const byName = await column(tab);
		expect(byName).toEqual([...byName].sort());
		await tab.getByRole("button", { name: "Day %" }).click();
		await eventually(async () => (await column(tab))[0]).toBe("PRICED");
		expect((await column(tab)).at(-1)).toBe("LOSER");
		expect(await tab.getByRole("columnheader", { name: "Day %" }).getAttribute("aria-sort")).toBe("descending");
		await tab.getByRole("button", { name: "Day %" }).click();
		await eventually(async () => (await column(tab))[0]).toBe("LOSER");
		await tab.getByRole("button", { name: "Symbol" }).click();
		await eventually(() => column(tab)).toEqual(byName);
	});

	test("selects with a click and with the keyboard alone", async () => {
		const { tab } = await show("#HIST/1m");
		await tab.getByRole("rowheader", { name: "WINNER", exact: true }).click();
		await eventually(async () => new URL(tab.url()).hash).toBe("#WINNER/1m");
		expect(await tab.locator("#symbol").inputValue()).toBe("WINNER");
		await tab.locator("tbody button", { hasText: "HIST" }).focus();
		await tab.keyboard.press("ArrowDown");
		const focused = await tab.evaluate("document.activeElement.textContent");
		expect(focused).toBe((await column(tab))[(await column(tab)).indexOf("HIST") + 1]);
		await tab.keyboard.press("ArrowUp");
		await tab.keyboard.press("Enter");
		await eventually(async () => new URL(tab.url()).hash).toBe("#HIST/1m");
		expect(await tab.locator("tbody tr.selected th").textContent()).toBe("HIST");
	});

	test("marks the symbols of which nothing is current, with the reason, until there is", async () => {
		const { tab } = await show();
		await eventually(() => column(tab)).toContain("WINNER");
		const why = "Yahoo: 429 Too Many Requests";
		const stale = (symbol: string, since: string | null) => ({ symbol, since, why });
		parts = parts.map((part) =>
			part.part === "producer"
				? { ...part, stale: [stale("WINNER", "2013-10-07T13:39:05.000Z"), stale("NOROW", null), stale("LATER2", null)] }
				: part,
		);
		const badges = () => tab.locator("tbody .badge").evaluateAll((all) => all.map(({ title }) => title));
		await eventually(badges).toEqual([`since 13:39:05Z: ${why}`]);
		expect(await tab.locator("tbody tr.stale th").allInnerTexts()).toEqual([expect.stringMatching(/^WINNER\s*stale/)]);
		// Read out with the reason, and seen without the name being cut off.
		const header = tab.getByRole("rowheader", { name: `WINNER stale since 13:39:05Z: ${why}` });
		expect(await header.locator(".badge").isVisible()).toBe(true);
		expect(await header.locator(".name").evaluate((name) => name.scrollWidth <= name.clientWidth)).toBe(true);
		// One without a line is named at the foot, and gets its mark with its line.
		expect(await text(tab, "problems")).toContain(`Stale: WINNER, NOROW, LATER2 (${why}).`);
		await stack.put("TicksStream", [tick("LATER2", at("13:40:01"), 5)]);
		await eventually(badges).toHaveLength(2);
		parts = parts.map(({ stale, ...part }) => part);
		await eventually(badges).toEqual([]);
		expect(await tab.locator("tbody tr.stale").count()).toBe(0);
		await eventually(() => text(tab, "problems")).toBe("All parts are up");
	});

	test("everything can be reached with the tab key", async () => {
		const { tab } = await show("#HIST/1m");
		await eventually(() => column(tab)).toContain("WINNER");
		const reached = new Set<string>();
		for (let i = 0; i < 40; i += 1) {
			await tab.keyboard.press("Tab");
			reached.add((await tab.evaluate("document.activeElement.id || document.activeElement.textContent")) as string);
		}
		for (const wanted of [
			"symbol",
			"1m",
			"5m",
			"1h",
			"1d",
			"compare",
			"vwap",
			"zone",
			"show-flow",
			"Symbol",
			"Day range",
			"HIST",
			"WINNER",
			"tradingview.com",
		]) {
			expect([...reached]).toContain(wanted);
		}
	});
});

describe("the alerts", () => {
	/** Alerts of a day of this test's own, so that others' are below. */
	const on = (day: string, time: string) => `2013-11-${day}T${time}Z`;
	const rows = async (tab: Tab, day: string) =>
		(await tab.locator("#alerts li").allInnerTexts()).map(spaced).filter((row) => row.startsWith(`2013-11-${day}`));
	const item = (tab: Tab, rule: string) => tab.locator("#alerts li", { has: tab.getByTitle(`Rule ${rule}`) });

	test("are listed newest first as they fire, and lead to their symbol", async () => {
		const { tab } = await show("#HIST/1m");
		expect(await text(tab, "no-alerts")).toMatch(/^No alerts yet: one shows when a rule .* fires\.$/);
		await stack.alert(alert("WINNER", on("01", "13:40:00")));
		await eventually(() => rows(tab, "01")).toEqual([
			"2013-11-01 13:40:00 WINNER ▲ +1.20 % 31.50 warning move WINNER up +1.20 % in 5m at 31.50 waiting",
		]);
		expect(await tab.locator("#no-alerts").isVisible()).toBe(false);
		const down = {
			direction: "down",
			move_pct: -3.5,
			price: 0.4312,
			severity: "critical",
			subject: "LOSER falls",
		} as const;
		await stack.alert(alert("LOSER", on("01", "13:41:00"), down));
		// One that comes later with an earlier event time takes its place below.
		await stack.alert(
			alert("HIST", on("01", "13:40:30"), { rule: "day-high", severity: "info", move_pct: null, price: null }),
		);
		await eventually(() => rows(tab, "01")).toEqual([
			"2013-11-01 13:41:00 LOSER ▼ −3.50 % 0.4312 critical move LOSER falls waiting",
			"2013-11-01 13:40:30 HIST info day-high HIST up +1.20 % in 5m at 31.50 waiting",
			"2013-11-01 13:40:00 WINNER ▲ +1.20 % 31.50 warning move WINNER up +1.20 % in 5m at 31.50 waiting",
		]);
		expect(await tab.getByText("LOSER falls").getAttribute("title")).toContain("LOSER moved up by +1.20 % within 5m");
		await tab.locator("#alerts button", { hasText: "LOSER" }).click();
		await eventually(async () => new URL(tab.url()).hash).toBe("#LOSER/1m");
		const { tab: second } = await show();
		await eventually(() => rows(second, "01")).toHaveLength(3);
	});

	test("change in their place: sent, over, told after all, refused", async () => {
		const { tab } = await show("#HIST/1m");
		const states = () => tab.locator("#alerts li[data-time^='2013-11-02'] .state").allInnerTexts();
		const fired = alert("WINNER", on("02", "13:40:00"), { rule: "silent" });
		const late = alert("LOSER", on("02", "13:41:00"));
		await stack.alert(fired);
		await stack.alert(late, "cooldown");
		await eventually(states).toEqual(["suppressed: cooldown", "waiting"]);
		const element = await item(tab, "silent").last().elementHandle();
		await stack.sent(fired);
		await eventually(states).toEqual(["suppressed: cooldown", "sent"]);
		expect(
			await tab
				.locator(".state", { hasText: /^sent$/ })
				.first()
				.getAttribute("title"),
		).toMatch(/^It was told: SNS took the message \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\)$/);
		const resolved = {
			...fired,
			event_time: on("02", "13:59:00.000"),
			state: "resolved" as const,
			subject: "It trades again",
		};
		await stack.alert(resolved);
		await eventually(states).toEqual(["suppressed: cooldown", "resolved: waiting"]);
		await stack.sent(resolved);
		await eventually(() => rows(tab, "02")).toEqual([
			expect.stringMatching(/13:41:00 LOSER .* suppressed: cooldown$/),
			"2013-11-02 13:40:00 WINNER ▲ +1.20 % 31.50 warning silent It trades again resolved",
		]);
		// It is the same row all the time.
		expect(await element?.isVisible()).toBe(true);
		await stack.alert(late);
		await eventually(states).toEqual(["waiting", "resolved"]);
		const key = textOf(alertKey(late));
		await stack.alerts.claim(key, Date.now() + 60_000, Date.now());
		await stack.alerts.settle(key, { status: "refused", reason: "Invalid parameter" });
		await eventually(states).toEqual(["refused: Invalid parameter", "resolved"]);
	});

	test("that were suppressed or held back are muted, and hidden and shown by a button that is remembered", async () => {
		const { tab, shift } = await show("#HIST/1m");
		const seen = async () => {
			const all = tab.locator("#alerts li[data-time^='2013-11-03']");
			const visible = await Promise.all((await all.all()).map((row) => row.isVisible()));
			return (await all.locator(".symbol").allInnerTexts()).filter((_, i) => visible[i]);
		};
		await stack.alert(alert("TOLD", on("03", "13:40:00")));
		await stack.alert(alert("MUTED", on("03", "13:41:00")), "max_age");
		const held = alert("HELD", on("03", "13:42:00"));
		await stack.alert(held);
		const storm = { pk: "storm", sk: "-" };
		await stack.alerts.putValue(
			storm,
			(await stack.alerts.value(storm)).version,
			{},
			{ hold: [textOf(alertKey(held))] },
		);
		const states = () => tab.locator("#alerts li[data-time^='2013-11-03'] .state").allInnerTexts();
		await eventually(states).toEqual(["held: storm", "suppressed: max_age", "waiting"]);
		await stack.sent(alert("TOLD", on("03", "13:40:00")));
		expect(await seen()).toEqual(["HELD", "MUTED", "TOLD"]);
		const colour = (symbol: string) =>
			tab.evaluate(`getComputedStyle([...document.querySelectorAll("#alerts li")]
				.find((row) => row.textContent.includes("${symbol}")).querySelector(".price")).color`);
		expect(await colour("MUTED")).not.toBe(await colour("TOLD"));

		const toggle = tab.getByRole("button", { name: /^Suppressed \d+$/ });
		const pressed = () => toggle.getAttribute("aria-pressed");
		expect(await pressed()).toBe("true");
		await toggle.click();
		expect(await pressed()).toBe("false");
		expect(await seen()).toEqual(["TOLD"]);
		expect(Number(await text(tab, "suppressed-count"))).toBeGreaterThanOrEqual(2);
		await tab.reload();
		await eventually(seen).toEqual(["TOLD"]);
		expect(await pressed()).toBe("false");
		expect(await shift()).toBeLessThan(0.005);
		await toggle.focus();
		await tab.keyboard.press("Space");
		expect(await pressed()).toBe("true");
		await eventually(seen).toEqual(["HELD", "MUTED", "TOLD"]);
	});

	test("about no symbol lead nowhere", async () => {
		const { tab } = await show("#HIST/1m");
		const none = { direction: null, move_pct: null, price: null, severity: "critical" } as const;
		await stack.alert(
			alert("*", on("04", "13:40:00"), { ...none, rule: "storm", series: "storm", subject: "Storm: more" }),
		);
		await stack.alert(
			alert("pipeline", on("04", "13:39:00"), { ...none, rule: "pipeline", series: "pipeline", subject: "No results" }),
		);
		await eventually(() => rows(tab, "04")).toEqual([
			"2013-11-04 13:40:00 all symbols critical storm Storm: more waiting",
			"2013-11-04 13:39:00 all symbols critical pipeline No results waiting",
		]);
		expect(await tab.locator("#alerts li[data-time^='2013-11-04'] button").count()).toBe(0);
	});

	test("that only are suppressed ones, and hidden, are said to be", async () => {
		const outputs = { ...stack.stack.outputs, AlertsTable: "tidemark-alerts-2" };
		const other = await stack.alertsTable(outputs.AlertsTable);
		await page.close();
		page = await start({ stack: { ...stack.stack, outputs } });
		const { tab } = await show();
		await eventually(() => text(tab, "no-alerts")).toContain("No alerts yet");
		const fired = alert("ONLY", on("05", "13:40:00"));
		await other.commit(fired, { state: newSeries, version: 0, outbox: [] }, [{ alert: fired, reason: "hours" }]);
		await eventually(() => tab.locator("#alerts li").count()).toBe(1);
		expect(await tab.locator("#no-alerts").isVisible()).toBe(false);
		await tab.locator("#suppressed").click();
		expect(await text(tab, "no-alerts")).toBe("Only suppressed alerts so far, and those are hidden.");
	});
});

test("a symbol that is markup is shown as text, everywhere", async () => {
	parts = parts.map((part) => (part.part === "producer" ? { ...part, feed: MARKUP, detail: MARKUP } : part));
	const { tab } = await show(`#${encodeURIComponent(MARKUP)}/1m`);
	await eventually(() => chartLabel(tab)).toContain("2 closed candles");
	await eventually(() => column(tab)).toContain(MARKUP);
	expect(await tab.locator("#symbol").inputValue()).toBe(MARKUP);
	expect(await tab.locator("#feed").textContent()).toBe(MARKUP);
	expect(await tab.title()).toContain(MARKUP);
	const said = { rule: MARKUP, subject: MARKUP, text: MARKUP };
	const refused = alert(MARKUP, at("13:31:30.000"), said);
	await stack.alert(refused);
	await tab.locator("#alerts button", { hasText: MARKUP }).waitFor();
	const key = textOf(alertKey(refused));
	await stack.alerts.claim(key, Date.now() + 60_000, Date.now());
	await stack.alerts.settle(key, { status: "refused", reason: MARKUP });
	await eventually(async () => (await tab.locator("#alerts li .detail").allInnerTexts()).map(spaced)).toContain(
		`warning ${MARKUP} ${MARKUP} refused: ${MARKUP}`,
	);
	expect(await tab.locator("img").count()).toBe(0);
});

describe("the strip", () => {
	test("shows what the job, the store and the lake count, and says that data are synthetic", async () => {
		Object.assign(stack.gauges, {
			"Source__trades.tidemark.records_read": 388_417,
			"Source__trades.tidemark.watermark": Date.now() - 2_000,
		});
		parts = parts.map((part) =>
			part.part === "producer" ? { ...part, feed: "synthetic feed, seed 1", sent: 9_000 } : part,
		);
		await page.close();
		// The table has an older second of the symbol that traded last.
		await stack.price({ symbol: "NEWEST", event_time: at("13:59:50.000"), price: 5 });
		await stack.put("TicksStream", [tick("NEWEST", at("13:59:55"), 5)]);
		const reasons = { duplicates: 38, malformed: 5, invalid: 3, late: 1 };
		page = await start({ lakeCounts: async () => ({ ...reasons, trades: 9_000, until: "2013-10-07T13:40:00.000Z" }) });
		const { tab } = await show();
		await eventually(() => text(tab, "trades-in")).toBe("388,417");
		stack.gauges["Source__trades.tidemark.records_read"] = 390_417;
		await eventually(() => text(tab, "trades-rate")).toMatch(/^[\d,]+ a second$/);
		await eventually(() => text(tab, "trades-in")).toBe("390,417");
		await eventually(() => text(tab, "bars-by")).toMatch(/^1m \d+ · 5m 1 · 1h 0 · 1d 0$/);
		expect(await text(tab, "duplicates")).toBe("38");
		expect([await text(tab, "rejects"), await text(tab, "rejects-by")]).toEqual([
			"9",
			"malformed 5 · invalid 3 · late 1",
		]);
		expect(await text(tab, "lag-name")).toBe("Lag");
		expect(await text(tab, "lag")).toMatch(/^\d+(\.\d)? s$/);
		expect(await text(tab, "feed")).toBe("synthetic feed, seed 1");
		await tab.keyboard.press("p");
		const arrow = (name: string) => tab.locator(`[data-arrow=${name}]`).textContent();
		await eventually(() => arrow("trades")).toMatch(/so far|\/s/);
		await eventually(() => arrow("job")).toMatch(/[\d,]+\/s/);
		for (const name of ["bars", "ticks"]) expect(await arrow(name)).toMatch(/\d+.* behind/s);
		await eventually(() => arrow("latest")).toMatch(/\d.* behind/);
		await eventually(() => arrow("lake")).toContain("min");
		expect(await tab.locator("#feed.synthetic").count()).toBe(1);
	});

	test("shows the event time of a replay of another day instead of a lag of years", async () => {
		stack.gauges["Source__trades.tidemark.watermark"] = Date.parse(at("13:45:10"));
		stack.gauges["Source__trades.tidemark.millis_behind_latest"] = 4_200;
		await page.close();
		page = await start();
		const { tab } = await show();
		await eventually(() => text(tab, "lag")).toBe("2013-10-07 13:45:10Z");
		expect([await text(tab, "lag-name"), await text(tab, "lag-note")]).toEqual([
			"Event time",
			"4.2 s behind the stream",
		]);
	});

	test("says what is not known yet", async () => {
		await page.close();
		const nothing = {
			...stack.stack.outputs,
			BarsStream: "none-1",
			TicksStream: "none-2",
			HitsStream: "none-3",
			LatestTable: "none",
			AlertsTable: "none",
		};
		page = await start({
			stack: { endpoints: { ...stack.stack.endpoints, questdb: "http://127.0.0.1:9" }, outputs: nothing },
		});
		const { tab } = await show();
		await eventually(() => text(tab, "no-quotes")).toContain("No prices yet");
		expect(await text(tab, "no-alerts")).toContain("No alerts yet");
		expect(await text(tab, "empty")).toContain("No data yet");
		expect(await text(tab, "bars-by")).toBe("no data yet");
		expect(await text(tab, "rejects-by")).toBe("malformed – · invalid – · late –");
	});
});

describe("trouble", () => {
	test("a page whose server comes back goes on without a gap or a double", async () => {
		await stack.put("BarsStream", minutes("GAP", 3));
		const { tab } = await show("#GAP/1m");
		await eventually(() => chartLabel(tab)).toContain("3 closed candles");
		const port = Number(new URL(page.url).port);
		await page.close();
		await tab.locator("#connection[data-state=lost]").waitFor();
		expect(await text(tab, "problems")).toContain("lost its server");
		// While the server is away one bar closes and goes to stream and store, one only to the stream, and one again.
		const [, , again, stored, streamed] = minutes("GAP", 5);
		await stack.put("BarsStream", [again, stored, streamed]);
		if (stored) await stack.store([stored]);
		page = await start({ port });
		await tab.locator("#connection[data-state=live]").waitFor();
		await eventually(() => chartLabel(tab)).toMatch(/^5 closed candles, the last of 2013-10-07T13:34Z/);
		await stack.put("BarsStream", [bar("GAP", at("13:35:00"), 105)]);
		await eventually(() => chartLabel(tab)).toMatch(/^6 closed candles, the last of 2013-10-07T13:35Z/);
		expect(await text(tab, "problems")).toBe("All parts are up");
	});

	test("an emulator that goes away is shown, and what comes after it is read", async () => {
		await stack.put("BarsStream", minutes("AWAY", 2));
		const { tab } = await show("#AWAY/1m");
		await eventually(() => chartLabel(tab)).toContain("2 closed candles");
		await stack.stopEmulator();
		await tab.locator("#parts [data-part=emulator][data-state=down]").waitFor();
		expect(await text(tab, "problems")).toContain("AWS emulator is down: nothing new arrives (it does not answer");
		await stack.startEmulator();
		await tab.locator("#parts [data-part=emulator][data-state=up]").waitFor();
		await stack.put("BarsStream", [bar("AWAY", at("13:32:00"), 102)]);
		await eventually(() => chartLabel(tab)).toContain("3 closed candles");
		await eventually(() => text(tab, "problems")).toBe("All parts are up");
	});

	test("a store that goes away is shown, the stream's bars stay, and its history comes when it is back", async () => {
		await stack.stopQuestDb();
		const { tab } = await show("#HIST/1m");
		await tab.locator("#parts [data-part=questdb][data-state=down]").waitFor();
		await eventually(() => text(tab, "problems")).toContain("QuestDB is down: the history of bars is missing");
		await eventually(() => chartLabel(tab)).toContain("10 closed candles");
		await tab.getByRole("button", { name: "5m", exact: true }).click();
		await eventually(() => chartLabel(tab)).toBe("No closed candle yet");
		await stack.startQuestDb();
		await eventually(() => chartLabel(tab)).toContain("1 closed candles");
		await tab.locator("#parts [data-part=questdb][data-state=up]").waitFor();
	});

	test("what the caller says about a part is shown with its detail", async () => {
		parts = parts.map((part) =>
			part.part === "flink" ? { ...part, state: "restarting", detail: "from checkpoint 12" } : part,
		);
		const { tab } = await show();
		await eventually(() => text(tab, "problems")).toBe(
			"Flink is restarting: no new bars, ticks or alerts are made (from checkpoint 12).",
		);
		expect(await tab.getByRole("list", { name: "Parts of the stack" }).textContent()).toContain("Flink restarting");
	});

	test("a record that cannot be read is counted and complained of once, and the rest goes on", async () => {
		const warnings: string[] = [];
		await page.close();
		const outputs = { ...stack.stack.outputs, BarsStream: "odd" };
		await stack.kinesis.send(new CreateStreamCommand({ StreamName: "odd", ShardCount: 1 }));
		page = await start({ warn: (text) => warnings.push(text), stack: { ...stack.stack, outputs } });
		const { tab } = await show("#ODD/1m");
		await stack.put("odd", ["{", { symbol: "ODD" }, ...minutes("ODD", 2)]);
		await eventually(() => chartLabel(tab)).toContain("2 closed candles");
		await eventually(() => text(tab, "problems")).toBe("2 records of the streams could not be read.");
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).toContain("the page cannot read a record of odd");
	});

	test("a taken port is an error that names it and the option", async () => {
		const port = Number(new URL(page.url).port);
		await expect(start({ port })).rejects.toThrow(
			`port ${port}, which the live page wants, is taken: choose another one with --port-page N`,
		);
	});

	test("the signal closes it", async () => {
		const stop = new AbortController();
		const other = await start({ signal: stop.signal });
		stop.abort();
		await other.close();
		await expect(fetch(other.url)).rejects.toThrow();
	});
});
