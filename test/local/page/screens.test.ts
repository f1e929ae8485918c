import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AlertRow } from "../../../local/page/messages.ts";
import { openWindow, startBrowser, type Window } from "./browser.ts";
import { readCandles } from "./candles.ts";
import { channels, contrast } from "./contrast.ts";
import { bar, hit, MARKUP, tick } from "./records.ts";
import { quietStatus, type Stub, startStub } from "./stub.ts";

const START = Date.parse("2013-10-07T13:00:00Z");
const at = (time: string) => `2013-10-07T${time}Z`;
/** `count` closed minutes from 13:00 on; the close of each is `from` and `by` more for each minute. */
const minutes = (symbol: string, count: number, from: number, by: number) =>
	Array.from({ length: count }, (_, i) => {
		const close = from + by * i;
		return bar(symbol, new Date(START + i * 60_000).toISOString(), close, { open: close - by, vwap: close - by / 2 });
	});
/** Where `TIDEMARK_SCREENSHOTS` says; nowhere without it. */
const screenshots = process.env.TIDEMARK_SCREENSHOTS;

let browser: Browser;
let stub: Stub;
let usual: Window;
let windows: Window[];

beforeAll(async () => {
	[browser, stub] = await Promise.all([startBrowser(), startStub()]);
	usual = await openWindow(browser, { colorScheme: "dark", timezoneId: "Europe/Zurich" });
	stub.store(minutes("SPY", 60, 100, 0.1));
	stub.store(minutes("IBM", 60, 50, -0.1));
	stub.store(minutes("AIG", 60, 20, 0));
	stub.store(minutes(MARKUP, 60, 10, 0.01));
	stub.store([bar("SPY", at("13:00:00"), 106, { interval: "1d" })]);
	stub.send({
		ticks: [
			tick("SPY", at("14:00:05"), 106),
			tick("IBM", at("14:00:05"), 44, { day_move_pct: -3.5 }),
			tick(MARKUP, at("14:00:05"), 10.6),
		],
	});
});
afterAll(async () => {
	await browser?.close();
	await stub?.close();
});
beforeEach(() => {
	windows = [];
	Object.assign(stub.status, quietStatus());
	stub.alerts.length = 0;
});
afterEach(async () => {
	const wrongs = windows.flatMap((window) => window.wrongs);
	await Promise.all(windows.map((window) => (window === usual ? usual.leave() : window.close())));
	expect(wrongs).toEqual([]);
});

async function show(hash: string, options?: BrowserContextOptions): Promise<Window & { tab: Tab }> {
	const window = options ? await openWindow(browser, options) : usual;
	windows.push(window);
	await window.go(`${stub.url}/${hash}`);
	await eventually(() => label(window.page)).toContain("closed candles");
	return { ...window, tab: window.page };
}

async function picture(tab: Tab, name: string): Promise<void> {
	if (!screenshots) return;
	mkdirSync(screenshots, { recursive: true });
	await tab.screenshot({ path: join(screenshots, `${name}.png`) });
}

const spaced = (raw: string) => raw.replace(/\s+/g, " ").trim();
const text = async (tab: Tab, selector: string) => spaced((await tab.locator(selector).allInnerTexts()).join(" "));
const label = async (tab: Tab) => (await tab.locator("#chart").getAttribute("aria-label")) ?? "";
const eventually = <Value>(read: () => Promise<Value> | Value) => expect.poll(read, { timeout: 10_000, interval: 30 });
const hash = (tab: Tab) => new URL(tab.url()).hash;
/** Whether any pixel of the chart has this colour of the style sheet. */
const isDrawn = (tab: Tab, colour: string) =>
	tab.evaluate(`(() => {
		const hex = getComputedStyle(document.documentElement).getPropertyValue("--${colour}").trim();
		const wanted = [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
		return [...document.querySelectorAll("#chart canvas")].some((canvas) => {
			if (canvas.width === 0) return false;
			const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
			for (let i = 0; i < data.length; i += 4) {
				if (wanted.every((channel, at) => Math.abs(data[i + at] - channel) <= 2)) return true;
			}
			return false;
		});
	})()`) as Promise<boolean>;

