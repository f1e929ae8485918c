/** The time zone that times are written in: UTC, the exchange's of the symbol that is shown, or the reader's own. */

export type ZoneChoice = "utc" | "exchange" | "local";

/** The reader's own; making a format to ask it of takes a while. */
let own: string | undefined;
const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant (epoch ms) as a clock in the zone shows it: `2013-10-07 09:30:00`. */
export function writeTime(ms: number, zone: string): string {
	// The usual one needs no format, which takes a phone a while to make.
	if (zone === "UTC") return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
	let format = formats.get(zone);
	if (!format) {
		// Swedish writes a date as ISO 8601 does.
		const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
		const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
		format = new Intl.DateTimeFormat("sv-SE", { ...parts, ...clock, timeZone: zone });
		formats.set(zone, format);
	}
	return format.format(ms);
}

/** The zone of a choice. An exchange that is not known (yet) is taken to be on UTC. */
export function zoneOf(choice: ZoneChoice, exchange: string | undefined): string {
	if (choice === "utc") return "UTC";
	if (choice === "exchange") return exchange ?? "UTC";
	own ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
	return own;
}

/** `America/New_York` as `New York`. */
export function nameOf(zone: string): string {
	return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * What stands below the chart at an instant (epoch seconds): `09:30`, or the day where one begins. The library finds
 * days by UTC, so in another zone only a morning is called by its day.
 */
export function tickLabel(seconds: number, zone: string, isTime: boolean): string {
	const text = writeTime(seconds * 1_000, zone);
	const morning = Number(text.slice(11, 13)) < 12;
	if (isTime || !morning) return text.slice(11, 16);
	return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1]}`;
}
