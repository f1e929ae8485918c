import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../../local/page/browser.ts";
import { type Seen, watch } from "./watching.ts";

let browser: Browser;
let tab: Page;
let look: () => Promise<Seen>;
beforeAll(async () => {
	browser = await startBrowser();
	tab = await browser.newPage();
	look = await watch(tab);
	await tab.goto("about:blank");
});
afterAll(() => browser?.close());

test("a page that is kept busy has a long task and has dropped frames; memory that is held is seen", async () => {
	await tab.waitForTimeout(300);
	const quiet = await look();
	expect(quiet.frames).toBeGreaterThan(0);
	expect(quiet.seconds).toBeGreaterThan(0.2);
	await tab.waitForTimeout(100);
	await tab.evaluate(`new Promise((done) => setTimeout(() => {
		window.held = Array.from({ length: 400_000 }, (_, i) => ({ i }));
		for (let i = 0; i < 500; i += 1) document.body.append(document.createElement("p"));
		const until = performance.now() + 300;
		while (performance.now() < until);
		setTimeout(done, 100);
	}, 0))`);
	const busy = await look();
	expect(busy.longTasks).toBeGreaterThanOrEqual(1);
	expect(busy.longestMs).toBeGreaterThan(290);
	// A third of a second of work in about half a second, or in more where the machine is busy with other things.
	expect(busy.cpuPct).toBeGreaterThan(quiet.cpuPct);
	expect(busy.cpuPct * busy.seconds).toBeGreaterThan(5);
	expect(busy.dropped).toBeGreaterThan(10);
	expect(busy.heapMiB).toBeGreaterThan(quiet.heapMiB + 2);
	expect(busy.nodes).toBeGreaterThanOrEqual(quiet.nodes + 500);
	const after = await look();
	expect(after.longTasks).toBe(0);
});
