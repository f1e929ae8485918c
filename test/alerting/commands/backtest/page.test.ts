/** The page as a browser has it: the marks where they belong, and nothing of a record that becomes markup. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { differenceOf } from "../../../../alerting/commands/backtest/against.ts";
import { backtest } from "../../../../alerting/commands/backtest/evaluate.ts";
import { page as makePage } from "../../../../alerting/commands/backtest/page.ts";
import type { RuleSet } from "../../../../alerting/rules/load.ts";
import type { Bar, Hit } from "../../../../contracts.ts";
import { startBrowser } from "../../../local/page/browser.ts";
import { tempDir } from "../../../local/support.ts";
import { hit } from "../../../support/samples.ts";
import { minutes, recordsOf, rulesOf } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Opens the page of a backtest; `wrongs` are requests, dialogs, errors and refusals of the page's policy. */
async function open(
	bars: Bar[],
	rules: RuleSet,
	{ hits = [] as Hit[], before = undefined as RuleSet | undefined, width = 1_280 } = {},
) {
	const records = recordsOf(bars, hits);
	const result = backtest(records, rules);
	const difference = before && differenceOf(result, backtest(records, before), "<b>main</b>");
	const html = await makePage({ result, records, rulesName: "my.yaml", ...(difference ? { difference } : {}) });
	const path = join(tempDir(), "index.html");
	writeFileSync(path, html);
	const context = await browser.newContext({ viewport: { width, height: 900 } });
	onTestFinished(() => context.close());
	const page = await context.newPage();
	const wrongs: string[] = [];
	const url = pathToFileURL(path).href;
	page.on("request", (request) => void (request.url() === url || wrongs.push(`request to ${request.url()}`)));
	page.on("pageerror", (error) => wrongs.push(error.message));
	page.on("console", (message) => wrongs.push(message.text()));
	page.on("dialog", (dialog) => {
		wrongs.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	await page.goto(url);
	return { page, html, wrongs };
}

interface Drawn {
	rule: string;
	time: string;
	x: number;
	y: number;
	classes: string[];
	title: string;
}

/** The marks of the first chart as they are drawn: the middles of their boxes on the screen. */
function marks(page: Page, which = ".mark:not(.on-price)"): Promise<Drawn[]> {
	return page.locator(`figure:first-of-type ${which}`).evaluateAll((paths) =>
		paths.map((path) => {
			const box = path.getBoundingClientRect();
			return {
				rule: path.getAttribute("data-rule") ?? "",
				time: path.getAttribute("data-time") ?? "",
				x: box.x + box.width / 2,
				y: box.y + box.height / 2,
				classes: [...path.classList],
				title: path.textContent ?? "",
			};
		}),
	);
}

/** Where texts of the first chart stand: what they say, and the middle of each. */
function texts(page: Page, kind: "clock" | "price" | "rule") {
	return page.locator(`figure:first-of-type text.${kind}`).evaluateAll((all) =>
		all.map((text) => {
			const box = text.getBoundingClientRect();
			return {
				text: text.textContent ?? "",
				x: box.x + box.width / 2,
				y: box.y + box.height / 2,
				left: box.left,
				right: box.right,
			};
		}),
	);
}

const rules = rulesOf([
	{ name: "high", when: "close > 100", cooldown: "30m" },
	{ name: "low", when: "close < 99", severity: "critical" },
]);
/** An hour from half past ten in New York: up at 10:45, again at 11:00, down at 11:15. */
const hour = minutes(
	"14:30",
	Array.from({ length: 61 }, (_, i) => (i === 14 ? 101 : i === 29 ? 102 : i >= 44 && i < 50 ? 98 : 99.5)),
);

describe("a chart", () => {
	test("has a mark for each firing at its time by the exchange's clock, hollow where it was not told", async () => {
		const { page, wrongs } = await open(hour, rules);
		const drawn = await marks(page);
		expect(
			drawn.map(({ rule, time, classes }) => [rule, time.slice(11, 16), classes.includes("hollow")]).sort(),
		).toEqual([
			["high", "14:45", false],
			["high", "15:00", true],
			["low", "15:15", false],
		]);
		const clock = await texts(page, "clock");
		const tick = (text: string) => clock.find((each) => each.text === text)?.x ?? Number.NaN;
		const of = (time: string) => drawn.find((each) => each.time.includes(time))?.x ?? Number.NaN;
		expect(of("15:00")).toBeCloseTo(tick("11:00"), 0);
		expect(of("15:15")).toBeCloseTo(tick("11:15"), 0);
		expect(of("14:45")).toBeCloseTo(tick("11:00") - (tick("11:15") - tick("11:00")), 0);
		expect(wrongs).toEqual([]);
	});

	test("says in each mark what it is, and why it was not told", async () => {
		const { page } = await open(hour, rules);
		const drawn = await marks(page);
		const title = (time: string) => drawn.find((each) => each.time.includes(time))?.title;
		expect(title("14:45")).toBe("2013-10-07 10:45:00  high (warning)\nAAPL high");
		expect(title("15:00")).toBe("2013-10-07 11:00:00  high (not told: cooldown)\nAAPL high");
		expect(title("15:15")).toBe("2013-10-07 11:15:00  low (critical)\nAAPL low");
	});

	test("has what was told at its price too: above it where it went up, below it where it went down", async () => {
		const { page } = await open(hour, rules);
		const drawn = await marks(page, ".mark.on-price");
		expect(drawn.map(({ rule, time }) => [rule, time.slice(11, 16)])).toEqual([
			["high", "14:45"],
			["low", "15:15"],
		]);
		const prices = (await texts(page, "price")).map(({ text, y }) => ({ price: Number(text), y }));
		const [a, b] = [prices[0], prices.at(-1)] as [{ price: number; y: number }, { price: number; y: number }];
		const yOf = (price: number) => a.y + ((price - a.price) / (b.price - a.price)) * (b.y - a.y);
		const [up, down] = drawn as [Drawn, Drawn];
		expect(yOf(101) - up.y).toBeGreaterThan(5);
		expect(yOf(101) - up.y).toBeLessThan(20);
		expect(down.y - yOf(98)).toBeGreaterThan(5);
		expect(down.y - yOf(98)).toBeLessThan(20);
		expect(down.classes).toContain("critical");
		const lane = await marks(page);
		expect(up.x).toBeCloseTo(lane.find(({ time }) => time === up.time)?.x ?? 0, 1);
	});

	test("has bands from firing until it was over", async () => {
		const { page } = await open(hour, rules);
		const clock = await texts(page, "clock");
		const tick = (text: string) => clock.find((each) => each.text === text)?.x ?? Number.NaN;
		const minute = (tick("11:15") - tick("11:00")) / 15;
		const bands = await page
			.locator("figure:first-of-type .band.critical")
			.evaluateAll((all) =>
				all.map((each) => each.getBoundingClientRect()).map(({ left, width }) => ({ left, width })),
			);
		expect(bands).toHaveLength(2);
		for (const { left, width } of bands) {
			expect(left).toBeCloseTo(tick("11:15"), 0);
			expect(width).toBeCloseTo(6 * minute, 0);
		}
	});

	test("draws marks of one minute beside one another", async () => {
		const three = rulesOf(["a", "b", "c"].map((name) => ({ name, when: "close > 100" })));
		const { page } = await open(minutes("14:30", [99, 99, 101, 99]), three);
		const ys = (await marks(page, ".mark.on-price")).map(({ y }) => y).sort((a, b) => a - b);
		expect(ys).toHaveLength(3);
		expect((ys[1] as number) - (ys[0] as number)).toBeGreaterThan(8);
		expect((ys[2] as number) - (ys[1] as number)).toBeGreaterThan(8);
	});

	test("shades the regular session, and breaks the line between days", async () => {
		const days = ["2013-10-07", "2013-10-08"].flatMap((day) => minutes("13:00", Array(60).fill(101), {}, day));
		const { page } = await open(days, rules);
		expect(await page.locator("figure .part").count()).toBe(2);
		const [part, session] = await Promise.all(
			[".part", ".session"].map((kind) => page.locator(`figure ${kind}`).first().boundingBox()),
		);
		expect(session?.width).toBeCloseTo((part?.width ?? 0) / 2, 0);
		expect(session?.x).toBeCloseTo((part?.x ?? 0) + (part?.width ?? 0) / 2, 0);
		const line = await page.locator("figure .line").getAttribute("d");
		expect(line?.match(/M/g)).toHaveLength(2);
	});

	test("has labels that do not touch, on a wide screen and on a phone, and the page never scrolls sideways", async () => {
		for (const width of [1_280, 390]) {
			const { page } = await open(minutes("08:00", Array(960).fill(101)), rules, { width });
			const clock = await texts(page, "clock");
			expect(clock.length).toBeGreaterThan(8);
			for (const [i, each] of clock.slice(1).entries()) expect(each.left - (clock[i]?.right ?? 0)).toBeGreaterThan(2);
			expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
		}
	});

	test("has names of rules beside their lanes, all of them inside of it", async () => {
		const long = "a-rule-with-a-name-of-forty-letters-or-so";
		const many = rulesOf(["opening-shadow", long.slice(0, 40)].map((name) => ({ name, when: "close > 100" })));
		const { page } = await open(hour, many);
		const names = await texts(page, "rule");
		const chart = await page.locator("figure .chart").boundingBox();
		expect(names.map(({ text }) => text)).toEqual(["opening-shadow", `a-rule-with-a…${long.slice(0, 40)}`]);
		for (const { left } of names) expect(left).toBeGreaterThan(chart?.x ?? 0);
	});

	test("is drawn of hits alone where there are no bars, at their prices", async () => {
		const move = rulesOf([{ name: "move", on: "hit", when: 'state == "crossed"', clear: 'state == "cleared"' }]);
		const hits = [
			hit({ event_time: "2013-10-07T14:00:00.000Z" }),
			hit({ event_time: "2013-10-07T14:30:00.000Z", state: "cleared" }),
		];
		const { page, wrongs } = await open([], move, { hits });
		expect((await marks(page)).map(({ time }) => time)).toEqual(["2013-10-07T14:00:00.000Z"]);
		expect(await marks(page, ".mark.on-price")).toHaveLength(1);
		expect(wrongs).toEqual([]);
	});
});

describe("the page", () => {
	test("says how much would have been told, in tables too", async () => {
		const { page } = await open(hour, rules);
		const text = await page.locator("main").textContent();
		expect(text).toContain("2 alerts in 2 messages, no storm.");
		const tiles = await page.locator(".tile").allInnerTexts();
		expect(tiles.map((tile) => tile.replace("\n", " "))).toEqual([
			"2 alerts told",
			"2 a trading day",
			"2 messages",
			"0 held by storms",
			"1 fired but not told",
		]);
		expect(await page.locator("header p").textContent()).toBe(
			"my.yaml over made by hand, 2013-10-07 14:30 to 2013-10-07 15:30 UTC, 1 trading day.",
		);
		const rows = await page.locator("table.counts").last().locator("tbody tr").allInnerTexts();
		expect(rows.map((row) => row.split("\t").map((cell) => cell.trim()))).toEqual([
			["high", "AAPL", "2", "1", "2", "1", "1.0"],
			["low", "AAPL", "1", "1", "1", "0", "1.0"],
		]);
	});

	test("where nothing fired, or there is nothing, says so", async () => {
		const { page, wrongs } = await open([], rules);
		expect(await page.locator("header p").textContent()).toContain("no records");
		expect(await page.locator("main").textContent()).toContain("No rule fired.");
		expect(wrongs).toEqual([]);
	});

	test("lists what other rules change", async () => {
		const before = rulesOf([{ name: "low", when: "close < 99", severity: "critical" }]);
		const { page } = await open(hour, rules, { before });
		expect(await page.locator("main").textContent()).toContain(
			"Alerts: 1 would be new, 0 would be gone, 1 stay the same.",
		);
		expect(await page.locator("details[open] tbody").first().textContent()).toContain("AAPL high");
	});

	test("has no script, needs nothing from elsewhere, and shows names as they are", async () => {
		const evil = `<img src=x onerror="alert(1)">`;
		const symbols = [evil, `</title></svg><script>alert(2)</script>`, `"'&<b>`];
		const bars = symbols.flatMap((symbol) => minutes("14:30", [99, 101, 99, 98], { symbol }));
		const { page, html, wrongs } = await open(bars, rules, { before: rulesOf([{ name: "low", when: "close < 1" }]) });
		await page.waitForTimeout(200);
		expect(wrongs).toEqual([]);
		expect(await page.locator("img, script, main b b, h2 b").count()).toBe(0);
		expect((await page.locator("figcaption b").allInnerTexts()).sort()).toEqual([...symbols].sort());
		expect(await page.locator("h2").first().textContent()).toBe("Against <b>main</b>");
		expect(html).not.toMatch(/<script|<img|https?:/);
	});
});
