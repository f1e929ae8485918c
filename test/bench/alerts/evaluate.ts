/** How many rules one core evaluates: the default rules over a day's bars and hits, with all state in memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadRules } from "../../../alerting/rules/load.ts";
import { root } from "../../../local/paths.ts";
import { median } from "../measured.ts";
import { dayOf, onOf } from "./day.ts";
import { table } from "./table.ts";
import { type Way, waysOf } from "./ways.ts";

/** Rules a second on one core. */
const TARGET = 50_000;
const ROUND_MS = 1_000;

/** Rules a second, by the clock and for each second of this process' CPU. */
interface Speed {
	readonly byClock: number;
	readonly perCpu: number;
}

/** The report: so many rounds of each way in turn, and the target. */
export async function evaluation(rounds: number): Promise<string> {
	const rules = loadRules(readFileSync(join(root, "alerting/rules.yaml"), "utf8"));
	const { records: all, origin } = await dayOf();
	const records = all.filter((record) => rules.on(onOf(record)).length > 0);
	const ways = waysOf(records, rules);
	const [first] = ways as [Way];
	const speeds = speedsOf(ways, rounds);
	const { evaluated, said } = first.pass();
	const rows = ways.map(({ name, plain }) => {
		const { byClock, perCpu } = speeds.get(name) as Speed;
		const times = plain === undefined ? "" : ((speeds.get(plain) as Speed).perCpu / perCpu).toFixed(2);
		return [name, whole(byClock), whole(perCpu), whole((perCpu * records.length) / evaluated), times];
	});
	// Whoever takes more than a core for it is held to what a core does.
	const { perCpu } = speeds.get(first.name) as Speed;
	return [
		`${whole(records.length)} bars and hits of ${origin}, ${whole(evaluated)} rules to evaluate, ${said} alerts; medians of ${rounds} rounds`,
		"",
		table(["", "rules/s by the clock", "rules per CPU s", "records per CPU s", "× the plain functions' time"], rows),
		"",
		`${perCpu >= TARGET ? "met   " : "MISSED"} ${whole(perCpu)} rules a second on one core, of at least ${whole(TARGET)}`,
	].join("\n");
}

function speedsOf(ways: readonly Way[], rounds: number): Map<string, Speed> {
	const measured = new Map<string, Speed[]>(ways.map(({ name }) => [name, []]));
	for (let round = 0; round <= rounds; round++) {
		for (const way of ways) {
			const speed = timed(way);
			// The first round warms up.
			if (round > 0) measured.get(way.name)?.push(speed);
		}
	}
	const middle = (all: readonly Speed[]): Speed => ({
		byClock: median(all.map(({ byClock }) => byClock)),
		perCpu: median(all.map(({ perCpu }) => perCpu)),
	});
	return new Map([...measured].map(([name, all]) => [name, middle(all)]));
}

function timed({ pass }: Way): Speed {
	const [start, cpu] = [performance.now(), process.cpuUsage()];
	let evaluated = 0;
	while (performance.now() - start < ROUND_MS) evaluated += pass().evaluated;
	const { user, system } = process.cpuUsage(cpu);
	return { byClock: (evaluated * 1_000) / (performance.now() - start), perCpu: (evaluated * 1e6) / (user + system) };
}

function whole(value: number): string {
	return Math.round(value).toLocaleString("en-US");
}
