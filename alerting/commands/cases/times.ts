/** Times as cases have them: `14:00`, `14:00:05.250`, or with a date in front; UTC. */

/**
 * A time in full, ISO 8601 in UTC with milliseconds.
 *
 * @param date the day of a time without one
 * @throws an Error that names the text and the forms that there are
 */
export function instantOf(text: string, date: string): string {
	const [, day = date, clock] = /^(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)Z?$/.exec(text) ?? [];
	const full = clock === undefined ? Number.NaN : Date.parse(`${day}T${clock}Z`);
	if (Number.isNaN(full))
		throw new Error(`${JSON.stringify(text)} is no time: write 14:00, 14:00:05.250 or 2024-01-02T14:00:05Z, in UTC`);
	return new Date(full).toISOString();
}

/** The time as a case would have it: without the case's day, seconds and milliseconds only where there are any. */
export function shortTime(instant: string, date: string): string {
	const short = instant.slice(11, 23).replace(/(:00)?\.000$/, "");
	return instant.startsWith(date) ? short : `${instant.slice(0, 10)}T${short}`;
}
