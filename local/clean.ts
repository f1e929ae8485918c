import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "./errors.ts";
import { stopLeftovers } from "./leftovers.ts";
import { isLock, type Lock, tryLock } from "./lock.ts";
import { backtestDir, liveDir, runsDir, stateDir, toolsDir } from "./paths.ts";
import { isOwned, placesIn, readStack, type StackRecord, sizeOf } from "./stack.ts";

/** `tidemark clean`: removes what runs have kept. */
export function cleanCommand(): Command {
	return new Command("clean")
		.description("remove the state of the live stack, of all runs and of backtests under .tidemark; the tools stay")
		.option("--all", "remove the tools too: the next start sets everything up again")
		.action(async ({ all = false }: { all?: boolean }) => {
			process.stderr.write(`${await clean(all)}\n`);
		});
}

/** Removes the kept state and says what that freed. Throws {@link UserError} while a stack is up or being read. */
export async function clean(all: boolean): Promise<string> {
	const stacks = [liveDir(), ...childrenOf(runsDir())].filter((dir) => existsSync(dir));
	const locks: Lock[] = [];
	try {
		for (const dir of stacks) {
			const stack = readable(dir);
			if (stack && isOwned(stack)) {
				throw new UserError(
					`The stack ${stack.id} is up (process ${stack.pid}): stop it with Ctrl-C there, then clean`,
				);
			}
			const lock = tryLock(placesIn(dir).lock);
			if (!isLock(lock)) throw new UserError(`${dir} is in use by process ${lock.pid}: wait until that has ended`);
			locks.push(lock);
		}
		if (all) {
			const lock = tryLock(join(toolsDir(), "lock"));
			if (!isLock(lock)) throw new UserError(`Process ${lock.pid} is setting up the tools: wait until that has ended`);
			locks.push(lock);
		}
		for (const dir of stacks.filter(readable))
			await stopLeftovers(dir, (text) => void process.stderr.write(`${text}\n`));
		const backtests = [backtestDir()].filter((dir) => existsSync(dir));
		const removed = [...stacks, ...backtests, ...(all ? [toolsDir()] : [])];
		const bytes = removed.reduce((sum, dir) => sum + sizeOf(dir), 0);
		for (const dir of removed) rmSync(dir, { recursive: true, force: true });
		rmSync(runsDir(), { recursive: true, force: true });
		if (all) rmSync(stateDir(), { recursive: true, force: true });
		if (removed.length === 0) return "There is nothing to remove";
		const runs = stacks.filter((dir) => dir !== liveDir()).length;
		const what = [
			...(stacks.includes(liveDir()) ? ["the live stack"] : []),
			...(runs > 0 ? [`${runs} ${runs === 1 ? "run" : "runs"}`] : []),
			...(backtests.length > 0 ? ["the backtests"] : []),
			...(all ? ["the tools"] : []),
		];
		return `Removed ${what.join(", ")}: ${megabytes(bytes)} freed`;
	} finally {
		for (const lock of locks) lock.release();
	}
}

// What cannot be read is removed like everything else.
function readable(dir: string): StackRecord | undefined {
	try {
		return readStack(dir);
	} catch {
		return undefined;
	}
}

function childrenOf(dir: string): string[] {
	return existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [];
}

function megabytes(bytes: number): string {
	return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
