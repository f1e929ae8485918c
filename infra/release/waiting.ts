import type { ApplicationDetail, SnapshotDetails } from "@aws-sdk/client-kinesis-analytics-v2";
import { UserError } from "../../local/errors.ts";
import type { Progress } from "../../local/progress.ts";
import { described, type ManagedFlink } from "./managed-flink.ts";

/** How a deploy waits. */
export interface Patience {
	/** Milliseconds between two looks at the application. */
	everyMs: number;
	/** Milliseconds after which an operation counts as hanging. */
	timeoutMs: number;
	sleep(ms: number): Promise<void>;
	/** Milliseconds since some moment. */
	elapsed(): number;
}

/** An operation of the service that takes longer than it may. */
export class Hangs extends Error {
	readonly status: string;

	constructor(status: string, minutes: number) {
		super(`the application has been ${status} for more than ${minutes.toFixed(minutes < 1 ? 2 : 0)} minutes`);
		this.name = "Hangs";
		this.status = status;
	}
}

/** What an application is while no operation goes on. */
const SETTLED = new Set(["READY", "RUNNING", "ROLLED_BACK"]);

const SAY_MS = 30_000;

/**
 * The application once no operation goes on: `RUNNING`, or `READY` where it is stopped. Throws {@link Hangs} where that takes
 * too long. `onLook` is called at each look.
 */
export async function settled(
	flink: ManagedFlink,
	{ everyMs, timeoutMs, sleep, elapsed }: Patience,
	progress: Progress,
	onLook: () => Promise<void>,
): Promise<ApplicationDetail> {
	const began = elapsed();
	let saidAt = began;
	let last: string | undefined;
	for (;;) {
		const detail = await described(flink);
		const status = detail.ApplicationStatus ?? "without a status";
		if (SETTLED.has(status)) return detail;
		if (status === "DELETING") throw new UserError(`The application ${flink.name} is being deleted`);
		const at = elapsed();
		if (status !== last || at - saidAt > SAY_MS) {
			progress.say(`The application is ${status} (${Math.round((at - began) / 1000)} s)`);
			saidAt = at;
		}
		last = status;
		if (at - began > timeoutMs) throw new Hangs(status, timeoutMs / 60_000);
		await onLook();
		await sleep(everyMs);
	}
}

/** A snapshot once it is there: `READY` or `FAILED`. Throws {@link Hangs} where that takes too long. */
export async function settledSnapshot(
	flink: ManagedFlink,
	name: string,
	{ everyMs, timeoutMs, sleep, elapsed }: Patience,
	onLook: () => Promise<void>,
): Promise<SnapshotDetails | undefined> {
	const began = elapsed();
	for (;;) {
		const found = (await flink.snapshots()).find(({ SnapshotName }) => SnapshotName === name);
		if (found?.SnapshotStatus !== "CREATING") return found;
		if (elapsed() - began > timeoutMs) throw new Hangs("taking a snapshot", timeoutMs / 60_000);
		await onLook();
		await sleep(everyMs);
	}
}
