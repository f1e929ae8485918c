/**
 * Managed Flink's part of a deploy, played by Flink itself: jobs run on a cluster of several processes, and snapshots are
 * savepoints. What the service does by itself is as its documents say: an update of a running application takes a snapshot
 * first, and one that does not start is rolled back.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotDetails } from "@aws-sdk/client-kinesis-analytics-v2";
import type { Configuration } from "../../infra/release/configuration.ts";
import type { ManagedFlink, Operation, Restore } from "../../infra/release/managed-flink.ts";
import { writeProperties } from "../../local/application.ts";
import { readManifest } from "../support/manifest.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { configHere } from "./settings.ts";

export interface Managed extends ManagedFlink {
	/** The cluster that runs the job, where one does. */
	cluster(): Cluster | undefined;
	/** From which snapshots jobs were started, oldest first; undefined for none. */
	restores: (string | undefined)[];
	kill(): Promise<void>;
}

interface Snapshot extends SnapshotDetails {
	path: string;
}

/** An application that was never started, with this configuration. */
export function managedFlinkOnCluster(dir: string, java: string, first: Configuration): Managed {
	const snapshots: Snapshot[] = [];
	const operations: Operation[] = [];
	const restores: Managed["restores"] = [];
	const savepoints = join(dir, "savepoints");
	let configuration = first;
	let version = 1;
	let status = "READY";
	let cluster: Cluster | undefined;
	let runs = 0;

	function kept(SnapshotName: string, path: string): void {
		const SnapshotCreationTimestamp = new Date();
		snapshots.unshift({
			SnapshotName,
			path: path.replace(/^file:/, ""),
			SnapshotStatus: "READY",
			ApplicationVersionId: version,
			SnapshotCreationTimestamp,
		});
	}

	function snapshotOf({ type, snapshot }: Restore): Snapshot | undefined {
		if (type === "SKIP_RESTORE_FROM_SNAPSHOT") return undefined;
		if (type === "RESTORE_FROM_LATEST_SNAPSHOT") return snapshots[0];
		const found = snapshots.find(({ SnapshotName }) => SnapshotName === snapshot);
		if (!found) throw named("ResourceNotFoundException", `There is no snapshot ${snapshot}`);
		return found;
	}

	async function launch(what: Configuration, from: Snapshot | undefined, dropState: boolean): Promise<void> {
		const own = join(dir, `run-${++runs}`);
		mkdirSync(own);
		const properties = join(own, "application_properties.json");
		const groups = what.EnvironmentProperties?.PropertyGroups ?? [];
		writeProperties(properties, { groups: groups as never, checkpointMs: 0, parallelism: 0 });
		restores.push(from?.SnapshotName);
		const parallelism = what.FlinkApplicationConfiguration?.ParallelismConfiguration?.Parallelism ?? 1;
		cluster = await startCluster({
			dir: own,
			java,
			entryClass: readManifest().FlinkDeployment.spec.job.entryClass,
			config: configHere(dir, properties, parallelism),
			taskManagers: 1,
			dropState,
			...(from === undefined ? {} : { fromSavepoint: from.path }),
		});
	}

	async function stopped(snapshot: string | undefined): Promise<void> {
		if (snapshot === undefined) await cluster?.kill();
		else if (cluster) kept(snapshot, await cluster.stopWithSavepoint(savepoints));
		cluster = undefined;
	}

	/** Goes on by itself; looks see how far it is. */
	function begin(name: string, during: string, work: () => Promise<void>, failed: () => Promise<void>): void {
		const operation: Operation = { id: String(operations.length), name, status: "IN_PROGRESS", startedAt: new Date() };
		operations.unshift(operation);
		status = during;
		void work()
			.then(() => {
				operation.status = "SUCCESSFUL";
				status = "RUNNING";
			})
			.catch(async (error: Error) => {
				operation.status = "FAILED";
				operation.error = error.message;
				await failed();
			});
	}

	return {
		name: "tidemark",
		restores,
		cluster: () => cluster,
		kill: async () => cluster?.kill(),
		async describe() {
			return { ...descriptionOf(configuration), ApplicationStatus: status, ApplicationVersionId: version } as never;
		},
		async update({ version: known, configuration: next, restore }) {
			if (known !== version) throw named("ConcurrentModificationException", `The version is ${version}, not ${known}`);
			if (status !== "RUNNING" && status !== "READY") throw named("ResourceInUseException", `It is ${status}`);
			const before = configuration;
			if (status === "READY") {
				configuration = next;
				version++;
				return;
			}
			snapshotOf(restore);
			await stopped(`UPDATEAPPLICATION-${version}`);
			const from = snapshotOf(restore);
			const own = snapshots[0];
			configuration = next;
			version++;
			begin(
				"UpdateApplication",
				"UPDATING",
				() => launch(next, from, restore.allowNonRestored),
				async () => {
					configuration = before;
					version++;
					await launch(before, own, false);
					status = "RUNNING";
				},
			);
		},
		async start(restore) {
			if (status !== "READY") throw named("ResourceInUseException", `It is ${status}`);
			const from = snapshotOf(restore);
			begin(
				"StartApplication",
				"STARTING",
				() => launch(configuration, from, restore.allowNonRestored),
				async () => {
					status = "READY";
				},
			);
		},
		async stop(force) {
			await stopped(force ? undefined : `STOPAPPLICATION-${version}`);
			status = "READY";
		},
		async rollback() {
			throw named("UnsupportedOperationException", "Nothing here hangs");
		},
		snapshots: async () => snapshots,
		async createSnapshot(name) {
			if (!cluster) throw named("InvalidRequestException", "No job runs");
			kept(name, await cluster.takeSavepoint(savepoints));
		},
		async deleteSnapshot({ SnapshotName }) {
			snapshots.splice(
				snapshots.findIndex((each) => each.SnapshotName === SnapshotName),
				1,
			);
		},
		operations: async () => operations,
	};
}

function named(name: string, message: string): Error {
	return Object.assign(new Error(message), { name });
}

/** A configuration as `DescribeApplication` tells it. */
function descriptionOf({ EnvironmentProperties, ...rest }: Configuration): object {
	const described = (members: object): object =>
		Object.fromEntries(
			Object.entries(members).map(([name, value]) => [
				name === "S3ContentLocation"
					? "S3ApplicationCodeLocationDescription"
					: /^[A-Z].*(Configuration|Content)$/.test(name)
						? `${name}Description`
						: name,
				typeof value === "object" && value !== null ? described(value) : value,
			]),
		);
	return {
		ApplicationConfigurationDescription: {
			...described(rest),
			EnvironmentPropertyDescriptions: { PropertyGroupDescriptions: EnvironmentProperties?.PropertyGroups ?? [] },
		},
	};
}
