import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "./errors.ts";
import { type Child, crashMessage } from "./process.ts";

/** A part that is started again when it dies. */
export interface Supervised {
	state(): "up" | "restarting" | "down";
	/** Resolves with the reason once it has died too often; never rejects. Stopping it is no reason. */
	gaveUp: Promise<Error>;
	/** Stops it and starts it no more. */
	stop(graceMs?: number): Promise<void>;
}

export interface RestartLimits {
	restarts: number;
	withinMs: number;
}

/**
 * Keeps a child running: when it ends by itself, `launch` is called again, at most `restarts` times within `withinMs`;
 * every restart is said. A launch that throws counts as one more death.
 */
export function supervise(
	first: Child,
	launch: () => Promise<Child>,
	say: (text: string) => void,
	{ restarts, withinMs }: RestartLimits = { restarts: 3, withinMs: 600_000 },
): Supervised {
	let child: Child = first;
	let state: "up" | "restarting" | "down" = "up";
	let stopped = false;
	let launching: Promise<Child> | undefined;
	const deaths: number[] = [];

	async function watch(): Promise<Error> {
		let died = crashMessage(child, await child.exited);
		while (true) {
			if (stopped) return new Promise(() => {});
			state = "restarting";
			const now = performance.now();
			deaths.push(now);
			const recent = deaths.filter((at) => now - at < withinMs).length;
			if (recent > restarts) {
				state = "down";
				return new UserError(
					`${child.name} died ${recent} times within ${Math.round(withinMs / 60_000)} minutes and is not started again. ${died}`,
				);
			}
			say(`${died.split("\n")[0]} Starting it again from its last checkpoint (${recent} of ${restarts})`);
			try {
				launching = launch();
				child = await launching;
				launching = undefined;
				if (stopped) continue;
				state = "up";
				say(`${child.name} is up again`);
				died = crashMessage(child, await child.exited);
			} catch (error) {
				launching = undefined;
				died = error instanceof Error ? error.message : String(error);
				await sleep(200);
			}
		}
	}

	return {
		state: () => state,
		gaveUp: watch(),
		async stop(graceMs) {
			stopped = true;
			// One that is just being started cannot be stopped before it is there.
			await launching?.catch(() => {});
			await child.stop(graceMs);
			state = "down";
		},
	};
}
