import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "./errors.ts";
import { type Child, crashMessage, howItEnded } from "./process.ts";

/** A part that is started again when it dies. */
export interface Supervised {
	state(): "up" | "restarting" | "down";
	/** Resolves with the reason once it has died too often; never rejects. Stopping it is no reason. */
	gaveUp: Promise<Error>;
	/** Stops it and starts it no more. */
	stop(graceMs?: number): Promise<void>;
}

export interface SupervisionOptions {
	/** Default 3 within 10 minutes. */
	restarts?: number;
	withinMs?: number;
	/** Once it is aborted nothing is started again. */
	signal?: AbortSignal;
	/** Waits for what a launch needs; resolves with whether the death was for want of it, and so does not count. */
	hold?: () => Promise<boolean>;
}

/**
 * Keeps a child running: when it ends by itself, `launch` is called again, at most `restarts` times within `withinMs`;
 * every restart is said. A launch that throws counts as one more death.
 */
export function supervise(
	first: Child,
	launch: () => Promise<Child>,
	say: (text: string) => void,
	{ restarts = 3, withinMs = 600_000, signal, hold }: SupervisionOptions = {},
): Supervised {
	let child: Child = first;
	let state: "up" | "restarting" | "down" = "up";
	let stopped = false;
	let launching: Promise<Child> | undefined;
	const deaths: number[] = [];

	async function watch(): Promise<Error> {
		let { short, long } = await death(child);
		while (!stopped && !signal?.aborted) {
			state = "restarting";
			const held = (await hold?.()) ?? false;
			if (stopped || signal?.aborted) break;
			const now = performance.now();
			if (!held) deaths.push(now);
			const recent = deaths.filter((at) => now - at < withinMs).length;
			if (recent > restarts) {
				state = "down";
				return new UserError(
					`${child.name} died ${recent} times within ${Math.round(withinMs / 60_000)} minutes and is not started again. ${long}`,
				);
			}
			say(
				held
					? `Starting ${child.name} again from its last checkpoint`
					: `${short}; starting it again from its last checkpoint (${recent} of ${restarts})`,
			);
			try {
				launching = launch();
				child = await launching;
				if (stopped) break;
				state = "up";
				say(`${child.name} is up again`);
				({ short, long } = await death(child));
			} catch (error) {
				long = messageOf(error);
				short = long.split("\n")[0] ?? long;
				await sleep(200);
			} finally {
				launching = undefined;
			}
		}
		return new Promise(() => {});
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

// How a child died: in short, and with the last lines of its log.
async function death(child: Child): Promise<{ short: string; long: string }> {
	const exit = await child.exited;
	return { short: `${child.name} ${howItEnded(exit)}`, long: crashMessage(child, exit) };
}
