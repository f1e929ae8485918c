import type { Profiler } from "node:inspector";
import { root } from "../../local/paths.ts";

interface Spent {
	/** In the function itself, in microseconds. */
	own: number;
	/** With all that it called. */
	all: number;
}

/**
 * Where a CPU profile spent its time, as lines of text: the functions with the most time of their own, then those of this
 * repository and the SDK's `send` with all that they called.
 */
export function hottest(profile: Profiler.Profile, lines = 25): string {
	const spent = spentIn(profile);
	const total = [...spent].reduce((sum, [name, { own }]) => (IDLE.has(name) ? sum : sum + own), 0);
	const table = (of: "own" | "all", wanted: (name: string) => boolean): string =>
		[...spent]
			.filter(([name]) => !IDLE.has(name) && wanted(name))
			.sort(([, a], [, b]) => b[of] - a[of])
			.slice(0, lines)
			.map(([name, time]) => {
				const share = ((100 * time[of]) / total).toFixed(1).padStart(6);
				return `${share} %  ${(time[of] / 1000).toFixed(0).padStart(6)} ms  ${name}`;
			})
			.join("\n");
	const ours = (name: string): boolean => /^\S+ (producer|contracts)/.test(name) || /^send @smithy/.test(name);
	return `${table("own", () => true)}\nwith what they called:\n${table("all", ours)}`;
}

/** Waiting is no work. */
const IDLE = new Set(["(root)", "(idle)"]);

function spentIn({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, Spent> {
	const own = new Map<number, number>();
	for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0));
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const spent = new Map<string, Spent>();
	const walk = (id: number, above: ReadonlySet<string>): number => {
		const node = byId.get(id);
		if (!node) return 0;
		const name = nameOf(node.callFrame);
		const path = new Set(above).add(name);
		const self = own.get(id) ?? 0;
		const all = (node.children ?? []).reduce((sum, child) => sum + walk(child, path), self);
		const sum = spent.get(name) ?? { own: 0, all: 0 };
		// What calls itself has its time counted once.
		spent.set(name, { own: sum.own + self, all: sum.all + (above.has(name) ? 0 : all) });
		return all;
	};
	if (nodes[0]) walk(nodes[0].id, new Set());
	return spent;
}

function nameOf({ functionName, url, lineNumber }: Profiler.ProfileNode["callFrame"]): string {
	const file = url.replace(`file://${root}/`, "");
	const place = file.includes("node_modules/") ? file.slice(file.lastIndexOf("node_modules/") + 13) : file;
	return `${functionName || "(anonymous)"}${place ? ` ${place}:${lineNumber + 1}` : ""}`;
}
