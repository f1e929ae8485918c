import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { liveDir } from "../../local/paths.ts";
import { requestApply } from "../../local/reload.ts";
import { isOwned, placesIn, readStack } from "../../local/stack.ts";

/** Longer than it takes to plan, so that a request is not left behind by a stack that is just busy. */
const TAKEN_WITHIN_MS = 60_000;

/** `tidemark sql apply`: an edit that waits since it would lose state. */
export function applyCommand(): Command {
	return new Command("apply")
		.description("apply an edit that waits, as not all state of the running local job can be kept with it")
		.option("--fresh", "keep nothing: replay the stream from its beginning, and make lake and bars anew")
		.action(async ({ fresh = false }: { fresh?: boolean }) => {
			const dir = liveDir();
			const stack = readStack(dir);
			if (!stack || !isOwned(stack)) throw new UserError("No job runs here: npm start takes the SQL as it is");
			requestApply(dir, fresh ? "fresh" : "keep");
			const until = performance.now() + TAKEN_WITHIN_MS;
			while (existsSync(placesIn(dir).apply)) {
				if (performance.now() > until) throw new UserError("The running stack does not take it: see its terminal");
				await sleep(100);
			}
			process.stderr.write("The running stack applies it and says in its own terminal what happened\n");
		});
}
