/** A backtest as one page that needs nothing else: for people who know markets and not the rules' file. */
import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import type { Alert } from "../../engine/types.ts";
import { calendarOf, calendarZone } from "../../hours/hours.ts";
import type { Difference } from "./against.ts";
import { type ChartOf, chart } from "./chart.ts";
import { notificationId } from "./deliver.ts";
import type { Backtest } from "./evaluate.ts";
import { type Html, table, whenIn } from "./html.ts";
import { type Records, shortestInterval } from "./records.ts";
import { count, signed, spanOf, summaryOf, unseenIn } from "./report.ts";
import { reasonsIn, tallies, talliesByRule } from "./tally.ts";
import { stretches } from "./timeline.ts";

/** Most charts and rows of one list on a page. */
const CHARTS = 60;
const LISTED = 1_000;
/** A longer list of changes is closed at first. */
const OPEN = 12;
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
	const zones = zonesOf(result, records);
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
${told(result, zones)}
<h2>Not told</h2>
${notTold(result, zones)}
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

function changes({ against, added, gone, same, byRule }: Difference): Html {
	const rows = (alerts: readonly Alert[]) =>
		alerts.slice(0, LISTED).map(({ event_time, rule, symbol, subject }) => [short(event_time), rule, symbol, subject]);
	const list = (title: string, alerts: readonly Alert[]) =>
		alerts.length === 0
			? ""
			: html`<details${alerts.length <= OPEN ? raw(" open") : ""}><summary>${title}</summary>${table(["time (UTC)", "rule", "symbol", "what it says"], rows(alerts))}</details>`;
	return html`<h2>Against ${against}</h2>
<p>Alerts: ${added.length} would be new, ${gone.length} would be gone, ${same} stay the same.</p>
${table(
	["rule", "before", "now", "change"],
	byRule.map(({ rule, before, now }) => [rule, before, now, signed(now - before)]),
	["before", "now", "change"],
)}
${list(`${added.length} new`, added)}${list(`${gone.length} gone`, gone)}`;
}

function charts(result: Backtest, records: Records): Html {
	const bySymbol = Map.groupBy(result.episodes, ({ alert }) => alert.symbol);
	const toldOf = (symbol: string) => bySymbol.get(symbol)?.filter(({ told }) => told !== undefined).length ?? 0;
	const symbols = [...bySymbol.keys()].sort((a, b) => toldOf(b) - toldOf(a) || (a < b ? -1 : 1));
	const interval = shortestInterval(records);
	const bars = records.bars.filter((bar) => bar.interval === interval && Date.parse(bar.window_end) > result.from);
	const spans = [
		...bars.map((bar) => [Date.parse(bar.window_start), Date.parse(bar.window_end)] as const),
		...result.episodes.map(({ since }) => [since, since + 1] as const),
	].sort(([a], [b]) => a - b);
	const found = stretches(spans);
	const pricesOf = Map.groupBy(bars, ({ symbol }) => symbol);
	const shown = symbols.slice(0, CHARTS);
	const left = symbols.length - shown.length;
	return html`<h2>By symbol</h2>
${symbols.length === 0 ? html`<p>No rule fired.</p>` : legend}
${left > 0 ? html`<p>The ${CHARTS} symbols that told most; ${left} more are in the lists below.</p>` : ""}
${shown.map((symbol) => {
	const calendar = calendarOf(symbol, result.rules.exchanges);
	const prices = (pricesOf.get(symbol) ?? [])
		.map(({ window_end, close }) => ({ time: Date.parse(window_end), price: close }))
		.sort((a, b) => a.time - b.time);
	const episodes = bySymbol.get(symbol) ?? [];
	const rules = result.rules.rules.map(({ name }) => name);
	const of: ChartOf = { symbol, calendar, prices, episodes, rules, stretches: found };
	return html`<figure><figcaption><b>${symbol}</b> ${toldOf(symbol)} told, ${episodes.length - toldOf(symbol)} not told <span>${interval ? `${interval} closes, ` : ""}times in ${calendarZone(calendar)}</span></figcaption><div class="scroll">${chart(of)}</div></figure>`;
})}`;
}

const triangle = (kind: string) =>
	html`<svg class="key" viewBox="-7 -7 14 14" aria-hidden="true"><path class="mark ${kind}" d="M0,-6L5.5,4L-5.5,4Z"/></svg>`;
const legend = html`<ul class="legend">
<li>${triangle("info")} information</li><li>${triangle("warning")} warning</li><li>${triangle("critical")} critical</li>
<li>▲ up, ▼ down, ◆ neither</li>
<li>${triangle("warning hollow")} fired but not told</li>
<li><i class="swatch band-key"></i> from firing until it was over</li>
<li><i class="swatch session-key"></i> regular session</li>
</ul>`;

function counts(result: Backtest, by: "rule" | "symbol"): Html {
	const all = by === "rule" ? talliesByRule(result) : tallies(result);
	const reasons = reasonsIn(all);
	const numbers = ["fired", "told", "resolved", ...reasons, "told a day"];
	const rows = all
		.slice(0, LISTED)
		.map(({ rule, symbol, fired, told, resolved, suppressed, perDay }) => [
			rule,
			...(by === "rule" ? [] : [symbol]),
			fired,
			told,
			resolved,
			...reasons.map((reason) => suppressed[reason] ?? 0),
			perDay.toFixed(1),
		]);
	return html`${table(["rule", ...(by === "rule" ? [] : ["symbol"]), ...numbers], rows, numbers)}${more(all.length)}`;
}

type Zones = (symbol: string) => string;

function told({ notifications, delivery }: Backtest, zoneOf: Zones): Html {
	const rows = notifications.slice(0, LISTED).map((alert) => {
		const { event_time, symbol, rule, state, severity, subject } = alert;
		const held = delivery.held.has(notificationId(alert)) ? " (held by a storm)" : "";
		const how = state === "resolved" ? "over" : html`<span class="severity ${severity}">${severity}</span>`;
		return [
			short(event_time),
			whenIn(Date.parse(event_time), zoneOf(symbol)).slice(11),
			rule,
			symbol,
			how,
			`${subject}${held}`,
		];
	});
	return html`${table(["time (UTC)", "at the exchange", "rule", "symbol", "severity", "what it says"], rows)}${more(notifications.length)}`;
}

function notTold({ episodes }: Backtest, zoneOf: Zones): Html {
	const all = episodes.filter(({ told }) => told === undefined);
	const rows = all.slice(0, LISTED).map(({ alert: { event_time, symbol, rule, subject }, reason = "" }) => {
		return [short(event_time), whenIn(Date.parse(event_time), zoneOf(symbol)).slice(11), rule, symbol, reason, subject];
	});
	return html`<details><summary>${count(all.length, "time")} a rule fired and nobody was told</summary>
${table(["time (UTC)", "at the exchange", "rule", "symbol", "because of", "what it would have said"], rows)}${more(all.length)}</details>`;
}

function more(all: number): Html | "" {
	return all > LISTED ? html`<p>The first ${LISTED} of ${all}; tidemark alerts backtest --json has all.</p>` : "";
}

function zonesOf({ rules }: Backtest, _records: Records): Zones {
	return (symbol) => calendarZone(calendarOf(symbol, rules.exchanges));
}

function short(instant: string): string {
	return instant.slice(0, 19).replace("T", " ");
}
