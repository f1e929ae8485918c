/** A backtest as one page that needs nothing else: for people who know markets and not the rules' file. */
import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import type { Difference } from "./against.ts";
import type { Backtest } from "./evaluate.ts";
import type { Html } from "./html.ts";
import { charts } from "./page-charts.ts";
import { changes, counts, notTold, told } from "./page-lists.ts";
import type { Records } from "./records.ts";
import { spanOf, summaryOf, unseenIn } from "./report.ts";

const css = readFileSync(new URL("page.css", import.meta.url), "utf8");

/** What the page is made of. */
export interface PageOf {
	result: Backtest;
	records: Records;
	/** The file with the rules, for people. */
	rulesName: string;
	difference?: Difference;
}

/** The page, whole. */
export async function page({ result, records, rulesName, difference }: PageOf): Promise<string> {
	const made = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Backtest of ${rulesName}</title>
<style>${raw(css)}</style>
</head>
<body>
<header>
<h1>What the alerting rules would have told</h1>
<p>${rulesName} over ${records.source}, ${spanOf(result)}.</p>
</header>
<main>
${tiles(result)}
<p>${summaryOf(result)}. ${unseenIn(result).map((line) => `${line}.`)}</p>
${difference ? changes(difference) : ""}
${charts(result, records)}
<h2>By rule</h2>
${counts(result, "rule")}
<h2>By rule and symbol</h2>
${counts(result, "symbol")}
<h2>Told</h2>
${told(result)}
<h2>Not told</h2>
${notTold(result)}
${explained}
</main>
</body>
</html>
`;
	return String(made);
}

const explained = html`<section class="notes">
<h2>How to read this</h2>
<dl>
<dt>fired</dt><dd>How often the rule's condition began to hold for the symbol. While it goes on to hold it is the same alert.</dd>
<dt>told</dt><dd>How often a notification was made of it: one at most each time.</dd>
<dt>resolved</dt><dd>How often it was over again by the end of the data.</dd>
<dt>hours, mute, cooldown</dt><dd>Not told because it was outside of the rule's trading hours, in a mute time, or too soon after the last one of this rule and symbol.</dd>
<dt>storm</dt><dd>More messages in a short time than anybody reads: further alerts are held back and summed up in one.</dd>
</dl>
</section>`;

function tiles(result: Backtest): Html {
	const { notifications, delivery, episodes, days } = result;
	const firing = notifications.filter(({ state }) => state === "firing").length;
	const suppressed = episodes.filter(({ told }) => told === undefined).length;
	const perDay = days === 0 ? 0 : firing / days;
	const tile = (number: string | number, what: string) =>
		html`<div class="tile"><b>${number.toLocaleString("en-US")}</b><span>${what}</span></div>`;
	return html`<div class="tiles">${[
		tile(firing, "alerts told"),
		tile(Number(perDay.toFixed(1)), "a trading day"),
		tile(delivery.messages, "messages"),
		tile(delivery.held.size, "held by storms"),
		tile(suppressed, "fired but not told"),
	]}</div>`;
}
