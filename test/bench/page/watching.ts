/** What a browser does while a page is open: frames that it drew late, tasks that kept it busy, memory after a collection. */
import type { CDPSession, Page } from "playwright-core";

/** Of the time since the last look. */
export interface Seen {
	seconds: number;
	frames: number;
	/** Frames of 60 a second that were not drawn. */
	dropped: number;
	/** CPU time of the page's main thread, in percent of a core: what others do on the machine is not in it. */
	cpuPct: number;
	/** Tasks of more than 50 ms: how many, and the longest one. */
	longTasks: number;
	longestMs: number;
	/** After a garbage collection. */
	heapMiB: number;
	nodes: number;
}

/** Runs in the page, before its own script. */
const WATCH = `
	window.seen = { frames: 0, dropped: 0, long: [], last: 0 };
	const frame = (now) => {
		const { seen } = window;
		if (seen.last > 0) {
			seen.frames += 1;
			seen.dropped += Math.max(0, Math.round((now - seen.last) / (1000 / 60)) - 1);
		}
		seen.last = now;
		requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
	new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) window.seen.long.push(duration);
	}).observe({ type: "longtask" });
`;

/** Watches a tab from its next page on; the function returned looks, and begins anew. */
export async function watch(tab: Page): Promise<() => Promise<Seen>> {
	const session: CDPSession = await tab.context().newCDPSession(tab);
	await tab.addInitScript(WATCH);
	await session.send("Performance.enable", { timeDomain: "threadTicks" });
	const cpuSeconds = async () => {
		const { metrics } = await session.send("Performance.getMetrics");
		const task = metrics.find(({ name }) => name === "TaskDuration");
		if (!task) throw new Error("Chromium does not say how long its tasks took");
		return task.value;
	};
	let cpu = await cpuSeconds();
	let since = performance.now();
	return async () => {
		const taken = (await tab.evaluate(`(() => {
			const { frames, dropped, long } = window.seen;
			Object.assign(window.seen, { frames: 0, dropped: 0, long: [] });
			return { frames, dropped, long };
		})()`)) as { frames: number; dropped: number; long: number[] };
		const seconds = (performance.now() - since) / 1_000;
		const cpuPct = (100 * ((await cpuSeconds()) - cpu)) / seconds;
		await session.send("HeapProfiler.collectGarbage");
		const { usedSize } = await session.send("Runtime.getHeapUsage");
		const { nodes } = await session.send("Memory.getDOMCounters");
		// The collection itself is none of the page's doing.
		await tab.evaluate("Object.assign(window.seen, { frames: 0, dropped: 0, long: [], last: 0 })");
		since = performance.now();
		cpu = await cpuSeconds();
		const { frames, dropped, long } = taken;
		return {
			...{ seconds, frames, dropped, nodes, cpuPct },
			longTasks: long.length,
			longestMs: Math.max(0, ...long),
			heapMiB: usedSize / 1024 ** 2,
		};
	};
}
