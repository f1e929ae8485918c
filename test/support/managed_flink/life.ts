import type {
	ApplicationDetail,
	ApplicationOperationInfoDetails,
	ApplicationRestoreType,
	ApplicationStatus,
	OperationStatus,
} from "@aws-sdk/client-kinesis-analytics-v2";

/** An application as the service's JSON has it, in which times are seconds since 1970. */
export type Detail = Omit<ApplicationDetail, "CreateTimestamp"> & {
	ApplicationName: string;
	ApplicationVersionId: number;
	CreateTimestamp: number;
};

/** What becomes of a job: it comes up; it does not, with the error that the service reports; or it never gets anywhere. */
export type Outcome = "runs" | "hangs" | { fails: string };

/** From which state a job began. `snapshotName` is missing where there was nothing to restore. */
export type Restore = { type: ApplicationRestoreType; snapshotName?: string };

/** A job that was started: by StartApplication, by an update of a running application, or by a rollback. */
export type Run = {
	application: string;
	version: number;
	fileKey: string | undefined;
	/** The property `sql.location`, of whatever group has it. */
	sqlLocation: string | undefined;
	restoredFrom: Restore;
	allowNonRestored: boolean;
	outcome: "runs" | "hangs" | "fails";
};

/** Chooses what becomes of a job of this configuration, or leaves it to the rules that were given earlier. */
export type Rule = (detail: Detail, run: Omit<Run, "outcome">) => Outcome | undefined;

/** Sends an action to the emulator. @throws {Refusal} where it refuses */
export type Ask = (action: string, input: object) => Promise<Record<string, unknown>>;

/** An error that the service answers with. */
export class Refusal extends Error {
	override name: string;
	constructor(name: string, message: string) {
		super(message);
		this.name = name;
	}
}

export type Operation = Omit<ApplicationOperationInfoDetails, "StartTime" | "EndTime"> & {
	OperationId: string;
	StartTime: number;
	EndTime?: number;
};

export type Version = { detail: Detail; createdAt: number; ran: boolean; byRollback: boolean; rolledBack: boolean };

/** What the stand-in knows of an application beyond what the emulator keeps. */
export type Application = {
	name: string;
	createTimestamp: number;
	status: ApplicationStatus;
	version: number;
	/** What it is on its way to, and how many reads still see it on its way; for ever where the job hangs. */
	transition?: { left: number; operation: Operation; settle: (ask: Ask) => Promise<void> };
	/** Oldest first. */
	operations: Operation[];
	versions: Map<number, Version>;
	/** How many reads still see each snapshot being made, and whether it then has failed. */
	snapshots: Map<string, { left: number; fails: boolean }>;
	/** Versions of the last change: DescribeApplication tells them. */
	changed: {
		ApplicationVersionUpdatedFrom?: number;
		ApplicationVersionRolledBackFrom?: number;
		ApplicationVersionRolledBackTo?: number;
	};
	run?: Pick<Run, "restoredFrom" | "allowNonRestored">;
};

export const now = () => Date.now() / 1000;

export function newId(): string {
	return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}

export function begin(
	app: Application,
	name: string,
	id = newId(),
	versions?: { from: number; to: number },
): Operation {
	const operation: Operation = { OperationId: id, Operation: name, OperationStatus: "IN_PROGRESS", StartTime: now() };
	if (versions) {
		operation.ApplicationVersionChangeDetails = {
			ApplicationVersionUpdatedFrom: versions.from,
			ApplicationVersionUpdatedTo: versions.to,
		};
	}
	app.operations.push(operation);
	return operation;
}

export function end(operation: Operation, status: OperationStatus, error?: string): void {
	operation.OperationStatus = status;
	operation.EndTime = now();
	if (error !== undefined) operation.OperationFailureDetails = { ErrorInfo: { ErrorString: error } };
}

/** What a Describe sees: one step of the application and of its snapshots. */
export async function step(app: Application, ask: Ask): Promise<void> {
	stepSnapshots(app);
	for (let { transition } = app; transition; transition = app.transition) {
		if (transition.left > 0) {
			transition.left--;
			return;
		}
		delete app.transition;
		await transition.settle(ask);
	}
}

export function stepSnapshots(app: Application): void {
	for (const snapshot of app.snapshots.values()) if (snapshot.left > 0) snapshot.left--;
}

export function snapshotStatus(app: Application, name: string): "CREATING" | "READY" | "FAILED" {
	const { left, fails } = app.snapshots.get(name) ?? { left: 0, fails: false };
	return left > 0 ? "CREATING" : fails ? "FAILED" : "READY";
}

export function codeOf(detail: Detail): Pick<Run, "fileKey" | "sqlLocation"> {
	const config = detail.ApplicationConfigurationDescription;
	const code = config?.ApplicationCodeConfigurationDescription?.CodeContentDescription;
	const groups = config?.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? [];
	return {
		fileKey: code?.S3ApplicationCodeLocationDescription?.FileKey,
		sqlLocation: groups.map(({ PropertyMap }) => PropertyMap?.["sql.location"]).find((value) => value !== undefined),
	};
}

/**
 * The version that a rollback goes back to: the newest before this one that ran and was not itself rolled back; none where
 * this one is what a rollback made ("RollbackApplication": the previous running version).
 */
export function previousRunning({ versions, version }: Application): [number, Version] | undefined {
	if (versions.get(version)?.byRollback) return undefined;
	return [...versions].filter(([id, { ran, rolledBack }]) => id < version && ran && !rolledBack).at(-1);
}
