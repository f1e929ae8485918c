/** How numbers and times are written: grouped digits, a true minus sign, ISO dates. No locale but this one. */
import { writeTime } from "./zone.ts";

const MINUS = "\u2212";

/**
 * Grouped and rounded as `Intl.NumberFormat("en-US")` does it, halves away from zero as they are written in decimals: a phone
 * takes a tenth of a second to make one of those, before anything is shown.
 */
function digits(value: number, decimals: number): string {
	const size = Math.abs(value);
	// Shifting the written number keeps 1.005 a half; there is none in what is written with an exponent already.
	const shifted = Number(`${size}e${decimals}`);
	const rounded = Number.isNaN(shifted) ? size : Math.round(shifted) / 10 ** decimals;
	const [whole = "", ...fraction] = rounded.toFixed(decimals).split(".");
	const sign = value < 0 || Object.is(value, -0) ? MINUS : "";
	return sign + [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

/** How many decimals a price of this size is shown with. */
export function decimalsOf(price: number): number {
	return price >= 1 ? 2 : price >= 0.01 ? 4 : 6;
}

export function formatPrice(price: number | null): string {
	return price === null ? "–" : digits(price, decimalsOf(price));
}

/** A price with all of its decimals, up to the sixth, and at least as many as others of its size. */
export function formatExact(price: number): string {
	for (let decimals = decimalsOf(price); decimals < 6; decimals += 2) {
		if (Math.abs(price - Number(price.toFixed(decimals))) < 1e-9) return digits(price, decimals);
	}
	return digits(price, 6);
}

export function formatCount(count: number | null): string {
	return count === null ? "–" : digits(count, 0);
}

/** 1.5 as `+1.50 %`; without the unit where a column's head has it. */
export function formatPercent(percent: number | null, unit = "\u202f%"): string {
	if (percent === null) return "–";
	const text = digits(Math.abs(percent), 2);
	return `${Number(text) === 0 ? "" : percent > 0 ? "+" : MINUS}${text}${unit}`;
}

/** Shares, short: `12.3k`, `1.20M`. */
export function formatVolume(volume: number | null): string {
	if (volume === null) return "–";
	const units: [number, string][] = [
		[1e9, "B"],
		[1e6, "M"],
		[1e4, "k"],
	];
	for (const [size, unit] of units)
		if (volume >= size) return `${digits(volume / (unit === "k" ? 1e3 : size), unit === "k" ? 1 : 2)}${unit}`;
	return digits(volume, 0);
}

/** `14:05:09` on the same day as `now` (epoch ms) by the clock of the zone, else `2013-10-07 14:05:09`. */
export function formatTime(iso: string, now: number, zone: string): string {
	const text = writeTime(Date.parse(iso), zone);
	return text.startsWith(writeTime(now, zone).slice(0, 10)) ? text.slice(11) : text;
}

/** `850 ms`, `2.3 s`, `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
	const seconds = ms / 1_000;
	if (seconds < 1) return `${Math.round(ms)} ms`;
	if (seconds < 10) return `${digits(seconds, 1)} s`;
	if (seconds < 120) return `${Math.round(seconds)} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The class of a move's colour. */
export function directionOf(move: number | null): "up" | "down" | "flat" {
	return move === null || Math.abs(move) < 0.005 ? "flat" : move > 0 ? "up" : "down";
}