describe("VWAP", () => {
	test("is a line in the chart and a value in the legend, and can be hidden, which is remembered", async () => {
		const { tab } = await show("#AIG/1m");
		stub.send({ ticks: [tick("AIG", at("14:00:01"), 20.5)] });
		await eventually(() => text(tab, "#legend")).toMatch(/14:00 .* VWAP– .* forming$/);
		stub.send({ bars: [bar("AIG", at("14:00:00"), 20.5, { vwap: 20.25 })] });
		await eventually(() => text(tab, "#legend")).toMatch(/14:00 .* VWAP20.25/);
		await eventually(() => isDrawn(tab, "vwap")).toBe(true);
		const button = tab.getByRole("button", { name: "VWAP" });
		await button.click();
		await eventually(() => isDrawn(tab, "vwap")).toBe(false);
		await tab.reload();
		await eventually(() => label(tab)).toContain("61 closed candles");
		expect(await button.getAttribute("aria-pressed")).toBe("false");
		expect(await isDrawn(tab, "vwap")).toBe(false);
	});
});

describe("the crosshair", () => {
	test("shows the exact values of the candle under it, and the last one's when it leaves", async () => {
		const { tab } = await show("#SPY/1m");
		await eventually(() => text(tab, "#legend")).toMatch(/^2013-10-07 14:00 .* forming$/);
		const read = await readCandles(tab, { stepPx: 12, back: false });
		expect(read.size).toBe(61);
		for (const { window_start, open, high, low, close, volume, vwap } of minutes("SPY", 60, 100, 0.1)) {
			const time = window_start.slice(0, 16).replace("T", " ");
			const exact = [open, high, low, close].map((price) => Number(price.toFixed(6)));
			expect(read.get(time)).toEqual({
				...{ time, open: exact[0], high: exact[1], low: exact[2], close: exact[3], volume, forming: false },
				vwap: Number(vwap?.toFixed(2)),
			});
		}
		expect(read.get("2013-10-07 14:00")).toMatchObject({ close: 106, vwap: Number.NaN, forming: true });
		await tab.mouse.move(300, 5);
		await eventually(() => text(tab, "#legend")).toMatch(/^2013-10-07 14:00 .* forming$/);
	});

	test("shows values that can be told apart where nothing has changed", async () => {
		const { tab } = await show("#AIG/1m");
		const read = await readCandles(tab, { stepPx: 12, back: false });
		expect(read.get("2013-10-07 13:30")).toMatchObject({ open: 20, close: 20, vwap: 20 });
	});
});

describe("the line of the last hour", () => {
	test("is drawn for each symbol, said in words, and goes on with each minute", async () => {
		const { tab } = await show("#SPY/1m");
		const line = (symbol: string) =>
			tab.locator("#quotes tr", { has: tab.locator(".name", { hasText: symbol }) }).getByRole("img");
		await eventually(() => line("SPY").getAttribute("aria-label")).toBe("last hour: 100.00 to 105.90, +5.90 %");
		expect(await line("IBM").getAttribute("aria-label")).toBe("last hour: 50.00 to 44.10, −11.80 %");
		const points = async (symbol: string) =>
			((await line(symbol).locator("polyline").getAttribute("points")) ?? "").split(" ");
		expect(await points("SPY")).toHaveLength(60);
		const colour = (symbol: string) => line(symbol).locator("polyline").getAttribute("class");
		expect([await colour("SPY"), await colour("IBM")]).toEqual(["up", "down"]);
		stub.send({ bars: [bar("IBM", at("14:00:00"), 60)] });
		await eventually(() => line("IBM").getAttribute("aria-label")).toBe("last hour: 49.90 to 60.00, +20.24 %");
		expect(await points("IBM")).toHaveLength(60);
		await tab.getByRole("button", { name: "Hour" }).click();
		await eventually(() => tab.locator("#quotes .name").first().textContent()).toBe("IBM");
	});
});

