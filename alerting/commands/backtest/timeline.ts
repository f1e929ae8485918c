/** The time axis of the charts: the stretches in which anything was traded, side by side, without the nights between. */
import { scaleLinear, scaleUtc } from "d3-scale";
import { DateTime } from "luxon";

/** A stretch of trading, epoch ms, and where it is drawn. */
export interface Part {
	from: number;
	to: number;
	left: number;
	right: number;
}

export interface Timeline {
	parts: Part[];
	/** Where a moment, epoch ms, is drawn. */
	x(time: number): number;
	/** Times of the day by the exchange's clock. */
	ticks: { x: number; label: string }[];
	/** Beginnings of days, and of stretches. */
	days: { x: number; label: string }[];
}

/** A longer time without a bar is left out. */
const QUIET_MS = 2 * 3_600_000;
const BETWEEN = 10;
const TICK_WIDTH = 64;
const DAY_WIDTH = 92;
const DAY = 86_400_000;

/** The stretches of spans of time, given in the order of their beginnings. */
export function stretches(spans: readonly (readonly [from: number, to: number])[]): [from: number, to: number][] {
	const found: [number, number][] = [];
	for (const [from, to] of spans) {
		const last = found.at(-1);
		if (last && from - last[1] <= QUIET_MS) last[1] = Math.max(last[1], to);
		else found.push([from, to]);
	}
	return found;
}

/**
 * Draws stretches of time between two places.
 *
 * @param zone the clock of the labels, by its IANA name
 */
export function timelineOf(
	found: readonly (readonly [from: number, to: number])[],
	left: number,
	right: number,
	zone: string,
): Timeline {
	const between = found.length < 2 ? 0 : Math.min(BETWEEN, (right - left) / 4 / (found.length - 1));
	const total = found.reduce((sum, [from, to]) => sum + (to - from), 0);
	const width = right - left - between * (found.length - 1);
	let at = left;
	const parts = found.map(([from, to]): Part => {
		const part = { from, to, left: at, right: at + (width * (to - from)) / (total || 1) };
		at = part.right + between;
		return part;
	});
	const x = scaleLinear()
		.domain(parts.flatMap(({ from, to }) => [from, to]))
		.range(parts.flatMap((part) => [part.left, part.right]))
		.clamp(true);
	return {
		parts,
		x: (time) => x(time),
		ticks: apart(
			parts.flatMap((part) => clockTicks(part, zone)),
			x,
			(time) => local(time, zone).toFormat("HH:mm"),
			TICK_WIDTH * 0.7,
		),
		days: apart(
			parts.flatMap(({ from, to }) => [from, ...midnights(from, to, zone)]),
			x,
			(time) => local(time, zone).setLocale("en").toFormat("ccc d LLL"),
			DAY_WIDTH,
		),
	};
}

/** Round times of the day in a part; none where it is too narrow, or its ticks would be days. */
function clockTicks({ from, to, left, right }: Part, zone: string): number[] {
	const offset = local(from, zone).offset * 60_000;
	const [first, second, ...more] = scaleUtc([from + offset, to + offset], [left, right]).ticks(
		Math.floor((right - left) / TICK_WIDTH),
	);
	if (first === undefined || second === undefined || Number(second) - Number(first) >= DAY) return [];
	return [first, second, ...more].map((tick) => Number(tick) - offset);
}

function midnights(from: number, to: number, zone: string): number[] {
	const found: number[] = [];
	let next = local(from, zone).startOf("day").plus({ days: 1 });
	for (; next.toMillis() < to; next = next.plus({ days: 1 })) found.push(next.toMillis());
	return found;
}

/** Labels with so much room that none is written over another. */
function apart(times: readonly number[], x: (time: number) => number, label: (time: number) => string, room: number) {
	const placed: { x: number; label: string }[] = [];
	for (const time of times) {
		const at = x(time);
		if (at - (placed.at(-1)?.x ?? Number.NEGATIVE_INFINITY) >= room) placed.push({ x: at, label: label(time) });
	}
	return placed;
}

function local(time: number, zone: string): DateTime {
	return DateTime.fromMillis(time, { zone });
}
