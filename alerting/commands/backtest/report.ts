/** A backtest as text, and as JSON. */
import { asTable } from "../../../local/format.ts";
import type { Cell } from "../../../local/rows.ts";
import { printable } from "../../rules/template.ts";
import type { Difference } from "./against.ts";
import { notificationId } from "./deliver.ts";
import type { Backtest } from "./evaluate.ts";
import { reasonsIn, tallies, talliesByRule } from "./tally.ts";

/** Longer lists are left to the page and to --json. */
const LISTED = 100;

/** What the command prints for people. */
export function reportOf(result: Backtest, source: string, difference?: Difference): string {
	const { notifications, delivery } = result;
	const told = notifications.map((alert): Cell[] => [
		alert.event_time,
		alert.rule,
		printable(alert.symbol),
		alert.state === "resolved" ? "over" : alert.severity,
		`${delivery.held.has(notificationId(alert)) ? "(held by a storm) " : ""}${alert.subject}`,
	]);
	return [
		`${source}: ${spanOf(result)}`,
		"",
		tallyTable(result),
		"",
		listed(["time", "rule", "symbol", "severity", "subject"], told, "notifications"),
		"",
		summaryOf(result),
		...unseenIn(result),
		...(difference ? ["", ...differenceLines(difference)] : []),
	].join("\n");
}

/** Such as `2013-10-07 08:00 to 2013-10-07 23:59 UTC, 1 trading day`. */
export function spanOf({ from, to, days }: Backtest): string {
	const minute = (time: number) => new Date(time).toISOString().slice(0, 16).replace("T", " ");
	return days === 0 ? "no records" : `${minute(from)} to ${minute(to)} UTC, ${count(days, "trading day")}`;
}

/** How much would have been heard of it. */
export function summaryOf({ notifications, delivery: { messages, held, storms } }: Backtest): string {
	const during = storms.length === 0 ? "no storm" : `${held.size} held by ${count(storms.length, "storm")}`;
	return `${count(notifications.length, "alert")} in ${count(messages, "message")}, ${during}`;
}

/** A note where rules are left out. */
export function unseenIn({ unseen }: Backtest): string[] {
	return unseen.length === 0 ? [] : [`Not run: ${unseen.join(", ")}, which look at the clock and not at records`];
}

function tallyTable(result: Backtest): string {
	const each = tallies(result);
	const all = each.length > 0 ? each : talliesByRule(result);
	const reasons = reasonsIn(all);
	const rows = all.map(({ rule, symbol, fired, told, resolved, suppressed, perDay }) => {
		const kept = reasons.map((reason) => suppressed[reason] ?? 0);
		return [rule, printable(symbol), fired, told, resolved, ...kept, Number(perDay.toFixed(2))];
	});
	return asTable({ columns: ["rule", "symbol", "fired", "told", "resolved", ...reasons, "told/day"], rows });
}

/** What other rules would change. */
function differenceLines({ against, added, gone, same, byRule }: Difference): string[] {
	const columns = ["time", "rule", "symbol", "subject"];
	const rows = (alerts: Difference["added"]) =>
		alerts.map((alert) => [alert.event_time, alert.rule, printable(alert.symbol), alert.subject]);
	return [
		`Against ${against}: ${added.length} new, ${gone.length} gone, ${same} the same`,
		asTable({
			columns: ["rule", "before", "now", "change"],
			rows: byRule.map(({ rule, before, now }) => [rule, before, now, signed(now - before)]),
		}),
		...(added.length > 0 ? ["", "New:", listed(columns, rows(added), "alerts")] : []),
		...(gone.length > 0 ? ["", "Gone:", listed(columns, rows(gone), "alerts")] : []),
	];
}

/** A change as it is shown. */
export function signed(change: number): string {
	return change > 0 ? `+${change}` : String(change);
}

function listed(columns: string[], rows: Cell[][], what: string): string {
	if (rows.length <= LISTED) return asTable({ columns, rows });
	const table = asTable({ columns, rows: rows.slice(0, LISTED) })
		.split("\n")
		.slice(0, -1);
	return [...table, `(the first ${LISTED} of ${rows.length} ${what}; the page and --json have more)`].join("\n");
}

/** All of it, for programs. */
export function asJsonOf(result: Backtest, source: string, difference?: Difference): string {
	const { from, to, days, episodes, notifications, delivery, unseen } = result;
	const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
	return JSON.stringify({
		source,
		...(days === 0 ? {} : { from: iso(from), to: iso(to) }),
		days,
		counts: tallies(result),
		alerts: notifications.length,
		messages: delivery.messages,
		held: delivery.held.size,
		storms: delivery.storms.map((storm) => ({ ...storm, from: iso(storm.from), to: iso(storm.to) })),
		not_run: unseen,
		notifications: notifications.map((alert) => ({ ...alert, held: delivery.held.has(notificationId(alert)) })),
		suppressed: episodes
			.filter(({ told }) => told === undefined)
			.map(({ alert, reason, until }) => ({ reason, until: iso(until), ...alert })),
		...(difference ? { against: difference } : {}),
	});
}

/** `1 alert`, `2 alerts`. */
export function count(number: number, what: string): string {
	return `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
}