describe("compare mode", () => {
	test("shows others in percent beside the symbol, live, and the address keeps them", async () => {
		const { tab } = await show("#SPY/1m");
		await tab.getByLabel("Compare with").selectOption("IBM");
		await eventually(() => hash(tab)).toBe("#SPY/1m/IBM");
		await eventually(() => label(tab)).toContain("compared in percent with IBM");
		await eventually(() => text(tab, "#legend .compared")).toMatch(/^SPY\+6.00 % IBM[+−]\d+.\d\d %$/);
		await eventually(() => isDrawn(tab, "compared-1")).toBe(true);
		stub.send({ ticks: [tick("IBM", at("14:05:10"), 75)] });
		await eventually(() => text(tab, "#legend .compared")).toContain("IBM");
		// With a new candle the left edge, and so what the percents are of, goes on by one.
		stub.send({ ticks: [tick("SPY", at("14:05:11"), 110)] });
		await eventually(() => text(tab, "#legend .compared")).toBe("SPY+9.89 % IBM+50.30 %");
		await picture(tab, "compare");

		await tab.getByLabel("Compare with").selectOption(MARKUP);
		await tab.getByLabel("Compare with").selectOption("AIG");
		await eventually(() => tab.locator(".chip").allInnerTexts()).toEqual(["IBM", MARKUP, "AIG"]);
		await tab.getByRole("button", { name: `Stop comparing with ${MARKUP}` }).click();
		await eventually(() => hash(tab)).toBe("#SPY/1m/IBM,AIG");
		await tab.reload();
		await eventually(() => label(tab)).toContain("compared in percent with IBM, AIG");
		await eventually(() => text(tab, "#legend .compared")).toContain("IBM+50.00 %");
		for (const symbol of ["IBM", "AIG"])
			await tab.getByRole("button", { name: `Stop comparing with ${symbol}` }).click();
		await eventually(() => text(tab, "#legend")).not.toContain("IBM");
		expect(await tab.locator("#chart").getAttribute("aria-label")).not.toContain("compared");
	});

	test("goes on in another interval, and leaves out the symbol that is shown", async () => {
		const { tab } = await show("#SPY/1m/IBM,AIG");
		await tab.getByRole("button", { name: "1d", exact: true }).click();
		await eventually(() => hash(tab)).toBe("#SPY/1d/IBM,AIG");
		await eventually(() => label(tab)).toContain("1 closed candles");
		await tab.locator("#quotes .name", { hasText: "IBM" }).click();
		await eventually(() => hash(tab)).toBe("#IBM/1d/AIG");
		expect(await tab.locator("#compare option").allInnerTexts()).not.toContain("IBM");
	});
});

describe("alerts", () => {
	const row = (over: Partial<AlertRow>): AlertRow => ({
		id: "move|SPY",
		time: at("13:30:10.000"),
		rule: "fast-move",
		symbol: "SPY",
		severity: "warning",
		direction: "up",
		movePct: 1.2,
		price: 103,
		subject: "SPY up",
		text: "SPY up",
		state: "firing",
		status: "sent",
		reason: null,
		told: true,
		changed: at("13:30:12.000"),
		...over,
	});

	test("that were told are marks in the chart of their symbol, as moves over their level are", async () => {
		stub.alerts.push(row({}), row({ id: "2", told: false, time: at("13:40:10.000") }), row({ id: "3", symbol: "IBM" }));
		const { tab } = await show("#SPY/1m");
		await eventually(() => label(tab)).toContain("1 marks of moves");
		stub.send({ hits: [hit("SPY", at("13:45:10.000"), 104.5)] });
		await eventually(() => label(tab)).toContain("2 marks of moves");
		expect(await isDrawn(tab, "warn")).toBe(true);
	});
});

