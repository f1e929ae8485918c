import { Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../errors.ts";
import { addPlaceOptions } from "../place-options.ts";
import { startProgress } from "../progress.ts";
import { onStop } from "../signals.ts";
import type { Replayed } from "./replay.ts";
import { sumOf } from "./replay.ts";
import type { PlaceOptions } from "./replay-place.ts";

interface Options extends PlaceOptions {
	from?: number;
	until?: number;
	interval?: string[];
	symbol?: string[];
	asOf?: number;
	dryRun?: boolean;
	json?: boolean;
}

const NOTES = `
A store that was lost, is new, or has wrong bars gets what the lake's table bars has, with the keys, values and times that
landing writes. It can be given again, and while the job runs: a bar of which the store has this version or a later one stays.
Alerts are not told again. Bars that the store has and the lake has not stay in the store.

  npx tidemark lake replay --to influxdb --dry-run
  npx tidemark lake replay --to influxdb --from 2013-10-07 --until 2013-10-08
  npx tidemark lake replay --to dynamodb --aws --interval 1m 5m --symbol AAPL`;

/** `tidemark lake replay`: a store filled from the lake's bars. */
export function replayCommand(): Command {
	const command = new Command("replay")
		.description("write the lake's bars into a store again, as landing writes them: for one that was lost or is new")
		.addOption(
			new Option("--to <store>", "the store, as stores in infra/config.ts calls it")
				.choices(["influxdb", "live-analytics", "dynamodb"])
				.makeOptionMandatory(),
		)
		.option("--from <time>", "bars that start then or later: a day, or a time such as 2013-10-07T13:30:00Z", instant)
		.option("--until <time>", "and before that (default: all)", instant)
		.option("--interval <intervals...>", "only these, such as 1m 5m")
		.option("--symbol <symbols...>", "only these")
		.option("--as-of <time>", "the lake as it was then", instant)
		.option("--dry-run", "only count what would be written")
		.option("--overwrite", "write without asking the store what it has (only influxdb is asked)")
		.option("--store <url>", "the address of a store of line protocol (default: the stack's, or endpoints.store)")
		.option("--json", "print the counts as JSON");
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (options: Options) => {
			if (options.from !== undefined && options.until !== undefined && options.until <= options.from)
				throw new UserError("The time ends before it begins: --until has to be later than --from");
			const { from, until: to, interval: intervals, symbol: symbols, asOf, dryRun = false, json } = options;
			const [{ replay }, { withPlace }, { viewsAsOf }] = await Promise.all([
				import("./replay.ts"),
				import("./replay-place.ts"),
				import("../athena/as-of.ts"),
			]);
			const progress = startProgress();
			const stopped = new AbortController();
			const noLonger = onStop(
				() => stopped.abort(),
				() => process.exit(130),
			);
			try {
				const done = await withPlace(options, progress, async ({ lake, store }) => {
					if (!lake.tables.includes("bars")) throw new UserError("The lake has no table bars: the job has not run yet");
					if (asOf !== undefined) await viewsAsOf(lake, ["bars"], new Date(asOf));
					const which = { ...definedOf({ from, to, intervals, symbols }), dryRun, signal: stopped.signal };
					return replay(lake, store, which, progress);
				});
				process.stdout.write(`${json ? JSON.stringify(done, null, "\t") : sayReplayed(done, dryRun)}\n`);
				if (done.refusals > 0) process.exitCode = 1;
			} finally {
				noLonger();
			}
		});
}

function definedOf<T extends object>(options: T) {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
		[Name in keyof T]?: NonNullable<T[Name]>;
	};
}

/** What was done, for people. */
export function sayReplayed(done: Replayed, dryRun: boolean): string {
	const counts = (of: Record<string, number>) =>
		`${sumOf(of)}${
			Object.keys(of).length > 0
				? ` (${Object.entries(of)
						.map(([interval, n]) => `${interval} ${n}`)
						.join(", ")})`
				: ""
		}`;
	const read = `${counts(done.read)} bars of ${done.days} days`;
	if (dryRun) return `${read} would be offered to ${done.store}; nothing was written`;
	return [
		`${read}: ${counts(done.written)} written to ${done.store}, ${counts(done.there)} were there`,
		done.stored ? `The store has ${counts(done.stored)} bars of the time` : "The store cannot be asked for a count",
		...(done.refusals > 0 ? [`${done.refusals} refused for good:`] : []),
		...done.refused.map(({ bar, reason }) => `  ${bar}: ${reason}`),
	].join("\n");
}

function instant(text: string): number {
	const ms = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
	if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text) && !Number.isNaN(ms)) return ms;
	throw new InvalidArgumentError("Give a day or a time in UTC, such as 2013-10-07 or 2013-10-07T13:30:00Z.");
}
