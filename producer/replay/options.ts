import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReplaySpec } from "../feed.ts";
import { orInvalid, parseSymbols } from "../options.ts";
import { checkInterval } from "./check.ts";
import { parseMap, USUAL_NAMES } from "./columns.ts";
import { checkFormat, TIME_UNITS } from "./times.ts";
import { readMoment, Zone } from "./zone.ts";

/** What addReplayOptions adds, as commander gives it. */
export type ReplayOptions = Omit<ReplaySpec, "kind" | "files" | "latenessMs" | "rejects">;

/** Adds the options of a replay to a command. */
export function addReplayOptions(command: Command): Command {
	return command
		.option(
			"--map <field=column,…>",
			`take a field of a trade from this column; found by themselves are ${usualNames()}, others by their own name; ` +
				"event_time=date+time where two columns tell the time",
			(text, before: Record<string, string> | undefined) => orInvalid(() => parseMap(text, before)),
		)
		.option("--time-zone <name>", "time zone of times without an offset, such as America/New_York", checked(newZone))
		.option("--time-format <tokens>", "how times are written, such as MM/dd/yyyy HH:mm:ss", checked(checkFormat))
		.addOption(
			new Option(
				"--time-unit <unit>",
				"of times that are numbers since 1970 (default: told by their size, and said)",
			).choices(TIME_UNITS),
		)
		.option("--from <when>", "only from this day or time on, by --time-zone, else UTC", checked(moment("--from")))
		.option("--to <when>", "only before this day or time", checked(moment("--to")))
		.option("--speed <factor>", "times real time, or max: as fast as it can be sent (default: max)", parseSpeed)
		.addOption(
			new Option("--rebase <when>", "move event times to the present; none is ever ahead of now").choices(["now"]),
		)
		.option("--loop", "begin anew at the end, without end, times going on; from the present on in real time")
		.addOption(new Option("--order <by>", "sort what is read on the way, whatever its size").choices(["event-time"]))
		.option("--raw", "send each line's bytes as they are, checking nothing (JSONL)")
		.option("--interval <length>", "of interval data, such as 1m (default: the smallest step)", checked(checkInterval))
		.option("--symbols <list>", "only these symbols, separated by commas", parseSymbols);
}

/** Which options of a replay are given that no other feed has, as they are written: `--time-zone`. */
export function replayOnly({ symbols, ...options }: ReplayOptions): string[] {
	const { files, kind, ...others } = replaySpec([], options);
	return Object.entries(others)
		.filter(([, value]) => value !== undefined)
		.map(([name]) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

/** The feed of files, or of folders of them, and the parsed options. */
export function replaySpec(files: readonly string[], options: ReplayOptions): ReplaySpec {
	const { map, timeZone, timeFormat, timeUnit, from, to, speed, rebase, loop, order, raw, interval, symbols } = options;
	const times = { timeZone, timeFormat, timeUnit, from, to };
	return { kind: "replay", files, map, ...times, speed, rebase, loop, order, raw, interval, symbols };
}

/** A factor of real time above 0, or `max`. */
export function parseSpeed(text: string): number | "max" {
	if (text === "max") return text;
	const factor = Number(text);
	if (text.trim() !== "" && factor > 0 && Number.isFinite(factor)) return factor;
	throw new InvalidArgumentError("Give a factor of real time above 0, such as 1 or 60, or max.");
}

/** A parser that gives the text itself, if `check` has nothing against it. */
function checked(check: (text: string) => unknown): (text: string) => string {
	return (text) =>
		orInvalid(() => {
			check(text);
			return text;
		});
}

function newZone(name: string): Zone {
	return new Zone(name);
}

function moment(option: string): (text: string) => number {
	return (text) => readMoment(text, new Zone("UTC"), option);
}

function usualNames(): string {
	return Object.entries(USUAL_NAMES)
		.map(([field, names]) => `${field} (${names.join(", ")})`)
		.join(", ");
}
