import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessId, processId } from "./process-id.ts";

/** A lock that this process holds. */
export interface Lock {
	release(): void;
}

let count = 0;

/** Takes a lock file if it is free or its holder is gone; otherwise returns the holder. */
export function tryLock(file: string): Lock | ProcessId {
	mkdirSync(dirname(file), { recursive: true });
	// Written aside and linked into place, so that nobody ever reads a lock without its holder.
	const mine = `${file}.${process.pid}.${++count}`;
	writeFileSync(mine, JSON.stringify(processId(process.pid)));
	try {
		for (let attempt = 0; attempt < 20; attempt++) {
			try {
				linkSync(mine, file);
				return { release: () => rmSync(file, { force: true }) };
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			}
			const holder = read(file);
			if (holder && isAlive(holder)) return holder;
			if (holder) removeStale(file, mine);
		}
		throw new Error(`${file} changes all the time: remove it if no other tidemark runs`);
	} finally {
		rmSync(mine, { force: true });
	}
}

/** Takes a lock, waiting for whoever holds it; `onWait` is called once if that is needed. */
export async function waitLock(
	file: string,
	onWait: (holder: ProcessId) => void = () => {},
	signal?: AbortSignal,
): Promise<Lock> {
	let told = false;
	while (true) {
		const got = tryLock(file);
		if ("release" in got) return got;
		if (!told) onWait(got);
		told = true;
		await sleep(200, undefined, signal ? { signal } : {});
	}
}

/** Whether what {@link tryLock} returned is a lock, not its holder. */
export function isLock(got: Lock | ProcessId): got is Lock {
	return "release" in got;
}

function read(file: string): ProcessId | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as ProcessId;
	} catch {
		return undefined;
	}
}

// Two processes may find the same stale lock: renaming decides, and a lock that was fresh after all is put back.
function removeStale(file: string, mine: string): void {
	const aside = `${mine}.stale`;
	try {
		renameSync(file, aside);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	const holder = read(aside);
	if (holder && isAlive(holder)) {
		try {
			linkSync(aside, file);
		} catch {
			// Somebody else took it in between; that one's holder is asked next.
		}
	}
	rmSync(aside, { force: true });
}
