import type { RunConfiguration, SnapshotDetails } from "@aws-sdk/client-kinesis-analytics-v2";
import { type Application, type Ask, Refusal, type Run, snapshotStatus } from "./life.ts";

/** All snapshots of the emulator's application, oldest first. */
async function listed(ask: Ask, app: Application): Promise<string[]> {
	const names: string[] = [];
	let next: unknown;
	do {
		const page = await ask("ListApplicationSnapshots", {
			ApplicationName: app.name,
			...(next ? { NextToken: next } : {}),
		});
		names.push(...(page.SnapshotSummaries as SnapshotDetails[]).map(({ SnapshotName = "" }) => SnapshotName));
		next = page.NextToken;
	} while (next);
	return names;
}

/** The snapshots that were not known yet; they are being made for the next `left` reads. */
export async function newSnapshots(ask: Ask, app: Application, left: number): Promise<string[]> {
	const names = (await listed(ask, app)).filter((name) => !app.snapshots.has(name));
	for (const name of names) app.snapshots.set(name, { left, fails: false });
	return names;
}

/** Those that a job can be restored from, oldest first. */
export async function readySnapshots(ask: Ask, app: Application): Promise<string[]> {
	return (await listed(ask, app)).filter((name) => snapshotStatus(app, name) === "READY");
}

/**
 * What a job is restored from. "FlinkRunConfiguration": what an update does not say of skipped state is false again, and of
 * the snapshot the latest ("Manage application backups using snapshots"), which in an update is the one just made for it.
 *
 * @param made the snapshots that an update made
 */
export async function restoreOf(
	ask: Ask,
	app: Application,
	run: RunConfiguration | undefined,
	made: string[] = [],
): Promise<Pick<Run, "restoredFrom" | "allowNonRestored">> {
	const allowNonRestored = run?.FlinkRunConfiguration?.AllowNonRestoredState ?? false;
	const asked = run?.ApplicationRestoreConfiguration;
	const type = asked?.ApplicationRestoreType ?? "RESTORE_FROM_LATEST_SNAPSHOT";
	if (type === "SKIP_RESTORE_FROM_SNAPSHOT") return { restoredFrom: { type }, allowNonRestored };
	if (type === "RESTORE_FROM_LATEST_SNAPSHOT") {
		const latest = made.at(-1) ?? (await readySnapshots(ask, app)).at(-1);
		return { restoredFrom: { type, ...(latest ? { snapshotName: latest } : {}) }, allowNonRestored };
	}
	const name = asked?.SnapshotName ?? "";
	const refusal = (what: string) => new Refusal("InvalidArgumentException", what);
	if (!(await listed(ask, app)).includes(name)) {
		throw refusal(`The snapshot name ${name} provided for restore configuration does not exist.`);
	}
	const status = snapshotStatus(app, name);
	if (status !== "READY") throw refusal(`Snapshot ${name} is ${status} and cannot be restored.`);
	return { restoredFrom: { type, snapshotName: name }, allowNonRestored };
}