describe("the time zone", () => {
	test("is UTC, the exchange's or the reader's, in chart, legend and alerts, and is remembered", async () => {
		stub.alerts.push({
			...{ id: "a", time: at("13:30:10.000"), rule: "gap", symbol: "SPY", severity: "info", direction: null },
			...{ movePct: null, price: null, subject: "gap", text: "gap", state: "firing", status: "sent", reason: null },
			...{ told: true, changed: at("13:30:11.000") },
		});
		const { tab } = await show("#IBM/1m");
		stub.send({ ticks: [tick("IBM", at("14:10:10"), 75)] });
		const zone = tab.getByLabel("Times");
		await eventually(() => zone.locator("option").allInnerTexts()).toEqual([
			"UTC",
			"Exchange (New York)",
			"Local (Zurich)",
		]);
		const seen = async () => [(await text(tab, "#legend")).slice(0, 16), await text(tab, "#alerts time")];
		await eventually(seen).toEqual(["2013-10-07 14:10", "2013-10-07 13:30:10"]);
		await zone.selectOption("exchange");
		await eventually(seen).toEqual(["2013-10-07 10:10", "2013-10-07 09:30:10"]);
		await zone.selectOption("local");
		await eventually(seen).toEqual(["2013-10-07 16:10", "2013-10-07 15:30:10"]);
		await tab.reload();
		await eventually(seen).toEqual(["2013-10-07 16:10", "2013-10-07 15:30:10"]);
		expect(await zone.inputValue()).toBe("local");
		await tab.keyboard.press("z");
		await eventually(seen).toEqual(["2013-10-07 14:10", "2013-10-07 13:30:10"]);
	});
});

describe("shortcuts", () => {
	test("do what their dialog says", async () => {
		const { tab } = await show("#IBM/1m");
		await tab.keyboard.press("?");
		const help = tab.getByRole("dialog", { name: "Keyboard shortcuts" });
		await help.waitFor();
		const keys = await help.locator("kbd").allInnerTexts();
		expect(keys).toEqual(["1", "2", "3", "4", "j", "k", "s", "c", "v", "a", "z", "p", "?"]);
		await picture(tab, "shortcuts");
		// While it is open the page below is left alone.
		await tab.keyboard.press("2");
		await tab.keyboard.press("Escape");
		await eventually(() => help.isVisible()).toBe(false);
		expect(hash(tab)).toBe("#IBM/1m");
		await tab.keyboard.press("?");
		await tab.keyboard.press("?");
		expect(await help.isVisible()).toBe(false);
		for (const [key, wanted] of [
			["4", "#IBM/1d"],
			["3", "#IBM/1h"],
			["2", "#IBM/5m"],
			["1", "#IBM/1m"],
			["j", "#SPY/1m"],
			["k", "#IBM/1m"],
		] as const) {
			await tab.keyboard.press(key);
			await eventually(() => [key, hash(tab)]).toEqual([key, wanted]);
		}
		await tab.keyboard.press("v");
		expect(await tab.locator("#vwap").getAttribute("aria-pressed")).toBe("false");
		await tab.keyboard.press("a");
		expect(await tab.locator("#suppressed").getAttribute("aria-pressed")).toBe("false");
		await tab.keyboard.press("s");
		expect(await tab.evaluate("document.activeElement.id")).toBe("symbol");
		// A letter in a field is that field's.
		await tab.keyboard.press("3");
		expect(hash(tab)).not.toContain("1h");
	});

	test("can be turned off, which is remembered, and leave the browser its own", async () => {
		const { tab } = await show("#IBM/1m");
		await tab.keyboard.press("Alt+2");
		expect(hash(tab)).toBe("#IBM/1m");
		await tab.getByRole("button", { name: "Keyboard shortcuts" }).click();
		await tab.getByLabel("Use them").uncheck();
		await tab.getByRole("dialog").getByRole("button", { name: "Close" }).click();
		await tab.keyboard.press("2");
		await tab.reload();
		await eventually(() => label(tab)).toContain("closed candles");
		await tab.keyboard.press("2");
		expect(hash(tab)).toBe("#IBM/1m");
	});
});

