import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Overrides } from "../infra/config.ts";
import { deployLocal, type Outputs } from "../infra/deploy.ts";
import { tools } from "./paths.ts";
import { ownRules, readRules } from "./rules.ts";
import type { StackStart } from "./running.ts";
import { placesIn, type StackRecord } from "./stack.ts";
import { stampIn } from "./steps.ts";

/** What is deployed to a stack's emulator: at its start, and again with each edit of the rules. */
export interface Deployment {
	/** The file of alerting rules, and the checked copy of it that is deployed. */
	rules: { file: string; deployed: string };
	deploy(signal: AbortSignal): Promise<Outputs>;
}

/**
 * Makes ready what is deployed. What it deploys is what was checked here, whatever is saved in between.
 *
 * @throws UserError with the mistakes in the alerting rules
 */
export function prepareDeployment(start: StackStart, { dir, endpoints }: StackRecord): Deployment {
	const { rulesFile = ownRules } = start.overrides ?? {};
	const deployed = placesIn(dir).rules;
	writeFileSync(deployed, readRules(rulesFile));
	const overrides = {
		...start.overrides,
		shards: start.shards,
		parallelism: start.parallelism,
		checkpointMs: start.checkpointMs,
		runnerJar: standInForJar(dir),
		sqlFolder: start.sqlDir,
		rulesFile: deployed,
		endpoints: { ...start.overrides?.endpoints, store: endpoints.questdb },
	};
	return {
		rules: { file: rulesFile, deployed },
		deploy: (signal) => deployLocal({ endpoint: endpoints.aws, stackDir: dir, overrides, signal }),
	};
}

/**
 * What of the configuration a user chooses at the start: the file of rules, and whether there is a table of histories beside
 * QuestDB. A stack that has one keeps it; a start that does not ask for it would remove it with all that is in it.
 */
export function chosenOverrides(
	{ rules, keepHistory = false }: { rules?: string; keepHistory?: boolean },
	kept?: StackRecord,
): Pick<Overrides, "rulesFile" | "stores"> {
	return {
		...(rules === undefined ? {} : { rulesFile: resolve(rules) }),
		...(keepHistory || kept?.outputs?.HistoryTable !== undefined ? { stores: ["influxdb", "dynamodb"] } : {}),
	};
}

/**
 * A note in place of the runner's jar: the emulator runs no job, and would keep 200 MB in memory and in each run's
 * directory. Flink takes the jar itself. The note changes with the runner, so that its application does too.
 */
function standInForJar(dir: string): string {
	const file = join(dir, "runner.jar");
	const stamp = stampIn(tools().dir, "runner");
	writeFileSync(file, `Stands in for tools/runner/tidemark-runner.jar, built from ${stamp}\n`);
	return file;
}
