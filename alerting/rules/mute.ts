import { DateTime } from "luxon";
import type { Severity } from "../engine/types.ts";
import { takesIn } from "../symbols.ts";
import type { MuteEntry } from "./schema.ts";

/** A time of the week in which some rules and symbols are not told. */
export interface MuteRule {
	/** Whether an alert at this event time, epoch ms, falls into it. */
	covers(alert: { rule: string; symbol: string; severity: Severity; time: number }): boolean;
	reason?: string;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** The mute time of an entry; a night that goes over midnight belongs to the day on which it begins. */
export function makeMute({
	days,
	from = "00:00",
	to,
	time_zone,
	rules,
	symbols,
	severity,
	reason,
}: MuteEntry): MuteRule {
	const [begin, end] = [minuteOf(from), to === undefined ? 24 * 60 : minuteOf(to)];
	const overnight = end <= begin;
	const onDay = (weekday: number) =>
		days === undefined || days.includes(DAYS[(weekday + 6) % 7] as (typeof DAYS)[number]);
	return {
		...(reason === undefined ? {} : { reason }),
		covers(alert) {
			if (rules && !rules.includes(alert.rule)) return false;
			if (severity && !severity.includes(alert.severity)) return false;
			if (symbols !== undefined && !takesIn([symbols].flat(), alert.symbol)) return false;
			const local = DateTime.fromMillis(alert.time, { zone: time_zone });
			const minute = local.hour * 60 + local.minute;
			if (!overnight) return onDay(local.weekday) && minute >= begin && minute < end;
			return (minute >= begin && onDay(local.weekday)) || (minute < end && onDay(local.weekday - 1));
		},
	};
}

function minuteOf(clock: string): number {
	const [hours = 0, minutes = 0] = clock.split(":").map(Number);
	return hours * 60 + minutes;
}
