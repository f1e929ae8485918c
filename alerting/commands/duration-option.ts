import { UserError } from "../../local/errors.ts";
import { parseDuration } from "../duration.ts";

const LONGEST = 366 * 86_400_000;

/**
 * The milliseconds of an option such as `--for 2h`.
 *
 * @throws UserError with the forms that there are, and where it is none or more than a year
 */
export function durationOption(option: string, text: string): number {
	let ms: number;
	try {
		ms = parseDuration(text);
	} catch (cause) {
		throw new UserError(`${option}: ${(cause as Error).message}`, { cause });
	}
	if (ms <= 0 || ms > LONGEST) throw new UserError(`${option} ${text} must be more than 0 and at most 366d`);
	return ms;
}
