import { spawn } from "node:child_process";

/**
 * Waits for the end of its stdin, which comes when the process that holds the other end is gone, SIGKILL included;
 * then stops the process group it was given: SIGTERM, and SIGKILL after 20 seconds. Of kill's forms only this one means
 * a group in every shell.
 */
const SCRIPT = `cat >/dev/null
kill -s TERM -- "-$1" 2>/dev/null || exit 0
i=0
while [ $i -lt 200 ]; do
	kill -s 0 -- "-$1" 2>/dev/null || exit 0
	sleep 0.1
	i=$((i + 1))
done
kill -s KILL -- "-$1" 2>/dev/null`;

/** Watches over one child on behalf of this process. */
export interface Guard {
	/** The child has ended: there is nothing left to guard. */
	release(): void;
}

/** Starts a guard for the process group of `pid`, so that it does not outlive this process even if that is killed. */
export function startGuard(pid: number): Guard {
	const guard = spawn("/bin/sh", ["-c", SCRIPT, "tidemark-guard", String(pid)], {
		// A group of its own: neither the terminal's Ctrl-C nor a kill of our group may reach it.
		detached: true,
		stdio: ["pipe", "ignore", "ignore"],
	});
	guard.on("error", () => {});
	guard.stdin.on("error", () => {});
	guard.unref();
	(guard.stdin as unknown as { unref(): void }).unref();
	return {
		release() {
			// The whole group, because `cat` would otherwise wait for the end of this process.
			if (guard.pid !== undefined && guard.exitCode === null) {
				try {
					process.kill(-guard.pid, "SIGKILL");
				} catch {
					// It has ended already.
				}
			}
			guard.stdin.destroy();
		},
	};
}
