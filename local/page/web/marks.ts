/** The marks in the chart: arrows for moves that crossed their level, circles for alerts that were told. */
import type { SeriesMarker, UTCTimestamp } from "lightweight-charts";
import type { Hit } from "../../../contracts.ts";
import type { AlertRow } from "../messages.ts";
import type { Colours } from "./colours.ts";
import { formatPercent } from "./format.ts";

export interface Marked {
	hits: Iterable<Hit>;
	alerts: Iterable<AlertRow>;
	/** Epoch seconds of the start of the candle that an instant is in. */
	windowOf(iso: string): number;
}

/** One mark a candle and direction; where several hits fall into it, their number. And one a candle for its alerts. */
export function toMarks(
	{ hits, alerts, windowOf }: Marked,
	times: ReadonlySet<number>,
	palette: Colours,
): SeriesMarker<UTCTimestamp>[] {
	const crossed = group([...hits], (hit) =>
		hit.state === "crossed" ? `${windowOf(hit.event_time)} ${hit.direction}` : undefined,
	);
	const told = group([...alerts], (row) => (row.told ? String(windowOf(row.time)) : undefined));
	const arrows = [...crossed].map(([key, of]): SeriesMarker<UTCTimestamp> => {
		const [time, direction] = key.split(" ");
		const up = direction === "up";
		return {
			time: Number(time) as UTCTimestamp,
			position: up ? "belowBar" : "aboveBar",
			shape: up ? "arrowUp" : "arrowDown",
			color: up ? palette.up : palette.down,
			text: of.length > 1 ? `${of.length}×` : formatPercent(of[0]?.move_pct ?? null),
		};
	});
	const circles = [...told].map(([time, of]): SeriesMarker<UTCTimestamp> => {
		const rules = [...new Set(of.map(({ rule }) => rule))];
		const down = of.every(({ direction }) => direction === "down");
		return {
			time: Number(time) as UTCTimestamp,
			position: down ? "belowBar" : "aboveBar",
			shape: "circle",
			color: palette.warn,
			text: rules.length > 1 ? `${rules.length} rules` : (rules[0] ?? ""),
		};
	});
	return [...arrows, ...circles].filter(({ time }) => times.has(time)).sort((a, b) => a.time - b.time);
}

function group<Of>(all: Of[], keyOf: (each: Of) => string | undefined): Map<string, Of[]> {
	const groups = new Map<string, Of[]>();
	for (const each of all) {
		const key = keyOf(each);
		if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), each]);
	}
	return groups;
}
