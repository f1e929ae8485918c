import { readFileSync, writeFileSync } from "node:fs";
import { watch } from "chokidar";
import { isUserError, messageOf } from "./errors.ts";
import { calledHere, changesOf, readRules } from "./rules.ts";

/** Whether the rules that are deployed are the file's. */
export interface RulesStatus {
	state: "up" | "restarting" | "down";
	/** What is wrong with the file. */
	detail?: string;
}

export interface RulesReload {
	status(): RulesStatus;
	/** Ends the watching, after an edit that is being deployed. */
	close(): Promise<void>;
}

export interface RulesReloadOptions {
	/** The file that is edited. */
	file: string;
	/** The copy that is deployed; it has the rules that are deployed now. */
	deployed: string;
	/** Deploys the copy. */
	deploy: () => Promise<unknown>;
	say: (text: string) => void;
	signal: AbortSignal;
}

/** An editor writes a file in several steps. */
const SETTLE_MS = 150;

/**
 * Deploys each edit of the alerting rules: checked first, so that with a mistake the rules that are deployed stay. What a
 * rule knows goes on, but for the rules that were edited.
 */
export function startRulesReload({ file, deployed, deploy, say, signal }: RulesReloadOptions): RulesReload {
	const name = calledHere(file);
	let status: RulesStatus = { state: "up" };
	let working: Promise<void> = Promise.resolve();
	let timer: NodeJS.Timeout | undefined;

	const next = () => {
		working = working.then(() => (signal.aborted ? undefined : apply()));
	};
	const watcher = watch(file, { ignoreInitial: true }).on("all", () => {
		clearTimeout(timer);
		timer = setTimeout(next, SETTLE_MS);
	});
	watcher.on("error", (error) => say(`${name} is no longer watched: ${messageOf(error)}`));
	// What was saved while the stack was starting, or before anybody watched.
	watcher.on("ready", next);

	async function apply(): Promise<void> {
		const before = readFileSync(deployed, "utf8");
		let written = false;
		try {
			const after = readRules(file);
			const changes = changesOf(before, after);
			if (changes === "") {
				if (status.state !== "up") say(`${name}: says again what is deployed`);
				status = { state: "up" };
				return;
			}
			status = { state: "restarting", detail: `deploying it (${changes})` };
			writeFileSync(deployed, after);
			written = true;
			await deploy();
			status = { state: "up" };
			say(`${name}: applied (${changes})`);
		} catch (error) {
			// Saved once more it is tried again.
			if (written) writeFileSync(deployed, before);
			if (signal.aborted) return;
			status = { state: "down", detail: messageOf(error) };
			const why = isUserError(error) ? "" : "could not be deployed; ";
			say(`${name}: ${why}the rules before it go on:\n${messageOf(error).replace(/^/gm, "  ")}`);
		}
	}

	return {
		status: () => status,
		async close() {
			clearTimeout(timer);
			await watcher.close();
			await working;
		},
	};
}
