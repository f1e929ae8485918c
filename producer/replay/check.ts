import { UserError } from "../errors.ts";
import type { ReplaySpec } from "../feed.ts";
import { checkFormat, TIME_UNITS } from "./times.ts";
import { readMoment, Zone } from "./zone.ts";

/**
 * What can be told to be wrong with a replay before any file is opened.
 * @throws the first thing that is
 */
export function checkSpec(spec: ReplaySpec): void {
	const { speed, timeZone, timeFormat, timeUnit, interval } = spec;
	if (speed !== undefined) checkSpeed(speed);
	if (interval !== undefined) checkInterval(interval);
	if (timeZone !== undefined) new Zone(timeZone);
	if (timeFormat !== undefined) checkFormat(timeFormat);
	if (timeUnit !== undefined && !TIME_UNITS.includes(timeUnit)) {
		throw new UserError(`--time-unit takes ${TIME_UNITS.join(", ")}, but was given ${timeUnit}.`);
	}
	if (timeFormat !== undefined && timeUnit !== undefined) {
		throw new UserError("--time-format and --time-unit cannot be used together: a time is a text or a number.");
	}
	if (spec.raw) checkRaw(spec);
}

/** @throws if it is neither a factor above 0 nor `max` */
function checkSpeed(speed: number | "max"): void {
	if (speed === "max" || (speed > 0 && Number.isFinite(speed))) return;
	throw new UserError(`--speed takes a factor of real time above 0, such as 1 or 60, or max, but was given ${speed}.`);
}

/** @throws if it is no length such as `1m` */
export function checkInterval(interval: string): void {
	if (/^[1-9]\d*(ms|s|m|h|d)$/.test(interval)) return;
	throw new UserError(`--interval takes a length such as 1s, 1m, 5m, 1h or 1d, but was given "${interval}".`);
}

/** The instants of `--from` and `--to`. @throws if they cannot be read, or nothing lies between them */
export function limitsOf({ from, to, timeZone = "UTC" }: ReplaySpec): { from?: number; to?: number } {
	const zone = new Zone(timeZone);
	const limits = {
		...(from === undefined ? {} : { from: readMoment(from, zone, "--from") }),
		...(to === undefined ? {} : { to: readMoment(to, zone, "--to") }),
	};
	if (limits.from !== undefined && limits.to !== undefined && limits.from >= limits.to) {
		throw new UserError(
			`--from ${from} is not before --to ${to}, which is itself no longer sent: nothing lies between.`,
		);
	}
	return limits;
}

function checkRaw({
	map,
	timeZone,
	timeFormat,
	timeUnit,
	from,
	to,
	rebase,
	loop,
	interval,
	symbols,
}: ReplaySpec): void {
	const changing = {
		"--map": map,
		"--time-zone": timeZone,
		"--time-format": timeFormat,
		"--time-unit": timeUnit,
		"--from": from,
		"--to": to,
		"--rebase": rebase,
		"--loop": loop,
		"--symbols": symbols,
		"--interval": interval,
	};
	const given = Object.entries(changing).flatMap(([name, value]) =>
		value === undefined || value === false ? [] : name,
	);
	if (given.length === 0) return;
	throw new UserError(`--raw sends each line as it is and cannot be used with ${given.join(", ")}.`);
}
