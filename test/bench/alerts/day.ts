/** What the rules look at in a day: the real one where it is, else a seeded hour. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Incoming, incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { RuleSet } from "../../../alerting/rules/load.ts";
import type { Bar, Hit } from "../../../contracts.ts";
import { expectedOf, standard } from "../../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../../e2e/market.ts";
import { realDataDir } from "../../support/data.ts";

/** A day has two hits at the standard level; over a minute a lower one has more. */
const LEVELS = [standard, { minutes: 1, threshold: 0.2, clear: 0.1 }];

/** Its bars and hits, in the order in which they come. */
export async function dayOf(): Promise<{ records: (Bar | Hit)[]; origin: string }> {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-bench-evaluate-"));
	try {
		const real = realDataDir() !== undefined;
		const [from, to] = real ? ["00:00", "24:00"] : ["13:20", "14:20"];
		const { bars, hits } = await expectedOf(writeCsv(dir, "trades.csv", await tradesBetween(from, to)), LEVELS);
		const records = [...bars, ...hits].map((record) => ({ record, time: Date.parse(timeOf(record)) }));
		return {
			records: records.sort((a, b) => a.time - b.time).map(({ record }) => record),
			origin: real ? "the real day of 2013-10-07" : "a seeded hour",
		};
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function timeOf(record: Bar | Hit): string {
	return "interval" in record ? record.window_end : record.event_time;
}

/** What a rule has to be `on` to look at the record. */
export function onOf(record: Bar | Hit): string {
	return "interval" in record ? record.interval : "hit";
}

/** The record as the engine takes it. */
export function incomingOf(record: Bar | Hit, rules: RuleSet): Incoming {
	return "interval" in record ? incomingBar(record, rules) : incomingHit(record);
}