describe("the pipeline", () => {
	test("shows rate and lag at every arrow, live, and where it is stuck", async () => {
		const { flow, parts } = stub.status;
		Object.assign(flow, {
			trades: { total: 9_000, perSecond: 4_363.4, lagMs: 35 },
			job: { total: 8_900, perSecond: 4_300, lagMs: 250 },
			bars: { total: 1_035, perSecond: 1.25, lagMs: 300 },
			ticks: { total: 20_300, perSecond: 240, lagMs: 180 },
			hits: { total: 33, perSecond: 0.02, lagMs: 220 },
			lake: { total: 8_000, perSecond: 4_200, lagMs: 65_000 },
			store: { total: 1_035, perSecond: 1.25, lagMs: 0 },
			latest: { total: 20_280, perSecond: 238, lagMs: 900 },
			alerts: { total: 14, perSecond: 0, lagMs: 0 },
		});
		const { tab } = await show("#SPY/1m");
		await tab.keyboard.press("p");
		const dialog = tab.getByRole("dialog", { name: "Pipeline" });
		await dialog.waitFor();
		stub.say();
		const arrows = async () => (await dialog.locator("[data-arrow]").allInnerTexts()).map(spaced);
		await eventually(arrows).toEqual([
			"Feed to stream: 4,363/s 35 ms behind",
			"Stream to job: 4,300/s 250 ms behind",
			"Job to bars: 1.3/s 300 ms behind",
			"Bars to time series: 1.3/s no lag",
			"Job to ticks: 240/s 180 ms behind",
			"Ticks to latest prices: 238/s 900 ms behind",
			"Job to hits: 1.2/min 220 ms behind",
			"Hits to alerts: 0/s no lag",
			"Job to lake: 4,200/s 65 s behind",
		]);
		expect(await dialog.locator("[data-arrow]").count()).toBe(Object.keys(flow).length);
		expect(await text(tab, "#last-problem")).toBe("Nothing was wrong since this page was opened.");
		const states = () =>
			tab.evaluate(`[...document.querySelectorAll("#flow [data-state]")].flatMap(({ dataset }) => {
				const { arrow, box, state } = dataset;
				return ["stuck", "slow", "down"].includes(state) ? [(arrow ?? box) + " " + state] : [];
			})`);
		expect(await states()).toEqual([]);
		await picture(tab, "pipeline");

		stub.status.parts = parts.map((part) =>
			part.part === "questdb" ? { ...part, state: "down", detail: MARKUP } : part,
		);
		flow.job = { total: 8_900, perSecond: 0, lagMs: 45_000 };
		stub.say();
		await eventually(states).toEqual(["job stuck", "store stuck", "questdb down"]);
		expect(await text(tab, "[data-arrow=job]")).toContain("0/s 45 s behind stuck");
		await eventually(() => text(tab, "#last-problem")).toMatch(
			/^Last trouble, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: QuestDB is down: .* \(<img src=x onerror=alert\(1\)>\)\.$/,
		);
		await picture(tab, "pipeline-stuck");
		// It is over, and one still sees what it was.
		Object.assign(stub.status, quietStatus());
		stub.say();
		await eventually(states).toEqual([]);
		expect(await text(tab, "#last-problem")).toContain("QuestDB is down");
		await tab.keyboard.press("Escape");
		expect(await dialog.isVisible()).toBe(false);
	});
});

describe("what is not known is said", () => {
	test.each([
		["producer", "down", undefined, "Producer is down: no new trades are sent."],
		[
			"sql",
			"restarting",
			undefined,
			"SQL is being reloaded: the job stops with a savepoint and goes on from it with the edited SQL.",
		],
		["sql", "down", "bars.sql:3:1", "SQL is down: the job runs on with the SQL before the last edit (bars.sql:3:1)."],
		["producer", "ended", undefined, "The feed is over: all of its trades were sent."],
	] as const)("%s %s", async (name, state, detail, said) => {
		const { tab } = await show("#SPY/1m");
		expect(await text(tab, "#problems")).toBe("All parts are up");
		stub.status.parts = stub.status.parts.map((part) =>
			part.part === name ? { ...part, state, ...(detail ? { detail } : {}) } : part,
		);
		stub.say();
		await eventually(() => text(tab, "#problems")).toBe(said);
		expect(await tab.locator("#problems.bad").count()).toBe(state === "ended" ? 0 : 1);
		expect(await text(tab, `#parts [data-part=${name}]`)).toContain(state);
	});
});

