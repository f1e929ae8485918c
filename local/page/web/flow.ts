/** What is to be said of each arrow of the pipeline: its rate, its lag, and whether it is stuck. */
import type { Arrow, Flow, Part, Status } from "../messages.ts";
import { formatCount, formatDuration } from "./format.ts";

/** What each arrow leaves, and which part moves its records. */
const ARROWS: Record<keyof Flow, { from: keyof Flow | undefined; by: Part["part"]; slowMs: number }> = {
	trades: { from: undefined, by: "producer", slowMs: 10_000 },
	job: { from: "trades", by: "flink", slowMs: 10_000 },
	// Results come with the watermark and closed windows: many seconds without one are nothing wrong.
	bars: { from: undefined, by: "flink", slowMs: 10_000 },
	ticks: { from: "job", by: "flink", slowMs: 10_000 },
	hits: { from: undefined, by: "flink", slowMs: 10_000 },
	lake: { from: undefined, by: "flink", slowMs: 180_000 },
	store: { from: undefined, by: "questdb", slowMs: 15_000 },
	latest: { from: undefined, by: "emulator", slowMs: 15_000 },
	alerts: { from: undefined, by: "emulator", slowMs: 60_000 },
};

export type ArrowState = "moving" | "quiet" | "slow" | "stuck" | "unknown";

/**
 * What is to be seen at an arrow. `stuck`: what moves it is down, or records come to its beginning and none goes through;
 * `slow`: its end is further behind than is usual; `quiet`: nothing comes, nothing waits.
 */
export function stateOf(name: keyof Flow, { flow, parts }: Pick<Status, "flow" | "parts">): ArrowState {
	const { from, by, slowMs } = ARROWS[name];
	const { perSecond, lagMs, total } = flow[name];
	const mover = parts.find(({ part }) => part === by);
	if (mover?.state === "down" || mover?.state === "restarting") return "stuck";
	if (perSecond === null && lagMs === null && total === null) return "unknown";
	const comes = from === undefined ? 0 : (flow[from].perSecond ?? 0);
	if (perSecond === 0 && comes > 0 && (lagMs ?? 0) > slowMs) return "stuck";
	if ((lagMs ?? 0) > slowMs) return perSecond === 0 ? "stuck" : "slow";
	return perSecond === 0 ? "quiet" : "moving";
}

/** The rate in words: by the second, or by the minute where it is slow. */
export function rateOf({ perSecond, total }: Arrow): string {
	if (perSecond === null) return total === null ? "rate not counted" : `${formatCount(total)} so far`;
	if (perSecond === 0 || perSecond >= 10) return `${formatCount(Math.round(perSecond))}/s`;
	return perSecond >= 0.95 ? `${perSecond.toFixed(1)}/s` : `${(60 * perSecond).toFixed(1)}/min`;
}

/** The lag in words. */
export function lagOf({ lagMs }: Arrow): string {
	return lagMs === null ? "lag not known" : lagMs === 0 ? "no lag" : `${formatDuration(lagMs)} behind`;
}
