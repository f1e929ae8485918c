import { UserError } from "../../local/errors.ts";
import type { Progress } from "../../local/progress.ts";
import { described, type ManagedFlink, readySnapshot } from "./managed-flink.ts";
import { type Patience, settled, settledSnapshot } from "./waiting.ts";

/** What the small commands work with. */
export interface Operator {
	flink: ManagedFlink;
	patience: Patience;
	progress: Progress;
}

const nothing = async () => {};

/**
 * Starts a stopped application from a snapshot, the newest if none is named; waits until it runs.
 *
 * @throws UserError where it runs already, there is no such snapshot, or it does not start
 */
export async function startApplication(
	{ flink, patience, progress }: Operator,
	{ snapshot, anew = false }: { snapshot?: string; anew?: boolean },
): Promise<void> {
	const { ApplicationStatus: status } = await described(flink);
	if (status !== "READY")
		throw new UserError(`The application ${flink.name} is ${status}: only a stopped one is started`);
	if (snapshot !== undefined) await readySnapshot(flink, snapshot);
	const type = anew
		? "SKIP_RESTORE_FROM_SNAPSHOT"
		: snapshot === undefined
			? "RESTORE_FROM_LATEST_SNAPSHOT"
			: "RESTORE_FROM_CUSTOM_SNAPSHOT";
	await flink.start({ type, ...(snapshot === undefined ? {} : { snapshot }), allowNonRestored: false });
	const detail = await settled(flink, patience, progress, nothing);
	if (detail.ApplicationStatus === "RUNNING") return;
	const [newest] = await flink.operations();
	throw new UserError(`The application does not start: ${newest?.error ?? "npx tidemark logs --level error says why"}`);
}

/** Stops a running application, with a snapshot unless it is forced; waits until it is stopped. Throws {@link UserError} where it is. */
export async function stopApplication({ flink, patience, progress }: Operator, force: boolean): Promise<void> {
	const { ApplicationStatus: status } = await described(flink);
	if (status === "READY") throw new UserError(`The application ${flink.name} is stopped already`);
	await flink.stop(force);
	await settled(flink, patience, progress, nothing);
}

/** Takes a snapshot of a running application and waits for it. Throws {@link UserError} where it fails. */
export async function takeSnapshot({ flink, patience, progress }: Operator, name: string): Promise<void> {
	const { ApplicationStatus: status } = await described(flink);
	if (status !== "RUNNING")
		throw new UserError(`The application ${flink.name} is ${status}: only a running one has state to keep`);
	progress.say(`Taking the snapshot ${name}`);
	await flink.createSnapshot(name);
	const taken = await settledSnapshot(flink, name, patience, nothing);
	if (taken?.SnapshotStatus !== "READY")
		throw new UserError(`The snapshot ${name} is ${taken?.SnapshotStatus ?? "gone"}: npx tidemark logs --level error`);
}

/**
 * Deletes all but the newest `keep` snapshots that are ready, and all that failed; returns their names. One that is being made
 * is left alone.
 */
export async function pruneSnapshots(flink: ManagedFlink, keep: number, dryRun: boolean): Promise<string[]> {
	const snapshots = await flink.snapshots();
	const old = [
		...snapshots.filter(({ SnapshotStatus }) => SnapshotStatus === "READY").slice(keep),
		...snapshots.filter(({ SnapshotStatus }) => SnapshotStatus === "FAILED"),
	];
	if (!dryRun) for (const snapshot of old) await flink.deleteSnapshot(snapshot);
	return old.map(({ SnapshotName = "" }) => SnapshotName);
}
