import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../local/errors.ts";
import { startProgress } from "../../local/progress.ts";
import type { Account } from "./account.ts";
import { configurationOf, sqlLocationOf } from "./configuration.ts";
import { sayUnderWay } from "./journal.ts";
import { described } from "./managed-flink.ts";
import type { Operator } from "./operate.ts";
import type { Patience } from "./waiting.ts";

/** Milliseconds between two looks at an application; tests, whose application answers at once, look more often. */
export function everyMs(): number {
	return Number(process.env.TIDEMARK_DEPLOY_EVERY_MS ?? 5_000);
}

/** For commands that do one thing to an application, and wait for it. */
export function operatorOf({ flink }: Account): Operator {
	return {
		flink,
		progress: startProgress(),
		patience: patienceOf(20),
	};
}

/** How commands wait: an operation that takes longer than so many minutes hangs. What aborts the signal ends a wait. */
export function patienceOf(timeoutMinutes: number, signal?: AbortSignal): Patience {
	return {
		everyMs: everyMs(),
		timeoutMs: timeoutMinutes * 60_000,
		sleep: (ms) => sleep(ms, undefined, signal ? { signal } : {}),
		elapsed: () => performance.now(),
	};
}

/** Throws {@link UserError} where a deploy is under way, or was interrupted and has to be taken up first. */
export async function refuseWhileDeploying({ flink, s3 }: Account): Promise<void> {
	const location = sqlLocationOf(configurationOf(await described(flink)));
	const underWay = await sayUnderWay(s3, new URL(location).host, new Date());
	if (underWay) throw new UserError(`Not now: ${underWay}`);
}
