import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../errors.ts";
import type { Stack } from "../stack.ts";
import { type Maintained, type MaintainOptions, maintain } from "./maintain.ts";

const FIRST_MS = 10 * 60_000;
const EVERY_MS = 60 * 60_000;

/**
 * A commit every 10 seconds adds 7 MB to a table's metadata a day, which each commit writes anew: a local stack keeps the
 * snapshots of less time than `tidemark lake maintain` does.
 */
const OPTIONS: MaintainOptions = { tables: [], keepMs: 12 * 60 * 60_000, targetBytes: 128_000_000 };

/** How the lake is maintained; tests have a way of their own. */
export interface Upkeep {
	stack: Pick<Stack, "id" | "endpoints" | "outputs">;
	java: string;
	say: (text: string) => void;
	/** Ends it, in the middle of a table too. */
	signal: AbortSignal;
	/** Why it is to be left for later, if it is. */
	notNow?: () => string | undefined;
	firstMs?: number;
	everyMs?: number;
	work?: typeof maintain;
}

/**
 * Maintains the lake of a live stack ten minutes after its start and then every hour, and says in one line what changed.
 * What fails is said, and tried again the next time. Resolves when `signal` has ended it; never rejects.
 */
export async function upkeep(options: Upkeep): Promise<void> {
	const { stack, java, say, signal, notNow, firstMs = FIRST_MS, everyMs = EVERY_MS, work = maintain } = options;
	for (let pauseMs = firstMs; ; pauseMs = everyMs) {
		try {
			await sleep(pauseMs, undefined, { signal });
			const reason = notNow?.();
			if (reason) throw new UserError(reason);
			const text = sayChange(await work(stack, java, OPTIONS, { say: () => {} }, signal));
			if (text) say(text);
		} catch (error) {
			if (signal.aborted) return;
			say(`The lake could not be maintained, which is tried again later: ${messageOf(error)}`);
		}
	}
}

/** What was changed, in a line; empty where nothing was. */
export function sayChange(all: readonly Maintained[]): string {
	const sum = (of: (each: Maintained) => number | undefined) => all.reduce((total, each) => total + (of(each) ?? 0), 0);
	const parts = [
		[sum(({ rewrittenFiles }) => rewrittenFiles), "small files compacted"],
		[sum(({ expiredSnapshots }) => expiredSnapshots), "snapshots expired"],
	] as const;
	const changed = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
	const failed = all.flatMap(({ table, failed }) => (failed ? [`${table} failed: ${failed}`] : []));
	if (changed.length + failed.length === 0) return "";
	const seconds = Math.round(sum((each) => each.seconds));
	return `The lake was maintained: ${[...changed, ...failed].join(", ")}, in ${seconds} s`;
}
