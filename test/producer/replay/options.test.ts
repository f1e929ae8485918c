import { Command } from "commander";
import { describe, expect, test } from "vitest";
import {
	addReplayOptions,
	parseSpeed,
	type ReplayOptions,
	replayOnly,
	replaySpec,
} from "../../../producer/replay/options.ts";

/** What a command with these options makes of its arguments. */
function parsed(...args: string[]): ReplayOptions {
	const command = addReplayOptions(new Command("try"))
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return command.parse(args, { from: "user" }).opts<ReplayOptions>();
}

const ALL = {
	map: { price: "last", symbol: "who", size: "qty" },
	timeZone: "America/New_York",
	timeFormat: "MM/dd/yyyy HH:mm:ss",
	timeUnit: "ms",
	from: "2020-05-14",
	to: "2020-05-15T16:00",
	speed: 60,
	rebase: "now",
	loop: true,
	order: "event-time",
	raw: true,
	interval: "1m",
	symbols: ["SPY", "IBM"],
};

test("the options of a replay become its specification", () => {
	const options = parsed(
		...["--map", "price=last,symbol=who", "--map", "size=qty", "--time-zone", "America/New_York"],
		...[
			"--time-format",
			"MM/dd/yyyy HH:mm:ss",
			"--time-unit",
			"ms",
			"--from",
			"2020-05-14",
			"--to",
			"2020-05-15T16:00",
		],
		...["--speed", "60", "--rebase", "now", "--loop", "--order", "event-time", "--raw", "--interval", "1m"],
		...["--symbols", "SPY, IBM"],
	);
	expect(replaySpec(["a.csv", "b.csv"], options)).toEqual({ kind: "replay", files: ["a.csv", "b.csv"], ...ALL });
});

test("they may all be left out", () => {
	expect(replaySpec(["a.csv"], parsed())).toEqual({ kind: "replay", files: ["a.csv"] });
	expect(replayOnly(parsed())).toEqual([]);
});

test("those that no other feed has are named as they are written", () => {
	expect(replayOnly(ALL as ReplayOptions).sort()).toEqual(
		[
			...["--from", "--interval", "--loop", "--map", "--order", "--raw", "--rebase", "--speed"],
			...["--time-format", "--time-unit", "--time-zone", "--to"],
		].sort(),
	);
	expect(replayOnly({ symbols: ["SPY"] })).toEqual([]);
});

const SPEED = "Give a factor of real time above 0, such as 1 or 60, or max.";
const MOMENT = (option: string, text: string) =>
	`${option} takes a day or a time, such as 2020-05-14, 2020-05-14T09:30 (by --time-zone, else UTC) or ` +
	`2020-05-14T13:30:00Z, but was given "${text}".`;

describe("a value that an option does not take is refused with what it takes", () => {
	test.each([
		[
			"--map <field=column,…>",
			"price",
			'--map takes field=column,field=column,… but was given "price". Example: --map price=last',
		],
		[
			"--map <field=column,…>",
			"a=b=c",
			'--map takes field=column,field=column,… but was given "a=b=c". Example: --map price=last',
		],
		[
			"--time-zone <name>",
			"EDT5",
			'There is no time zone "EDT5". Give an IANA name, such as America/New_York, Europe/Berlin or UTC.',
		],
		[
			"--time-format <tokens>",
			"YYYY-MM-DD",
			'--time-format "YYYY-MM-DD" tells no day with its year, or no time of 24 hours. Its tokens are those of luxon: ' +
				'"MM/dd/yyyy HH:mm:ss", "dd.MM.yyyy hh:mm a", "yyyyMMddHHmmss".',
		],
		["--time-unit <unit>", "m", "Allowed choices are s, ms, us, ns."],
		["--from <when>", "monday", MOMENT("--from", "monday")],
		["--to <when>", "2020-02-30", MOMENT("--to", "2020-02-30")],
		["--speed <factor>", "0", SPEED],
		["--speed <factor>", "fast", SPEED],
		["--rebase <when>", "then", "Allowed choices are now."],
		["--order <by>", "price", "Allowed choices are event-time."],
		[
			"--interval <length>",
			"minute",
			'--interval takes a length such as 1s, 1m, 5m, 1h or 1d, but was given "minute".',
		],
		["--interval <length>", "0m", '--interval takes a length such as 1s, 1m, 5m, 1h or 1d, but was given "0m".'],
		["--symbols <list>", "SPY,,IBM", "Give names separated by commas, such as SPY,IBM."],
	])("%s %s", (option, value, message) => {
		const [name = ""] = option.split(" ");
		expect(() => parsed(name, value)).toThrow(`error: option '${option}' argument '${value}' is invalid. ${message}`);
	});

	test("and an option that there is not", () => {
		expect(() => parsed("--sped", "1")).toThrow("unknown option '--sped'");
	});
});

test("a speed is max, or a factor above 0", () => {
	expect(parseSpeed("max")).toBe("max");
	expect(parseSpeed("0.5")).toBe(0.5);
	for (const text of ["", " ", "-1", "Infinity", "NaN"]) expect(() => parseSpeed(text)).toThrow(SPEED);
});
