import {
	type ApplicationDetail,
	type ApplicationOperationInfoDetails,
	type ApplicationRestoreConfiguration,
	CreateApplicationSnapshotCommand,
	DeleteApplicationSnapshotCommand,
	DescribeApplicationCommand,
	DescribeApplicationOperationCommand,
	type KinesisAnalyticsV2Client,
	paginateListApplicationOperations,
	paginateListApplicationSnapshots,
	RollbackApplicationCommand,
	type SnapshotDetails,
	StartApplicationCommand,
	StopApplicationCommand,
	UpdateApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { UserError } from "../../local/errors.ts";
import { type Configuration, updateOf } from "./configuration.ts";

/** From which state a job starts. */
export interface Restore {
	type: "RESTORE_FROM_LATEST_SNAPSHOT" | "RESTORE_FROM_CUSTOM_SNAPSHOT" | "SKIP_RESTORE_FROM_SNAPSHOT";
	/** Of a custom snapshot. */
	snapshot?: string;
	/** Whether state may be left over that no operator takes. */
	allowNonRestored: boolean;
}

/** One application of Managed Service for Apache Flink. Each method makes one request, but for lists. */
export interface ManagedFlink {
	name: string;
	/** The application, or undefined where there is none of this name. */
	describe(): Promise<ApplicationDetail | undefined>;
	update(what: { version: number; configuration: Configuration; role?: string; restore: Restore }): Promise<void>;
	start(restore: Restore): Promise<void>;
	/** With `force` at once and without a snapshot. */
	stop(force: boolean): Promise<void>;
	/** Back to the version before, with the newest snapshot: the way out of an update that hangs. */
	rollback(version: number): Promise<void>;
	/** All snapshots, newest first. */
	snapshots(): Promise<SnapshotDetails[]>;
	createSnapshot(name: string): Promise<void>;
	deleteSnapshot(snapshot: SnapshotDetails): Promise<void>;
	/** The newest operations of the application, newest first; empty where the service does not list any. */
	operations(): Promise<Operation[]>;
}

/** What was done to an application. */
export interface Operation {
	id: string;
	name: string;
	status: string;
	startedAt: Date;
	/** Flink's or the service's own words, where it failed. */
	error?: string;
}

/** How many operations are looked at. */
const OPERATIONS = 10;

/** The application `name` seen through a client, which stays its caller's. */
export function managedFlink(client: KinesisAnalyticsV2Client, name: string): ManagedFlink {
	const ApplicationName = name;
	return {
		name,
		async describe() {
			try {
				return (await client.send(new DescribeApplicationCommand({ ApplicationName }))).ApplicationDetail;
			} catch (error) {
				if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
				throw error;
			}
		},
		async update({ version, configuration, role, restore }) {
			await client.send(
				new UpdateApplicationCommand({
					ApplicationName,
					CurrentApplicationVersionId: version,
					ApplicationConfigurationUpdate: updateOf(configuration),
					...(role === undefined ? {} : { ServiceExecutionRoleUpdate: role }),
					RunConfigurationUpdate: runConfiguration(restore),
				}),
			);
		},
		async start(restore) {
			await client.send(new StartApplicationCommand({ ApplicationName, RunConfiguration: runConfiguration(restore) }));
		},
		async stop(Force) {
			await client.send(new StopApplicationCommand({ ApplicationName, Force }));
		},
		async rollback(CurrentApplicationVersionId) {
			await client.send(new RollbackApplicationCommand({ ApplicationName, CurrentApplicationVersionId }));
		},
		async snapshots() {
			const found: SnapshotDetails[] = [];
			for await (const page of paginateListApplicationSnapshots({ client }, { ApplicationName }))
				found.push(...(page.SnapshotSummaries ?? []));
			return found.sort((a, b) => timeOf(b) - timeOf(a));
		},
		async createSnapshot(SnapshotName) {
			await client.send(new CreateApplicationSnapshotCommand({ ApplicationName, SnapshotName }));
		},
		async deleteSnapshot({ SnapshotName, SnapshotCreationTimestamp }) {
			await client.send(
				new DeleteApplicationSnapshotCommand({ ApplicationName, SnapshotName, SnapshotCreationTimestamp }),
			);
		},
		operations: () => operationsOf(client, name),
	};
}

async function operationsOf(client: KinesisAnalyticsV2Client, ApplicationName: string): Promise<Operation[]> {
	const found: Operation[] = [];
	try {
		for await (const page of paginateListApplicationOperations({ client }, { ApplicationName })) {
			for (const { OperationId: id = "", Operation, OperationStatus, StartTime } of page.ApplicationOperationInfoList ??
				[])
				found.push({ id, name: Operation ?? "", status: OperationStatus ?? "", startedAt: StartTime ?? new Date(0) });
		}
	} catch (error) {
		// The emulator knows no list of operations.
		if (error instanceof Error && /UnknownOperation|InvalidAction|UnsupportedOperation/.test(error.name)) return [];
		throw error;
	}
	found.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
	const newest = found.slice(0, OPERATIONS);
	await Promise.all(
		newest
			.filter(({ status }) => status === "FAILED")
			.map(async (operation) => {
				const answer = await client.send(
					new DescribeApplicationOperationCommand({ ApplicationName, OperationId: operation.id }),
				);
				const error = errorOf(answer.ApplicationOperationInfoDetails);
				if (error) operation.error = error;
			}),
	);
	return newest;
}

function errorOf(details: ApplicationOperationInfoDetails | undefined): string | undefined {
	return details?.OperationFailureDetails?.ErrorInfo?.ErrorString;
}

function runConfiguration({ type, snapshot, allowNonRestored }: Restore) {
	const restore: ApplicationRestoreConfiguration = {
		ApplicationRestoreType: type,
		...(snapshot === undefined ? {} : { SnapshotName: snapshot }),
	};
	return {
		ApplicationRestoreConfiguration: restore,
		FlinkRunConfiguration: { AllowNonRestoredState: allowNonRestored },
	};
}

function timeOf({ SnapshotCreationTimestamp }: SnapshotDetails): number {
	return SnapshotCreationTimestamp?.getTime() ?? 0;
}

/** The application, which has to be there. Throws {@link UserError} saying how it is made. */
export async function described(flink: ManagedFlink): Promise<ApplicationDetail> {
	const detail = await flink.describe();
	if (detail) return detail;
	throw new UserError(
		`There is no application ${flink.name} in this account and region: "npx tidemark deploy" makes it. Check --env, AWS_PROFILE and AWS_REGION.`,
	);
}

/** Throws {@link UserError} with the names that there are where there is no such snapshot, or it is not ready. */
export async function readySnapshot(flink: ManagedFlink, name: string): Promise<void> {
	const snapshots = await flink.snapshots();
	if (snapshots.some((each) => each.SnapshotName === name && each.SnapshotStatus === "READY")) return;
	const names = snapshots.map(({ SnapshotName, SnapshotStatus }) => `${SnapshotName} (${SnapshotStatus})`);
	throw new UserError(`There is no snapshot ${name} that is ready: ${names.join(", ") || "there are none at all"}`);
}
