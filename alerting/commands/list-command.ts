import { Command } from "commander";
import { changesSince } from "../../local/alert-changes.ts";
import { asJson, asTable } from "../../local/format.ts";
import { addPlaceOptions, type WhereOptions } from "../../local/place-options.ts";
import type { Rows } from "../../local/rows.ts";
import type { AlertItem } from "../deliver/table.ts";
import { printable } from "../rules/template.ts";
import { durationOption } from "./duration-option.ts";
import { withPlace } from "./place.ts";

const NOTES = `
Status: waiting (for its group's end, or to be sent again), sending, sent, suppressed (with the reason: hours, mute, silence,
pipeline, max_age, cooldown, storm) or refused (with what SNS said). Alerts are kept for eight days, or alertMemoryDays in
infra/config.ts.

Examples:
  $ npx tidemark alerts list --since 2h
  $ npx tidemark alerts list --suppressed --json`;

export interface ListOptions extends WhereOptions {
	since: string;
	suppressed?: boolean;
	json?: boolean;
}

/** `tidemark alerts list`: what was told, and what was not and why. */
export function listCommand(): Command {
	const command = new Command("list")
		.description("list the alerts that were told, and with what reason others were not; the newest last")
		.option("--since <duration>", "those that something became of in this time: 30m, 2h, 3d", "24h")
		.option("--suppressed", "only those that were not told")
		.option("--json", "print one JSON array of objects, with all that an alert says");
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (options: ListOptions) => {
			process.stdout.write(`${await list(options)}\n`);
		});
}

/**
 * What the command prints.
 *
 * @param now by the wall clock, epoch ms
 * @throws UserError for whatever its user can put right
 */
export async function list(options: ListOptions, now = Date.now()): Promise<string> {
	const from = now - durationOption("--since", options.since);
	const items = await withPlace(options, ({ table }) => changesSince(table, from, now));
	const wanted = options.suppressed ? items.filter(({ status }) => UNTOLD.has(status)) : items;
	if (options.json) return asJson(whole(wanted));
	if (wanted.length > 0) return asTable(short(wanted));
	return `There are no ${options.suppressed ? "suppressed " : ""}alerts of the last ${options.since}`;
}

const UNTOLD = new Set(["suppressed", "refused"]);

function short(items: readonly AlertItem[]): Rows {
	const columns = ["event time", "rule", "symbol", "series", "severity", "state", "status", "reason", "subject"];
	const rows = items.map(({ alert, status, reason }) => {
		const { event_time, rule, symbol, series, severity, state, late, subject } = alert;
		const why = UNTOLD.has(status) ? (reason ?? "") : "";
		const [named, said] = [[rule, printable(symbol), printable(series)], late ? `${state}, late` : state];
		return [event_time, ...named, severity, said, status, printable(why), subject];
	});
	return { columns, rows };
}

function whole(items: readonly AlertItem[]): Rows {
	const columns = ["status", "reason", "updated_at", "message_id", "alert"];
	const rows = items.map(({ status, reason = null, updated_at, message_id = null, alert }) => [
		status,
		reason,
		updated_at,
		message_id,
		{ ...alert, late: alert.late ?? false },
	]);
	return { columns, rows };
}
