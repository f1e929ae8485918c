/** The tables of a backtest's page. */
import { html, raw } from "hono/html";
import type { Alert } from "../../engine/types.ts";
import { calendarOf, calendarZone } from "../../hours/hours.ts";
import type { Difference } from "./against.ts";
import { notificationId } from "./deliver.ts";
import type { Backtest } from "./evaluate.ts";
import { type Html, table, whenIn } from "./html.ts";
import { count, signed } from "./report.ts";
import { reasonsIn, tallies, talliesByRule } from "./tally.ts";

/** Most rows of one list. */
const LISTED = 1_000;
/** A longer list of changes is closed at first. */
const OPEN = 12;

/** What other rules would change. */
export function changes({ against, added, gone, same, byRule }: Difference): Html {
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

/** The numbers of a backtest, for each rule, or for each rule and symbol. */
export function counts(result: Backtest, by: "rule" | "symbol"): Html {
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

/** Every notification. */
export function told(result: Backtest): Html {
	const { notifications, delivery } = result;
	const rows = notifications.slice(0, LISTED).map((alert) => {
		const { event_time, symbol, rule, state, severity, subject } = alert;
		const held = delivery.held.has(notificationId(alert)) ? " (held by a storm)" : "";
		const how = state === "resolved" ? "over" : html`<span class="severity ${severity}">${severity}</span>`;
		return [short(event_time), there(event_time, symbol, result), rule, symbol, how, `${subject}${held}`];
	});
	return html`${table(["time (UTC)", "at the exchange", "rule", "symbol", "severity", "what it says"], rows)}${more(notifications.length)}`;
}

/** Every time that a rule held and was not told, and why. */
export function notTold(result: Backtest): Html {
	const all = result.episodes.filter(({ told }) => told === undefined);
	const rows = all.slice(0, LISTED).map(({ alert: { event_time, symbol, rule, subject }, reason = "" }) => {
		return [short(event_time), there(event_time, symbol, result), rule, symbol, reason, subject];
	});
	return html`<details><summary>${count(all.length, "time")} a rule fired and nobody was told</summary>
${table(["time (UTC)", "at the exchange", "rule", "symbol", "because of", "what it would have said"], rows)}${more(all.length)}</details>`;
}

function more(all: number): Html | "" {
	return all > LISTED ? html`<p>The first ${LISTED} of ${all}; tidemark alerts backtest --json has all.</p>` : "";
}

/** A time by the clock of the symbol's exchange. */
function there(event_time: string, symbol: string, { rules }: Backtest): string {
	return whenIn(Date.parse(event_time), calendarZone(calendarOf(symbol, rules.exchanges))).slice(11);
}

/** An instant to the second. */
function short(instant: string): string {
	return instant.slice(0, 19).replace("T", " ");
}
