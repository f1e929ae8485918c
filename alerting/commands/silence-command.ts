import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { asTable } from "../../local/format.ts";
import { addPlaceOptions, type WhereOptions } from "../../local/place-options.ts";
import { readRules } from "../../local/rules.ts";
import { nearest } from "../../sql/workbench/check/nearest.ts";
import { formatDuration } from "../duration.ts";
import { loadRules } from "../rules/load.ts";
import { readSilences, type Silence, writeSilence } from "../silences.ts";
import { durationOption } from "./duration-option.ts";
import { type Place, withPlace } from "./place.ts";

const NOTES = `
Within five seconds alerts of the symbol are kept back, with the reason "silence" in tidemark alerts list. What still holds
when the silence is over is told then.

Examples:
  $ npx tidemark alerts silence AAPL --for 2h --reason "earnings"
  $ npx tidemark alerts silence "BRK*" --for 1d --reason "thin" --rule silent
  $ npx tidemark alerts silence --list
  $ npx tidemark alerts silence --end k3x9`;

export interface SilenceOptions extends WhereOptions {
	for?: string;
	reason?: string;
	rule?: string;
	list?: boolean;
	end?: string;
}

/** `tidemark alerts silence`: nothing of a symbol is told for a while. */
export function silenceCommand(): Command {
	const command = new Command("silence")
		.description("keep the alerts of a symbol back for a while; list such silences, or end one")
		.argument("[symbol]", "a symbol, or a pattern with * for any text, in quotes")
		.option("--for <duration>", "how long from now: 30m, 2h, 1h30m, 1d")
		.option("--reason <text>", "why, for those who wonder")
		.option("--rule <name>", "only this rule's alerts")
		.option("--list", "list the silences of today and those that last")
		.option("--end <id>", "end one now");
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (symbol: string | undefined, options: SilenceOptions) => {
			process.stdout.write(`${await silence(symbol, options)}\n`);
		});
}

/**
 * What the command prints.
 *
 * @param now by the wall clock, epoch ms
 * @throws UserError for whatever its user can put right
 */
export async function silence(symbol: string | undefined, options: SilenceOptions, now = Date.now()): Promise<string> {
	const { list, end, ...rest } = options;
	const asked = [symbol !== undefined, list === true, end !== undefined].filter(Boolean).length;
	if (asked !== 1) {
		throw new UserError(
			'Say one thing: what to silence, such as tidemark alerts silence AAPL --for 2h --reason "earnings"; --list; or --end ID',
		);
	}
	if (symbol === undefined && (rest.for ?? rest.reason ?? rest.rule) !== undefined)
		throw new UserError("--for, --reason and --rule go with a symbol, not with --list or --end");
	if (list) return withPlace(options, async ({ table }) => listed(await readSilences(table), now));
	if (end !== undefined) return withPlace(options, (place) => ended(place, end, now));
	const wanted = checked(symbol ?? "", options, now);
	return withPlace(options, async (place) => {
		if (wanted.rule !== undefined) checkRule(wanted.rule, place);
		const made = { ...wanted, id: newId(await readSilences(place.table)) };
		await writeSilence(place.table, made);
		const what = made.rule === undefined ? "all rules" : `the rule ${made.rule}`;
		const lasting = formatDuration(Date.parse(made.until) - now);
		return `${made.symbol} is silenced for ${what} until ${made.until} (${lasting}): ${made.reason}\nEnd it before with: npx tidemark alerts silence --end ${made.id}`;
	});
}

function checked(symbol: string, options: SilenceOptions, now: number): Omit<Silence, "id"> {
	const { for: lasting, reason = "", rule } = options;
	if (symbol.trim() === "" || symbol.startsWith("!"))
		throw new UserError(`${JSON.stringify(symbol)} is no symbol, nor a pattern such as "BRK*"`);
	if (lasting === undefined) throw new UserError("Say for how long: --for 2h");
	const until = now + durationOption("--for", lasting);
	if (reason.trim() === "") throw new UserError('Say why, for those who wonder: --reason "earnings"');
	const times = { from: new Date(now).toISOString(), until: new Date(until).toISOString() };
	return { symbol, ...(rule === undefined ? {} : { rule }), ...times, reason: reason.trim() };
}

function checkRule(name: string, { rulesFile }: Place): void {
	const rules = loadRules(readRules(rulesFile)).rules.map((rule) => rule.name);
	if (rules.includes(name)) return;
	const near = nearest(name, rules);
	const meant = near === undefined ? "." : `; is ${near} meant?`;
	throw new UserError(`There is no rule ${name}${meant} There are ${rules.join(", ")}`);
}

async function ended({ table }: Place, id: string, now: number): Promise<string> {
	const silences = await readSilences(table);
	const found = silences.find((each) => each.id === id);
	const lasting = silences.filter(({ until }) => Date.parse(until) > now);
	if (!found) {
		const ids = lasting.map((each) => each.id).join(", ") || "none";
		throw new UserError(
			`There is no silence ${id}. Those that last: ${ids}; tidemark alerts silence --list shows them`,
		);
	}
	if (Date.parse(found.until) <= now) return `The silence ${id} of ${found.symbol} was over at ${found.until}`;
	await writeSilence(table, { ...found, until: new Date(now).toISOString() });
	return `The silence ${id} of ${found.symbol} is over`;
}

function listed(silences: readonly Silence[], now: number): string {
	if (silences.length === 0) return "There are no silences";
	const rows = silences
		.toSorted((a, b) => (a.until < b.until ? -1 : 1))
		.map(({ id, symbol, rule, from, until, reason }) => {
			const left = Date.parse(until) - now;
			return [id, symbol, rule ?? "all", left > 0 ? `for ${formatDuration(left)} more` : "over", from, until, reason];
		});
	return asTable({ columns: ["id", "symbol", "rule", "lasts", "from", "until", "reason"], rows });
}

/** Short enough to be typed, and none that is there. */
function newId(known: readonly Silence[]): string {
	for (;;) {
		const id = Math.random().toString(36).slice(2, 6);
		if (id.length === 4 && !known.some((each) => each.id === id)) return id;
	}
}
