/**
 * `npm run bench:page`: the live page in the Chromium that is installed, with 500 symbols that all move four times a second:
 * frames that were dropped, long tasks, memory after a collection, minute by minute. Each minute it is looked whether what
 * is on the page is what was sent last. Server and browser share the machine.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { parseNumber } from "../../producer/options.ts";
import { startBrowser } from "../local/page/browser.ts";
import { startStub } from "../local/page/stub.ts";
import { table } from "./alerts/table.ts";
import { movingMarket } from "./page/market.ts";
import { watch } from "./page/watching.ts";

const options = new Command("bench:page")
	.option("--symbols <number>", "symbols that move", parseNumber, 500)
	.option("--rounds <number>", "how often a second all of them move", parseNumber, 4)
	.option("--minutes <number>", "how long it is watched", parseNumber, 10)
	.parse()
	.opts<{ symbols: number; rounds: number; minutes: number }>();
const say = (line: string) => void process.stdout.write(`${line}\n`);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

const market = movingMarket(options.symbols);
const [stub, browser] = await Promise.all([startStub(), startBrowser()]);
stub.store(market.past(Date.now(), 120));
const tab = await (await browser.newContext({ viewport: { width: 1_440, height: 900 } })).newPage();
const look = await watch(tab);
let sent = 0;
let minute = Math.floor(Date.now() / 60_000);

/** One round; the minute's bars with the first one after it. */
function round(): void {
	const now = Date.now();
	const bars = Math.floor(now / 60_000) > minute ? market.close(60_000 * (minute + 1)) : [];
	minute = Math.floor(now / 60_000);
	stub.send({ ticks: market.round(now), bars });
	sent += options.symbols;
}

/** How long it takes until the rows in view show what was sent last, in ms. Throws where it does not within 15 s. */
async function behind(): Promise<number> {
	round();
	const began = performance.now();
	const wanted = JSON.stringify(Object.fromEntries(market.symbols.map((symbol) => [symbol, market.price(symbol)])));
	const shown = `(() => {
		const wanted = ${wanted};
		const all = [...document.querySelectorAll("#quotes tr")];
		const { bottom } = document.querySelector(".moves .scroll").getBoundingClientRect();
		const rows = all.filter((row) => row.getBoundingClientRect().bottom < bottom);
		return all.length === ${options.symbols} && rows.length > 10 && rows.every((row) =>
			Number(row.querySelector(".price").textContent.replaceAll(",", "")) === wanted[row.querySelector(".name").textContent]);
	})()`;
	// Not waitForFunction: the page's policy forbids what it does between two looks.
	while (!(await tab.evaluate(shown))) {
		if (performance.now() - began > 15_000) throw new Error("The page did not show what was sent last");
		await sleep(50);
	}
	return performance.now() - began;
}

say(
	`${whole(options.symbols)} symbols, ${whole(options.symbols * options.rounds)} updates/s; Node ${process.version}, Chromium ${browser.version()}, ${availableParallelism()} cores, ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
);
try {
	await tab.goto(`${stub.url}/#${market.symbols[0]}/1m`);
	await tab.locator("#connection[data-state=live]").waitFor();
	await behind();
	await sleep(2_000);
	await look();
	const rows: string[][] = [];
	let failed = "";
	for (let each = 1; each <= options.minutes; each += 1) {
		const timer = setInterval(round, 1_000 / options.rounds);
		const before = sent;
		await sleep(60_000);
		clearInterval(timer);
		const seen = await look();
		const lag = await behind().catch(() => Number.NaN);
		if (Number.isNaN(lag)) failed = `In minute ${each} the page did not show what was sent last.`;
		rows.push([
			`minute ${each}`,
			whole((sent - before) / seen.seconds),
			(seen.frames / seen.seconds).toFixed(1),
			`${((100 * seen.dropped) / Math.max(1, seen.frames + seen.dropped)).toFixed(1)} %`,
			`${seen.cpuPct.toFixed(0)} %`,
			String(seen.longTasks),
			whole(seen.longestMs),
			seen.heapMiB.toFixed(1),
			whole(seen.nodes),
			Number.isNaN(lag) ? "never" : `${whole(lag)} ms`,
		]);
		say(rows.at(-1)?.join("  ") ?? "");
	}
	const head = [
		"",
		"updates/s",
		"frames/s",
		"dropped",
		"CPU",
		"tasks > 50 ms",
		"longest, ms",
		"heap, MiB",
		"nodes",
		"shown after",
	];
	say(`\n${table(head, rows)}\nload at the end ${loadavg()[0]?.toFixed(1)}`);
	if (failed) throw new Error(failed);
} finally {
	await browser.close();
	await stub.close();
}
