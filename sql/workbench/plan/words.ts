import type { PlanNode } from "./plan.ts";
import type { Field } from "./row-type.ts";

/** `a, b and c`; no more than `most` of them, then how many more. */
export function list(items: string[], most = 6): string {
	if (items.length > most) return `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
	if (items.length < 2) return items.join("");
	return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** A type as one would write it in SQL, as far as that is shorter. */
export function shortType(type: string): string {
	return type
		.replaceAll("VARCHAR(2147483647)", "STRING")
		.replaceAll(/TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE/g, "TIMESTAMP_LTZ($1)");
}

/** `1-minute`, `sliding 1-hour (every 5 minutes)`, `1-day (offset 5 hours)`, for the window of a node. */
export function windowWords(node: PlanNode): string {
	const window = ((node.windowing as { window?: Window } | undefined)?.window ?? {}) as Window;
	const offset = window.offset && milliseconds(window.offset) ? ` (offset ${duration(window.offset)})` : "";
	switch (window.type) {
		case "TumblingWindow":
			return `${duration(window.size).replace(/s$/, "").replace(" ", "-")}${offset}`;
		case "HoppingWindow":
			return `sliding ${duration(window.size)} (every ${duration(window.slide)})${offset}`;
		case "CumulativeWindow":
			return `cumulating ${duration(window.maxSize)} (every ${duration(window.step)})${offset}`;
		case "SessionWindow":
			return `session (gap ${duration(window.gap)})`;
		default:
			return "time";
	}
}

/** A frame as SQL: `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW by event_time`. */
export function frameWords(frame: Frame | undefined, order: Field | undefined): string {
	const bound = ({ kind, offset }: Frame["lower"]) =>
		offset === undefined ? kind.replaceAll("_", " ") : `${offsetWords(offset)} PRECEDING`;
	const rows = frame ? `${frame.rows ? "ROWS" : "RANGE"} BETWEEN ${bound(frame.lower)} AND ${bound(frame.upper)}` : "";
	return `${rows} by ${order?.name ?? "?"}`;
}

/** `5 minutes` of an ISO 8601 duration or a number of milliseconds. */
export function duration(value: string | number | undefined): string {
	let left = typeof value === "number" ? value : milliseconds(value ?? "PT0S");
	const parts: string[] = [];
	for (const [unit, size] of UNITS) {
		const count = Math.floor(left / size);
		left -= count * size;
		if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
	}
	return parts.join(" ") || "0 seconds";
}

const UNITS: [string, number][] = [
	["day", 86_400_000],
	["hour", 3_600_000],
	["minute", 60_000],
	["second", 1000],
	["millisecond", 1],
];

function milliseconds(iso: string): number {
	const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
		/^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(iso) ?? [];
	return Math.round(
		Number(days) * 86_400_000 + Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000,
	);
}

function offsetWords(offset: unknown): string {
	const { value, type } = (offset ?? {}) as { value?: unknown; type?: string };
	return type?.startsWith("INTERVAL") ? duration(Number(value)) : String(value ?? "?");
}

interface Window {
	type?: string;
	size?: string;
	slide?: string;
	maxSize?: string;
	step?: string;
	gap?: string;
	offset?: string | null;
}

interface Frame {
	rows: boolean;
	lower: { kind: string; offset?: unknown };
	upper: { kind: string; offset?: unknown };
}