describe("every screen", () => {
	test.each([
		["phone", 375, 812],
		["small-phone", 320, 640],
		["tablet", 900, 1_100],
		["laptop", 1_280, 720],
	])("%s shows all without scrolling sideways and without shifting about", async (name, width, height) => {
		const { tab, shift } = await show("#SPY/1m", { viewport: { width, height }, colorScheme: "light" });
		await eventually(() => text(tab, "#quotes")).toContain("IBM");
		const wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
		expect(await tab.evaluate(wide)).toBe(0);
		for (const column of ["Last", "Day %", "1m %", "Hour", "Day range"]) {
			const box = await tab.getByRole("columnheader", { name: column, exact: true }).boundingBox();
			expect((box?.x ?? 0) + (box?.width ?? width + 1)).toBeLessThanOrEqual(width);
		}
		for (const id of ["lag", "chart", "alerts-title", "intervals", "compare", "vwap", "show-flow", "zone"])
			expect([id, await tab.locator(`#${id}`).isVisible()]).toEqual([id, true]);
		// Nothing lies over its neighbour.
		const heads = ["symbol", "last", "compare", "vwap", "intervals"];
		const boxes = await Promise.all(heads.map((id) => tab.locator(`#${id}`).boundingBox()));
		for (const [i, a] of boxes.entries()) {
			for (const [j, b] of boxes.entries()) {
				if (!a || !b) throw new Error("Something of the chart's head is not to be seen");
				const apart = a.x + a.width <= b.x + 1 || a.y + a.height <= b.y + 1;
				if (i < j)
					expect([heads[i], heads[j], apart || b.x + b.width <= a.x + 1 || b.y + b.height <= a.y + 1]).toEqual([
						heads[i],
						heads[j],
						true,
					]);
			}
		}
		expect(await shift()).toBeLessThan(0.005);
		await picture(tab, name);
		await tab.locator("#show-flow").click();
		expect(await tab.locator("#flow").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
	});

	test.each(["light", "dark"] as const)(
		"%s colours have enough contrast, the chart's paper too",
		async (colorScheme) => {
			const { tab } = await show("#SPY/1m", { colorScheme });
			const compared = [1, 2, 3, 4].map((n) => `compared-${n}`);
			const names = [
				"panel",
				"page",
				"text",
				"muted",
				"up",
				"down",
				"warn",
				"warn-page",
				"bad",
				"bad-page",
				"selected",
			];
			const colours = (await tab.evaluate(
				`Object.fromEntries(${JSON.stringify([...names, ...compared, "vwap"])}.map((name) =>
				[name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()]))`,
			)) as Record<string, string>;
			const pairs = ["text", "muted", "up", "down"].flatMap((name) =>
				["panel", "page", "selected"].map((on) => [name, on]),
			);
			for (const [name = "", on = ""] of [
				...pairs,
				...[...compared, "vwap"].map((name) => [name, "panel"]),
				["warn", "warn-page"],
				["warn", "panel"],
				["bad", "bad-page"],
				["bad", "panel"],
				["bad", "page"],
			]) {
				expect([name, on, contrast(colours[name] ?? "", colours[on] ?? "") >= 4.5]).toEqual([name, on, true]);
			}
			const paper = await tab.evaluate(`(() => {
			const canvas = document.querySelector("#chart canvas");
			return [...canvas.getContext("2d").getImageData(1, 1, 1, 1).data].slice(0, 3);
		})()`);
			expect(paper).toEqual(channels(colours.panel ?? ""));
			await picture(tab, colorScheme);
		},
	);
});
