import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { backtestDir } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { calledHere, ownRules, readRules } from "../../local/rules.ts";
import { orInvalid, parseSymbols } from "../../producer/options.ts";
import { addReplayOptions, type ReplayOptions } from "../../producer/replay/options.ts";
import { readMoment, Zone } from "../../producer/replay/zone.ts";
import { nearest } from "../../sql/workbench/check/nearest.ts";
import { sqlOption } from "../../sql/workbench/options.ts";
import { loadRules, type RuleSet } from "../rules/load.ts";
import { differenceOf, rulesAt } from "./backtest/against.ts";
import { backtest } from "./backtest/evaluate.ts";
import { page } from "./backtest/page.ts";
import { only, type Records, readRecords } from "./backtest/records.ts";
import { asJsonOf, reportOf } from "./backtest/report.ts";

const NOTES = `
Runs the rules over bars and hits of the past with the engine that runs in the functions: the same hours, mute times,
cooldowns, groups and storms, but no max_age and no silences. Rules on quiet and pipeline are left out: they look at the clock.

Without --replay and --records the lake is read: of the live stack, else of the latest run. A file of trades goes through the
job's own SQL on a Flink of its own, which takes a while; the bars and hits are kept under .tidemark/backtest, so that the
next time takes seconds unless the file or the SQL has changed. The week before --from is run too, so that averages, highs
and cooldowns are right.

Examples:
  $ npx tidemark alerts backtest
  $ npx tidemark alerts backtest --replay trades.csv.gz --rule fast-move,gap
  $ npx tidemark alerts backtest --rules mine.yaml --against HEAD
  $ npx tidemark alerts backtest --run live --from 2013-10-07T13:30 --symbols 'SPY,I*' --json`;

/** Options of a replay that say how a file is to be read; what of it is wanted, backtests say for all kinds of records. */
const READING = ["--map", "--time-zone", "--time-format", "--time-unit", "--order", "--interval"];

interface Options extends Pick<ReplayOptions, "map" | "timeZone" | "timeFormat" | "timeUnit" | "order" | "interval"> {
	replay?: string;
	run?: string;
	records?: string;
	rules?: string;
	against?: string;
	from?: number;
	to?: number;
	symbols?: string[];
	rule?: string[];
	sql: string;
	out?: string;
	json?: boolean;
}

/** `tidemark alerts backtest`: what rules would have told. */
export function backtestCommand(): Command {
	const command = new Command("backtest")
		.description(
			"say what the rules would have told of the past: counts, notifications, messages, and a page of charts",
		)
		.option("--replay <file>", "over a file or folder of trades: CSV or JSONL, also .gz")
		.option("--run <id>", "over the lake of this run under .tidemark/runs, or live")
		.option("--records <file>", "over a file of bars and hits, a line of JSON each, also .gz")
		.option("--rules <file>", "the rules (default: alerting/rules.yaml)")
		.option(
			"--against <file-or-ref>",
			"say what changes against other rules: a file, or alerting/rules.yaml at a git ref",
		)
		.option("--from <when>", "only alerts from this day or time on, UTC", moment("--from"))
		.option("--to <when>", "only before this day or time, UTC", moment("--to"))
		.option("--symbols <list>", "only these symbols, or patterns with *, separated by commas", parseSymbols)
		.option("--rule <names>", "only these rules, separated by commas", parseSymbols)
		.option("--out <dir>", "where index.html is written (default: .tidemark/backtest)")
		.option("--json", "print one line of JSON with everything")
		.addOption(sqlOption().helpGroup("For --replay:"));
	for (const option of addReplayOptions(new Command()).options)
		if (READING.includes(option.long ?? "")) command.addOption(option.helpGroup("For --replay:"));
	return command.addHelpText("after", NOTES).action(run);
}

async function run(options: Options): Promise<void> {
	const { rules: file = ownRules } = options;
	const name = calledHere(file);
	const rules = restricted(loadRules(readRules(file)), options.rule, name);
	const other = options.against === undefined ? undefined : await rulesAt(options.against);
	const records = only(await recordsOf(options), options);
	const result = backtest(records, rules, options.from);
	const difference =
		other && differenceOf(result, backtest(records, restricted(other.rules, options.rule), options.from), other.name);
	const out = resolve(options.out ?? backtestDir());
	mkdirSync(out, { recursive: true });
	const written = join(out, "index.html");
	writeFileSync(written, await page({ result, records, rulesName: name, ...(difference ? { difference } : {}) }));
	process.stdout.write(`${(options.json ? asJsonOf : reportOf)(result, records.source, difference)}\n`);
	process.stderr.write(`The charts are in ${calledHere(written)}\n`);
}

async function recordsOf(options: Options): Promise<Records> {
	const { replay, run, records, sql, from, to, symbols, map, timeZone, timeFormat, timeUnit, order, interval } =
		options;
	const given = Object.entries({ replay, run, records }).filter(([, value]) => value !== undefined);
	if (given.length > 1) throw new UserError(`Choose one of ${given.map(([name]) => `--${name}`).join(" and ")}`);
	if (records !== undefined) return readRecords(records);
	if (replay === undefined) {
		const { fromLake } = await import("./backtest/from-lake.ts");
		return fromLake(run, { from, to, symbols });
	}
	const { fromReplay } = await import("./backtest/from-replay.ts");
	return fromReplay(replay, { map, timeZone, timeFormat, timeUnit, order, interval }, sql, startProgress());
}

/** The rules of these names alone. Throws {@link UserError} for a name that a file has not. */
function restricted(rules: RuleSet, names: readonly string[] | undefined, file?: string): RuleSet {
	if (names === undefined) return rules;
	const known = rules.rules.map(({ name }) => name);
	const unknown = file === undefined ? undefined : names.find((name) => !known.includes(name));
	if (unknown !== undefined) {
		const near = nearest(unknown, known);
		throw new UserError(
			`${file} has no rule ${unknown}${near ? `; is ${near} meant?` : `: it has ${known.join(", ")}`}`,
		);
	}
	const chosen = rules.rules.filter(({ name }) => names.includes(name));
	return { ...rules, rules: chosen, on: (on) => chosen.filter((rule) => rule.on === on) };
}

function moment(option: string): (text: string) => number {
	return (text) => orInvalid(() => readMoment(text, new Zone("UTC"), option));
}
