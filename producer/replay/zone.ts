import { IANAZone } from "luxon";
import { UserError } from "../errors.ts";
import { readInstant, readWallTime } from "../instant.ts";

/** What a time zone's clocks do in an hour of its own: nothing, or they change at the instant `at`. Offsets in ms. */
interface Hour {
	readonly before: number;
	readonly after: number;
	readonly at: number;
}

const HOUR = 3_600_000;
// No zone is further from UTC than this.
const FURTHEST = 15 * HOUR;
const REMEMBERED = 10_000;

/** The clocks of a time zone. Its offset is asked for once an hour of data, not at each time. */
export class Zone {
	readonly name: string;
	readonly #zone: IANAZone;
	readonly #hours = new Map<number, Hour>();

	/** @throws if there is no time zone of this name */
	constructor(name: string) {
		if (!IANAZone.isValidZone(name)) {
			throw new UserError(
				`There is no time zone "${name}". Give an IANA name, such as America/New_York, Europe/Berlin or UTC.`,
			);
		}
		this.name = name;
		this.#zone = IANAZone.create(name);
	}

	/**
	 * The instant at which these clocks say `wallTime` (in milliseconds as if it were UTC); undefined where they skip it in
	 * spring. In autumn, where they say it twice, the earlier, unless that lies before `notBefore`.
	 */
	instant(wallTime: number, notBefore = Number.NEGATIVE_INFINITY): number | undefined {
		const { before, after, at } = this.#hour(Math.floor(wallTime / HOUR));
		const [earlier, later] = [wallTime - before, wallTime - after];
		if (earlier < at && (later < at || earlier >= notBefore)) return earlier;
		return later >= at ? later : undefined;
	}

	#hour(hour: number): Hour {
		const known = this.#hours.get(hour);
		if (known) return known;
		let [from, to] = [hour * HOUR - FURTHEST, (hour + 1) * HOUR + FURTHEST];
		const [before, after] = [this.#offset(from), this.#offset(to)];
		// Halved until the first instant of the new offset is found. Where nothing changes, any one will do.
		while (before !== after && to - from > 1) {
			const middle = Math.floor((from + to) / 2);
			if (this.#offset(middle) === before) from = middle;
			else to = middle;
		}
		const found = { before, after, at: to };
		if (this.#hours.size >= REMEMBERED) this.#hours.clear();
		this.#hours.set(hour, found);
		return found;
	}

	#offset(instant: number): number {
		return Math.round(this.#zone.offset(instant) * 60_000);
	}
}

/**
 * Epoch milliseconds of an instant, or of a day or time of day by the clocks of `zone`, as given to `option`.
 * @throws if the text is neither, or names a time that the clocks skip
 */
export function readMoment(text: string, zone: Zone, option: string): number {
	const wallTime = readWallTime(text);
	const moment = wallTime === undefined ? readInstant(text) : zone.instant(wallTime);
	if (moment !== undefined) return moment;
	throw new UserError(
		`${option} takes a day or a time, such as 2020-05-14, 2020-05-14T09:30 (by --time-zone, else UTC) or ` +
			`2020-05-14T13:30:00Z, but was given "${text}".`,
	);
}
