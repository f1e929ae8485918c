import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReplaySpec } from "../feed.ts";
import { orInvalid, parseSymbols } from "../options.ts";
import { parseMap, USUAL_NAMES } from "./columns.ts";

/** What addReplayOptions adds, as commander gives it. */
export type ReplayOptions = Omit<ReplaySpec, "kind" | "file" | "latenessMs" | "rejects">;

/** Adds the options of a replay to a command. */
export function addReplayOptions(command: Command): Command {
	return command
		.option(
			"--map <field=column,…>",
			`take a field of a trade from this column; found by themselves are ${usualNames()}, others by their own name`,
			(text, before: Record<string, string> | undefined) => orInvalid(() => parseMap(text, before)),
		)
		.option("--speed <factor>", "times real time, or max: as fast as it can be sent (default: max)", parseSpeed)
		.addOption(
			new Option("--rebase <when>", "move event times to the present; none is ever ahead of now").choices(["now"]),
		)
		.addOption(new Option("--order <by>", "sort the file on the way, whatever its size").choices(["event-time"]))
		.option("--raw", "send each line's bytes as they are, checking nothing (JSONL)")
		.option("--interval <length>", "of interval data, such as 1m (default: the file's smallest step)")
		.option("--symbols <list>", "only these symbols, separated by commas", parseSymbols);
}

/** The feed of a file and the parsed options. */
export function replaySpec(file: string, options: ReplayOptions): ReplaySpec {
	const { map, speed, rebase, order, raw, interval, symbols } = options;
	return { kind: "replay", file, map, speed, rebase, order, raw, interval, symbols };
}

/** A factor of real time above 0, or `max`. */
export function parseSpeed(text: string): number | "max" {
	if (text === "max") return "max";
	const factor = Number(text);
	if (text.trim() !== "" && factor > 0 && Number.isFinite(factor)) return factor;
	throw new InvalidArgumentError("Give a factor of real time above 0, such as 1 or 60, or max.");
}

function usualNames(): string {
	return Object.entries(USUAL_NAMES)
		.map(([field, names]) => `${field} (${names.join(", ")})`)
		.join(", ");
}
