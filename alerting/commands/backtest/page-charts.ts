/** The charts of a backtest's page, and what their marks mean. */
import { html } from "hono/html";
import { calendarOf, calendarZone } from "../../hours/hours.ts";
import { type ChartOf, chart } from "./chart.ts";
import type { Backtest } from "./evaluate.ts";
import type { Html } from "./html.ts";
import { type Records, shortestInterval } from "./records.ts";
import { stretches } from "./timeline.ts";

/** Most charts on a page. */
const CHARTS = 60;

/** A chart for each symbol that a rule held for, those that told most first. */
export function charts(result: Backtest, records: Records): Html {
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
