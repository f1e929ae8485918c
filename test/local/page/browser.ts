/** A real Chromium for the page's tests, which also watches that the page keeps to itself. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { findPrerequisites } from "../../../local/prerequisites.ts";

/** How Chromium is started for tests. */
export const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

/** Starts the Chromium that is installed. */
export async function startBrowser(): Promise<Browser> {
	const { chromium: executablePath } = await findPrerequisites(["chromium"]);
	return chromium.launch({ executablePath, args: FLAGS });
}

export interface Watched {
	page: Page;
	/** Requests to another host, script errors, dialogs and breaches of the security policy. */
	wrongs: string[];
	/** How much was shifted about since the page was opened, as Chromium counts it (0 is nothing). */
	shift(): Promise<number>;
	close(): Promise<void>;
}

/** A window that is not at any address yet. */
export interface Window extends Watched {
	/** Goes to an address, with nothing wrong so far, and waits until the page is live. */
	go(url: string): Promise<void>;
	/**
	 * Leaves the page, so that nobody is connected to its server any more and nothing is remembered; the
	 * window can be used again.
	 */
	leave(): Promise<void>;
}

/** Opens an address in a window of its own and waits until the page is live. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
	const window = await openWindow(browser, options);
	await window.go(url);
	return window;
}

/** Opens a window that can be used for several pages, one after the other: that is quicker than a window each. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
	const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options });
	const page = await context.newPage();
	const wrongs: string[] = [];
	let host = "";
	page.on("request", (request) => {
		if (host !== "" && new URL(request.url()).host !== host) wrongs.push(`request to ${request.url()}`);
	});
	page.on("pageerror", (error) => wrongs.push(`error: ${error.stack ?? error.message}`));
	page.on("console", (message) => {
		// A server that is away is what some tests are about; the browser logs that by itself.
		if (
			message.type() === "error" &&
			!/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|404/.test(message.text())
		) {
			wrongs.push(`console: ${message.text()}`);
		}
	});
	page.on("dialog", (dialog) => {
		wrongs.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	await page.addInitScript(`
		window.shifted = 0;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
		}).observe({ type: "layout-shift", buffered: true });
	`);
	return {
		page,
		wrongs,
		shift: async () => (await page.evaluate("window.shifted")) as number,
		close: () => context.close(),
		async go(url) {
			({ host } = new URL(url));
			wrongs.length = 0;
			await page.goto(url);
			await page.locator("#connection[data-state=live]").waitFor();
		},
		async leave() {
			host = "";
			await page.evaluate("try { localStorage.clear(); } catch {}");
			await page.goto("about:blank");
		},
	};
}
