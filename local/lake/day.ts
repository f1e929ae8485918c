import { InvalidArgumentError } from "commander";

/** Reads a day in UTC, such as `2013-10-07`, from a command line. Throws {@link InvalidArgumentError} for anything else. */
export function day(text: string): string {
	const date = new Date(`${text}T00:00:00Z`);
	if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
		return text;
	throw new InvalidArgumentError("Give a day, such as 2013-10-07.");
}
