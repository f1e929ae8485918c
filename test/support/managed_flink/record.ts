import type { ApplicationStatus } from "@aws-sdk/client-kinesis-analytics-v2";
import { type Application, type Ask, type Detail, end, now, Refusal, type Restore, type Version } from "./life.ts";

/** The emulator's application, settled: it settles on each read. */
export async function describe(ask: Ask, name: string): Promise<Detail> {
	return (await ask("DescribeApplication", { ApplicationName: name })).ApplicationDetail as Detail;
}

export function newApplication(detail: Detail): Application {
	return {
		name: detail.ApplicationName,
		createTimestamp: detail.CreateTimestamp,
		status: detail.ApplicationStatus ?? "READY",
		version: detail.ApplicationVersionId,
		operations: [],
		versions: new Map(),
		snapshots: new Map(),
		changed: {},
	};
}

export function remember(app: Application, detail: Detail, what: Partial<Version> = {}): void {
	app.version = detail.ApplicationVersionId;
	const known = app.versions.get(app.version);
	const fresh = { createdAt: now(), ran: false, byRollback: false, rolledBack: false };
	app.versions.set(app.version, { ...fresh, ...known, ...what, detail });
}

export function settings({ ApplicationConfigurationDescription: config, RuntimeEnvironment }: Detail): string {
	return JSON.stringify([{ ...config, RunConfigurationDescription: undefined }, RuntimeEnvironment]);
}

/** Nothing runs any more in the emulator, and no snapshot was made of it. */
export async function stopUnderneath(ask: Ask, app: Application): Promise<void> {
	app.status = "READY";
	if ((await describe(ask, app.name)).ApplicationStatus !== "RUNNING") return;
	await ask("StopApplication", { ApplicationName: app.name, Force: true });
	await describe(ask, app.name);
}

export function cancel(app: Application): void {
	if (app.transition) end(app.transition.operation, "CANCELLED");
	delete app.transition;
}

export function requireStatus(app: Application, statuses: ApplicationStatus[], what: string): void {
	if (statuses.includes(app.status)) return;
	throw new Refusal("ResourceInUseException", `Application cannot be ${what} in '${app.status}' state`);
}

/** What the service shows of the application. */
export function visible(app: Application, detail: Detail): object {
	const createdAt = app.versions.get(detail.ApplicationVersionId)?.createdAt;
	const shown = {
		...detail,
		ApplicationStatus: app.status,
		...app.changed,
		ApplicationVersionCreateTimestamp: createdAt,
	};
	if (!app.run) return shown;
	return {
		...shown,
		ApplicationConfigurationDescription: {
			...detail.ApplicationConfigurationDescription,
			RunConfigurationDescription: {
				ApplicationRestoreConfigurationDescription: described(app.run.restoredFrom),
				FlinkRunConfigurationDescription: { AllowNonRestoredState: app.run.allowNonRestored },
			},
		},
	};
}

function described({ type, snapshotName }: Restore): object {
	const custom = type === "RESTORE_FROM_CUSTOM_SNAPSHOT" ? { SnapshotName: snapshotName } : {};
	return { ApplicationRestoreType: type, ...custom };
}
