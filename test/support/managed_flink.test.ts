import { connect } from "node:net";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { CreateStreamCommand, KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import {
	type ApplicationDetail,
	CreateApplicationCommand,
	CreateApplicationSnapshotCommand,
	DeleteApplicationCommand,
	DeleteApplicationSnapshotCommand,
	DescribeApplicationCommand,
	DescribeApplicationOperationCommand,
	DescribeApplicationSnapshotCommand,
	DescribeApplicationVersionCommand,
	KinesisAnalyticsV2Client,
	ListApplicationOperationsCommand,
	ListApplicationSnapshotsCommand,
	ListApplicationVersionsCommand,
	type OperationStatus,
	RollbackApplicationCommand,
	type RunConfiguration,
	StartApplicationCommand,
	StopApplicationCommand,
	UpdateApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";
import {
	CreateBucketCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	S3Client,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { type TestEmulator, testEmulator } from "./emulator.ts";
import { codeOf, type StandIn, standInFor } from "./managed_flink.ts";

let emulator: TestEmulator;
beforeAll(async () => {
	emulator = await testEmulator();
});
afterAll(async () => emulator[Symbol.asyncDispose]());

const failure = "org.apache.flink.table.api.ValidationException: SQL validation failed";
const latest = "RESTORE_FROM_LATEST_SNAPSHOT" as const;
let made = 0;

/** An application behind a stand-in of its own, with what a test does to it. */
async function application({ steps = 2, rollback = false, snapshots = true, name = `app-${++made}` } = {}) {
	const standIn = await standInFor(emulator.endpoint, { steps });
	const client = new KinesisAnalyticsV2Client({ ...emulated(standIn.endpoint), maxAttempts: 1 });
	const ApplicationName = name;
	await client.send(
		new CreateApplicationCommand({
			ApplicationName,
			RuntimeEnvironment: "FLINK-1_20",
			ServiceExecutionRole: "arn:aws:iam::000000000000:role/flink",
			ApplicationConfiguration: {
				ApplicationCodeConfiguration: {
					CodeContentType: "ZIPFILE",
					CodeContent: { S3ContentLocation: { BucketARN: "arn:aws:s3:::code", FileKey: "one.jar" } },
				},
				EnvironmentProperties: { PropertyGroups: properties("one") },
				ApplicationSnapshotConfiguration: { SnapshotsEnabled: snapshots },
				ApplicationSystemRollbackConfiguration: { RollbackEnabled: rollback },
			},
		}),
	);
	const detail = async () => {
		const { ApplicationDetail } = await client.send(new DescribeApplicationCommand({ ApplicationName }));
		return ApplicationDetail as ApplicationDetail;
	};
	const status = async () => (await detail()).ApplicationStatus;
	/** The statuses that are seen until one comes that does not pass by itself. */
	const until = async () => {
		const seen = [];
		do seen.push(await status());
		while (!["READY", "RUNNING"].includes(seen.at(-1) ?? ""));
		return seen;
	};
	const start = (RunConfiguration?: RunConfiguration) =>
		client.send(new StartApplicationCommand({ ApplicationName, ...(RunConfiguration ? { RunConfiguration } : {}) }));
	const update = async (code: string, more: object = {}) =>
		client.send(
			new UpdateApplicationCommand({
				ApplicationName,
				CurrentApplicationVersionId: (await detail()).ApplicationVersionId,
				ApplicationConfigurationUpdate: {
					ApplicationCodeConfigurationUpdate: {
						CodeContentUpdate: { S3ContentLocationUpdate: { FileKeyUpdate: `${code}.jar` } },
					},
					EnvironmentPropertyUpdates: { PropertyGroups: properties(code) },
				},
				...more,
			}),
		);
	const stop = (Force = false) => client.send(new StopApplicationCommand({ ApplicationName, Force }));
	const rollBack = async (version?: number) =>
		client.send(
			new RollbackApplicationCommand({
				ApplicationName,
				CurrentApplicationVersionId: version ?? (await detail()).ApplicationVersionId,
			}),
		);
	const snapshot = (SnapshotName: string) =>
		client.send(new CreateApplicationSnapshotCommand({ ApplicationName, SnapshotName }));
	const snapshotsNow = async () => {
		const { SnapshotSummaries = [] } = await client.send(new ListApplicationSnapshotsCommand({ ApplicationName }));
		return SnapshotSummaries.map(({ SnapshotName, SnapshotStatus }) => `${SnapshotName} ${SnapshotStatus}`);
	};
	const operation = async (OperationId: string | undefined) => {
		const command = new DescribeApplicationOperationCommand({ ApplicationName, OperationId });
		return (await client.send(command)).ApplicationOperationInfoDetails;
	};
	const operations = async (filter: { Operation?: string; OperationStatus?: OperationStatus } = {}) => {
		const command = new ListApplicationOperationsCommand({ ApplicationName, ...filter });
		return ((await client.send(command)).ApplicationOperationInfoList ?? []).map(
			({ Operation, OperationStatus }) => `${Operation} ${OperationStatus}`,
		);
	};
	const steady = async (code?: string) => {
		await (code ? update(code) : start());
		await until();
	};
	return {
		...{
			standIn,
			client,
			ApplicationName,
			detail,
			status,
			until,
			start,
			update,
			stop,
			rollBack,
			snapshot,
			snapshotsNow,
		},
		...{ operation, operations, steady },
		[Symbol.asyncDispose]: async () => {
			client.destroy();
			await standIn.close();
		},
	};
}

function properties(code: string) {
	return [{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": `s3://code/sql/${code}.zip` } }];
}

const code = (detail: ApplicationDetail) => codeOf(detail as unknown as Parameters<typeof codeOf>[0]);

describe("time", () => {
	test("a start is seen for two reads, then the application runs", async () => {
		await using app = await application();
		await app.start();
		expect(await app.until()).toEqual(["STARTING", "STARTING", "RUNNING"]);
	});

	test("an update is seen as long as it was chosen, and its answer says so already", async () => {
		await using app = await application({ steps: 3 });
		await app.steady();
		const { ApplicationDetail } = await app.update("two");
		expect(ApplicationDetail).toMatchObject({ ApplicationStatus: "UPDATING", ApplicationVersionId: 2 });
		expect(await app.until()).toEqual(["UPDATING", "UPDATING", "UPDATING", "RUNNING"]);
		expect(await app.detail()).toMatchObject({ ApplicationVersionId: 2, ApplicationVersionUpdatedFrom: 1 });
	});

	test("an update of what does not run ends where it began", async () => {
		await using app = await application();
		await app.update("two");
		expect(await app.until()).toEqual(["UPDATING", "UPDATING", "READY"]);
		expect(app.standIn.runs).toEqual([]);
	});

	test("a stop, and a stop by force, which makes no snapshot", async () => {
		await using app = await application();
		await app.steady();
		await app.stop();
		expect(await app.until()).toEqual(["STOPPING", "STOPPING", "READY"]);
		expect(await app.snapshotsNow()).toEqual([expect.stringMatching(/^STOP-.* READY$/)]);
		await app.steady();
		await app.stop(true);
		expect(await app.until()).toEqual(["FORCE_STOPPING", "FORCE_STOPPING", "READY"]);
		expect(await app.snapshotsNow()).toHaveLength(1);
	});

	test("reads of an operation let time go on too", async () => {
		await using app = await application();
		const { OperationId } = await app.start();
		const seen = [];
		for (let read = 0; read < 3; read++) seen.push((await app.operation(OperationId))?.OperationStatus);
		expect(seen).toEqual(["IN_PROGRESS", "IN_PROGRESS", "SUCCESSFUL"]);
		expect(await app.status()).toBe("RUNNING");
	});

	test("a snapshot is CREATING, then READY, or FAILED where that was chosen", async () => {
		await using app = await application();
		await app.steady();
		app.standIn.whenSnapshotted((name) => name === "bad");
		await app.snapshot("good");
		await app.snapshot("bad");
		expect(await app.snapshotsNow()).toEqual(["good CREATING", "bad CREATING"]);
		expect(await app.snapshotsNow()).toEqual(["good READY", "bad FAILED"]);
		const described = new DescribeApplicationSnapshotCommand({
			ApplicationName: app.ApplicationName,
			SnapshotName: "bad",
		});
		expect((await app.client.send(described)).SnapshotDetails?.SnapshotStatus).toBe("FAILED");
	});
});

describe("operations", () => {
	test("are listed with the ids that were answered, newest first, in pages, and filtered", async () => {
		await using app = await application({ steps: 0 });
		const ids = [(await app.start()).OperationId];
		await app.until();
		ids.push((await app.update("two")).OperationId);
		await app.until();
		ids.push((await app.rollBack()).OperationId);
		await app.until();
		ids.push((await app.stop()).OperationId);
		await app.until();
		const listed = [];
		let NextToken: string | undefined;
		do {
			const page = await app.client.send(
				new ListApplicationOperationsCommand({
					ApplicationName: app.ApplicationName,
					Limit: 3,
					...(NextToken ? { NextToken } : {}),
				}),
			);
			listed.push(...(page.ApplicationOperationInfoList ?? []));
			NextToken = page.NextToken;
		} while (NextToken);
		expect(listed.map(({ OperationId }) => OperationId)).toEqual(ids.toReversed());
		expect(await app.operations()).toEqual([
			"StopApplication SUCCESSFUL",
			"RollbackApplication SUCCESSFUL",
			"UpdateApplication SUCCESSFUL",
			"StartApplication SUCCESSFUL",
		]);
		expect(await app.operations({ Operation: "UpdateApplication" })).toEqual(["UpdateApplication SUCCESSFUL"]);
		expect(await app.operations({ OperationStatus: "FAILED" })).toEqual([]);
	});

	test("tell their versions and times, and an unknown one is refused", async () => {
		await using app = await application();
		await app.steady();
		const { OperationId } = await app.update("two");
		const going = await app.operation(OperationId);
		expect(going).toMatchObject({ Operation: "UpdateApplication", OperationStatus: "IN_PROGRESS" });
		expect(going?.EndTime).toBeUndefined();
		await app.until();
		const done = await app.operation(OperationId);
		expect(done).toMatchObject({
			OperationStatus: "SUCCESSFUL",
			ApplicationVersionChangeDetails: { ApplicationVersionUpdatedFrom: 1, ApplicationVersionUpdatedTo: 2 },
		});
		expect(done?.EndTime?.getTime()).toBeGreaterThanOrEqual(done?.StartTime?.getTime() ?? Number.NaN);
		expect(Math.abs(Date.now() - (done?.StartTime?.getTime() ?? 0))).toBeLessThan(600_000);
		await expect(app.operation("nonsense")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
	});
});

describe("a job that fails", () => {
	test("leaves the application READY after a start", async () => {
		await using app = await application();
		app.standIn.whenCode("one.jar", { fails: failure });
		const { OperationId } = await app.start();
		expect(await app.until()).toEqual(["STARTING", "STARTING", "READY"]);
		expect(await app.operation(OperationId)).toMatchObject({
			OperationStatus: "FAILED",
			OperationFailureDetails: { ErrorInfo: { ErrorString: failure } },
		});
		expect(app.standIn.runs).toMatchObject([{ version: 1, outcome: "fails" }]);
	});

	test("leaves it READY on the new version after an update without system rollback", async () => {
		await using app = await application();
		app.standIn.whenCode("sql/two.zip", { fails: failure });
		await app.steady();
		const { OperationId } = await app.update("two");
		expect(await app.until()).toEqual(["UPDATING", "UPDATING", "READY"]);
		expect((await app.operation(OperationId))?.OperationFailureDetails?.ErrorInfo?.ErrorString).toBe(failure);
		const detail = await app.detail();
		expect(detail.ApplicationVersionId).toBe(2);
		expect(code(detail).fileKey).toBe("two.jar");
		expect(await app.operations()).toEqual(["UpdateApplication FAILED", "StartApplication SUCCESSFUL"]);
		// It can be put right: the emulator knows as well that nothing runs.
		await app.update("three");
		await app.until();
		await app.start();
		expect((await app.until()).at(-1)).toBe("RUNNING");
	});

	test("is rolled back by the service where that was opted in to", async () => {
		await using app = await application({ rollback: true });
		app.standIn.whenCode("two", { fails: failure });
		await app.steady();
		const { OperationId } = await app.update("two");
		expect(await app.until()).toEqual(["UPDATING", "UPDATING", "ROLLING_BACK", "ROLLING_BACK", "RUNNING"]);
		const detail = await app.detail();
		expect(detail).toMatchObject({
			ApplicationVersionId: 3,
			ApplicationVersionRolledBackFrom: 2,
			ApplicationVersionRolledBackTo: 1,
		});
		expect(code(detail)).toEqual({ fileKey: "one.jar", sqlLocation: "s3://code/sql/one.zip" });
		const failed = await app.operation(OperationId);
		expect(failed).toMatchObject({
			OperationStatus: "FAILED",
			OperationFailureDetails: { ErrorInfo: { ErrorString: failure } },
		});
		const rollback = await app.operation(failed?.OperationFailureDetails?.RollbackOperationId);
		expect(rollback).toMatchObject({ Operation: "RollbackApplication", OperationStatus: "SUCCESSFUL" });
		const [, updated, back] = app.standIn.runs;
		expect(updated?.restoredFrom.snapshotName).toMatch(/^UPDATEAPPLICATION-/);
		expect(back).toMatchObject({
			version: 3,
			fileKey: "one.jar",
			restoredFrom: updated?.restoredFrom,
			outcome: "runs",
		});
	});

	test("leaves it READY where the rollback fails too, and where there is nothing to go back to", async () => {
		await using app = await application({ rollback: true });
		let broken = false;
		app.standIn.whenStarted(() => (broken ? { fails: failure } : undefined));
		await app.steady();
		broken = true;
		await app.update("two");
		expect((await app.until()).at(-1)).toBe("READY");
		expect(await app.operations()).toEqual([
			"RollbackApplication FAILED",
			"UpdateApplication FAILED",
			"StartApplication SUCCESSFUL",
		]);

		await using without = await application({ rollback: true, snapshots: false });
		without.standIn.whenCode("two", { fails: failure });
		await without.steady();
		await without.update("two");
		expect(await without.until()).toEqual(["UPDATING", "UPDATING", "READY"]);
	});

	test("can depend on the state that it is restored from", async () => {
		await using app = await application();
		app.standIn.whenStarted(({ ApplicationVersionId }, { allowNonRestored }) =>
			ApplicationVersionId > 1 && !allowNonRestored ? { fails: failure } : undefined,
		);
		await app.steady();
		await app.update("two", {
			RunConfigurationUpdate: { FlinkRunConfiguration: { AllowNonRestoredState: true } },
		});
		expect((await app.until()).at(-1)).toBe("RUNNING");
		// An update that does not say so again does not allow it.
		await app.update("three");
		expect((await app.until()).at(-1)).toBe("READY");
		expect(app.standIn.runs.map(({ allowNonRestored }) => allowNonRestored)).toEqual([false, true, false]);
	});
});

describe("a job that hangs", () => {
	async function hanging(options = {}) {
		const app = await application(options);
		app.standIn.whenCode("two", "hangs");
		await app.steady();
		const { OperationId } = await app.update("two");
		for (let read = 0; read < 10; read++) expect(await app.status()).toBe("UPDATING");
		return { app, OperationId };
	}

	test("stays UPDATING, even with system rollback, until it is stopped by force", async () => {
		const { app, OperationId } = await hanging({ rollback: true });
		await using _ = app;
		await expect(app.stop()).rejects.toMatchObject({ name: "ResourceInUseException" });
		await app.stop(true);
		expect(await app.until()).toEqual(["FORCE_STOPPING", "FORCE_STOPPING", "READY"]);
		expect((await app.operation(OperationId))?.OperationStatus).toBe("CANCELLED");
		expect((await app.detail()).ApplicationVersionId).toBe(2);
	});

	test("or until it is rolled back", async () => {
		const { app } = await hanging();
		await using _ = app;
		const { ApplicationDetail, OperationId } = await app.rollBack();
		expect(ApplicationDetail).toMatchObject({ ApplicationStatus: "ROLLING_BACK", ApplicationVersionId: 3 });
		expect(await app.until()).toEqual(["ROLLING_BACK", "ROLLING_BACK", "RUNNING"]);
		expect(code(await app.detail()).fileKey).toBe("one.jar");
		expect(await app.operation(OperationId)).toMatchObject({
			Operation: "RollbackApplication",
			OperationStatus: "SUCCESSFUL",
			ApplicationVersionChangeDetails: { ApplicationVersionUpdatedFrom: 2, ApplicationVersionUpdatedTo: 3 },
		});
		expect(app.standIn.runs.map(({ outcome }) => outcome)).toEqual(["runs", "hangs", "runs"]);
	});

	test("stays STARTING, and can be stopped by force only", async () => {
		await using app = await application();
		app.standIn.whenStarted(() => "hangs");
		await app.start();
		for (let read = 0; read < 10; read++) expect(await app.status()).toBe("STARTING");
		await expect(app.rollBack()).rejects.toMatchObject({ name: "ResourceInUseException" });
		await app.stop(true);
		expect((await app.until()).at(-1)).toBe("READY");
	});
});

describe("RollbackApplication", () => {
	test("of a running application gives back the whole configuration, from the latest snapshot", async () => {
		await using app = await application();
		await app.steady();
		const before = (await app.detail()).ApplicationConfigurationDescription;
		await app.update("two", {
			ApplicationConfigurationUpdate: {
				ApplicationCodeConfigurationUpdate: {
					CodeContentUpdate: {
						S3ContentLocationUpdate: { FileKeyUpdate: "two.jar", ObjectVersionUpdate: "7" },
					},
				},
				EnvironmentPropertyUpdates: { PropertyGroups: [] },
				FlinkApplicationConfigurationUpdate: {
					ParallelismConfigurationUpdate: { ConfigurationTypeUpdate: "CUSTOM", ParallelismUpdate: 3 },
					CheckpointConfigurationUpdate: { ConfigurationTypeUpdate: "CUSTOM", CheckpointIntervalUpdate: 1000 },
				},
			},
		});
		await app.until();
		await app.snapshot("later");
		await app.until();
		await app.until();
		await app.rollBack();
		await app.until();
		expect((await app.detail()).ApplicationConfigurationDescription).toEqual(before);
		expect(app.standIn.runs.at(-1)?.restoredFrom).toEqual({ type: latest, snapshotName: "later" });
	});

	test("is refused where there is no earlier version that ran, no snapshot, a stale version, or nothing running", async () => {
		await using app = await application();
		await expect(app.rollBack()).rejects.toMatchObject({ name: "ResourceInUseException" });
		await app.steady();
		await app.snapshot("first");
		await app.until();
		await expect(app.rollBack()).rejects.toMatchObject({ name: "InvalidRequestException" });
		await app.steady("two");
		await expect(app.rollBack(1)).rejects.toMatchObject({ name: "ConcurrentModificationException" });
		await app.rollBack();
		await app.until();
		await expect(app.rollBack()).rejects.toMatchObject({ name: "InvalidRequestException" });

		await using without = await application({ snapshots: false });
		await without.steady();
		await without.steady("two");
		await expect(without.rollBack()).rejects.toThrow("has no snapshot");
	});

	test("passes over versions that never ran", async () => {
		await using app = await application();
		app.standIn.whenCode("two", { fails: failure });
		await app.steady();
		await app.steady("two");
		await app.steady("three");
		await app.steady();
		await app.rollBack();
		await app.until();
		expect(code(await app.detail()).fileKey).toBe("one.jar");
	});
});

describe("refusals", () => {
	test("a stale version and a busy application", async () => {
		await using app = await application();
		await app.steady();
		await expect(app.update("two", { CurrentApplicationVersionId: 9 })).rejects.toMatchObject({
			name: "ConcurrentModificationException",
		});
		expect(await app.status()).toBe("RUNNING");
		await app.update("two");
		const inUse = { name: "ResourceInUseException" };
		await expect(app.update("three")).rejects.toMatchObject(inUse);
		await expect(app.start()).rejects.toMatchObject(inUse);
		await expect(app.stop()).rejects.toMatchObject(inUse);
		const { CreateTimestamp } = await app.detail();
		await expect(
			app.client.send(new DeleteApplicationCommand({ ApplicationName: app.ApplicationName, CreateTimestamp })),
		).rejects.toMatchObject(inUse);
	});

	test("an update that names neither version nor token, and an application that is not there", async () => {
		await using app = await application();
		await expect(app.update("two", { CurrentApplicationVersionId: undefined })).rejects.toMatchObject({
			name: "InvalidArgumentException",
		});
		await expect(app.client.send(new DescribeApplicationCommand({ ApplicationName: "none" }))).rejects.toMatchObject({
			name: "ResourceNotFoundException",
		});
	});

	test("snapshots: of what does not run, twice the same, and to be restored from one that is not there or not ready", async () => {
		await using app = await application();
		await expect(app.snapshot("early")).rejects.toMatchObject({ name: "InvalidRequestException" });
		await app.steady();
		await app.snapshot("mine");
		await expect(app.snapshot("mine")).rejects.toMatchObject({ name: "ResourceInUseException" });
		const from = (SnapshotName: string) => ({
			ApplicationRestoreConfiguration: {
				ApplicationRestoreType: "RESTORE_FROM_CUSTOM_SNAPSHOT" as const,
				SnapshotName,
			},
		});
		const refused = { name: "InvalidArgumentException" };
		await expect(app.update("two", { RunConfigurationUpdate: from("none") })).rejects.toMatchObject(refused);
		expect((await app.detail()).ApplicationVersionId).toBe(1);
		await app.stop(true);
		await app.until();
		await expect(app.start(from("none"))).rejects.toMatchObject(refused);
		await app.start(from("mine"));
		await app.until();
		expect(app.standIn.runs.at(-1)?.restoredFrom).toEqual({
			type: "RESTORE_FROM_CUSTOM_SNAPSHOT",
			snapshotName: "mine",
		});
		await app.snapshot("slow");
		await expect(app.update("two", { RunConfigurationUpdate: from("slow") })).rejects.toThrow("CREATING");
	});
});

describe("snapshots and versions", () => {
	test("a snapshot is deleted with its time, but not while it is made", async () => {
		await using app = await application();
		await app.steady();
		await app.snapshot("mine");
		const { ApplicationName } = app;
		const { SnapshotSummaries } = await app.client.send(new ListApplicationSnapshotsCommand({ ApplicationName }));
		const remove = new DeleteApplicationSnapshotCommand({
			ApplicationName,
			SnapshotName: "mine",
			SnapshotCreationTimestamp: SnapshotSummaries?.[0]?.SnapshotCreationTimestamp,
		});
		await expect(app.client.send(remove)).rejects.toMatchObject({ name: "ResourceInUseException" });
		await app.until();
		await app.client.send(remove);
		expect(await app.snapshotsNow()).toEqual([]);
	});

	test("each version can be read again, those that were rolled back too", async () => {
		await using app = await application();
		await app.steady();
		await app.steady("two");
		await app.rollBack();
		await app.until();
		const { ApplicationName } = app;
		const listed = await app.client.send(new ListApplicationVersionsCommand({ ApplicationName, Limit: 2 }));
		expect(listed.ApplicationVersionSummaries).toEqual([
			{ ApplicationVersionId: 3, ApplicationStatus: "RUNNING" },
			{ ApplicationVersionId: 2, ApplicationStatus: "ROLLED_BACK" },
		]);
		expect(listed.NextToken).toBeDefined();
		const version = async (ApplicationVersionId: number) =>
			(await app.client.send(new DescribeApplicationVersionCommand({ ApplicationName, ApplicationVersionId })))
				.ApplicationVersionDetail as ApplicationDetail;
		expect(code(await version(1)).fileKey).toBe("one.jar");
		expect(code(await version(2)).fileKey).toBe("two.jar");
		expect(code(await version(3)).fileKey).toBe("one.jar");
		await expect(version(4)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
	});

	test("runs tell their code, state and version", async () => {
		await using app = await application();
		await app.start({
			ApplicationRestoreConfiguration: { ApplicationRestoreType: "SKIP_RESTORE_FROM_SNAPSHOT" },
			FlinkRunConfiguration: { AllowNonRestoredState: true },
		});
		await app.until();
		await app.steady("two");
		const common = { application: app.ApplicationName, outcome: "runs" };
		expect(app.standIn.runs).toEqual([
			{
				...common,
				version: 1,
				fileKey: "one.jar",
				sqlLocation: "s3://code/sql/one.zip",
				restoredFrom: { type: "SKIP_RESTORE_FROM_SNAPSHOT" },
				allowNonRestored: true,
			},
			{
				...common,
				version: 2,
				fileKey: "two.jar",
				sqlLocation: "s3://code/sql/two.zip",
				restoredFrom: { type: latest, snapshotName: expect.stringMatching(/^UPDATEAPPLICATION-/) },
				allowNonRestored: false,
			},
		]);
	});

	test("what is changed past the stand-in, as CloudFormation does, is taken in", async () => {
		await using app = await application();
		await app.steady();
		await using direct = new (class extends KinesisAnalyticsV2Client {
			async [Symbol.asyncDispose]() {
				this.destroy();
			}
		})(emulated(emulator.endpoint));
		await direct.send(
			new UpdateApplicationCommand({
				ApplicationName: app.ApplicationName,
				CurrentApplicationVersionId: 1,
				ApplicationConfigurationUpdate: { EnvironmentPropertyUpdates: { PropertyGroups: properties("past") } },
			}),
		);
		expect(await app.detail()).toMatchObject({ ApplicationStatus: "RUNNING", ApplicationVersionId: 2 });
		expect(app.standIn.runs.at(-1)).toMatchObject({ version: 2, sqlLocation: "s3://code/sql/past.zip" });
		expect(await app.operations({ Operation: "UpdateApplication" })).toEqual(["UpdateApplication SUCCESSFUL"]);
		await app.rollBack();
		await app.until();
		expect(code(await app.detail()).sqlLocation).toBe("s3://code/sql/one.zip");
	});
});

describe("the way through", () => {
	const clients = (standIn: StandIn, maxAttempts = 1) => {
		const options = { ...emulated(standIn.endpoint), maxAttempts };
		return {
			s3: new S3Client({ ...options, forcePathStyle: true }),
			kinesis: new KinesisClient({ ...options, requestHandler: new NodeHttpHandler() }),
			cloudFormation: new CloudFormationClient(options),
			flink: new KinesisAnalyticsV2Client(options),
		};
	};
	let standIn: StandIn;
	let through: ReturnType<typeof clients>;
	beforeAll(async () => {
		standIn = await standInFor(emulator.endpoint);
		through = clients(standIn);
		await through.s3.send(new CreateBucketCommand({ Bucket: "through" }));
	});
	afterAll(async () => {
		for (const client of Object.values(through)) client.destroy();
		await standIn.close();
	});
	const put = (Key: string, Body: string | Buffer = "text") =>
		through.s3.send(new PutObjectCommand({ Bucket: "through", Key, Body }));
	const keys = async () => {
		const { Contents = [] } = await through.s3.send(new ListObjectsV2Command({ Bucket: "through" }));
		return Contents.map(({ Key }) => Key);
	};

	test("S3, Kinesis and CloudFormation go through, large bodies both ways", async () => {
		const large = Buffer.alloc(5_000_000, "0123456789");
		await put("large", large);
		const { Body } = await through.s3.send(new GetObjectCommand({ Bucket: "through", Key: "large" }));
		expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(large)).toBe(true);
		const head = await through.s3.send(new HeadObjectCommand({ Bucket: "through", Key: "large" }));
		expect(head.ContentLength).toBe(large.length);
		await through.kinesis.send(new CreateStreamCommand({ StreamName: "through", ShardCount: 1 }));
		expect((await through.kinesis.send(new ListStreamsCommand({}))).StreamNames).toContain("through");
		expect((await through.cloudFormation.send(new ListStacksCommand({}))).$metadata.httpStatusCode).toBe(200);
	});

	test("each call is told with its service and action", async () => {
		const from = standIn.calls.length;
		await put("told");
		await keys();
		await through.s3.send(new HeadObjectCommand({ Bucket: "through", Key: "told" }));
		await through.kinesis.send(new ListStreamsCommand({}));
		await through.cloudFormation.send(new ListStacksCommand({}));
		await through.flink.send(new DescribeApplicationCommand({ ApplicationName: "none" })).catch(() => {});
		const told = standIn.calls.slice(from);
		expect(told.map(({ service, action }) => `${service} ${action}`)).toEqual([
			"s3 PutObject",
			"s3 ListObjectsV2",
			"s3 HeadObject",
			"kinesis ListStreams",
			"cloudformation ListStacks",
			"kinesisanalytics DescribeApplication",
		]);
		expect(told.at(-1)?.input).toEqual({ ApplicationName: "none" });
	});

	test.each([
		["expired", "ExpiredToken", "ExpiredTokenException", "ExpiredToken"],
		["throttled", "SlowDown", "ThrottlingException", "Throttling"],
		["internal", "InternalError", "InternalFailure", "InternalFailure"],
	] as const)("%s is what each service would answer", async (fault, s3, json, query) => {
		using order = standIn.fail(() => true, fault, { always: true });
		await expect(put("never")).rejects.toMatchObject({ name: s3 });
		await expect(through.kinesis.send(new ListStreamsCommand({}))).rejects.toMatchObject({ name: json });
		const flink = through.flink.send(new DescribeApplicationCommand({ ApplicationName: "none" }));
		await expect(flink).rejects.toMatchObject({ name: json });
		const stacks = through.cloudFormation.send(new ListStacksCommand({}));
		await expect(stacks).rejects.toMatchObject({ name: query });
		order.lift();
		expect(order.hits.map(({ fault: done }) => done)).toEqual([fault, fault, fault, fault]);
		expect(await keys()).not.toContain("never");
	});

	test("a service that speaks CBOR, as CloudWatch does, is answered in CBOR", async () => {
		standIn.fail(1, "expired");
		const answer = await fetch(`${standIn.endpoint}/service/GraniteServiceVersion20100801/operation/GetMetricData`, {
			method: "POST",
			headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
			body: Buffer.from([0xa0]),
		});
		expect(answer.status).toBe(400);
		// A map of two (RFC 8949, 3.1), whose texts have their length in the byte after 0x78.
		const text = (value: string) => Buffer.concat([Buffer.from([0x78, value.length]), Buffer.from(value)]);
		const beginning = [Buffer.from([0xa2]), text("__type"), text("ExpiredTokenException"), text("message")];
		const expected = Buffer.concat(beginning);
		expect(Buffer.from(await answer.arrayBuffer()).subarray(0, expected.length)).toEqual(expected);
		expect(standIn.calls.at(-1)).toMatchObject({ action: "GetMetricData", fault: "expired" });
	});

	test("a connection that breaks before: nothing was done; after: it was, and nobody was told", async () => {
		standIn.fail(({ action }) => action === "PutObject", "reset-before");
		await expect(put("before")).rejects.toMatchObject({ code: "ECONNRESET" });
		expect(await keys()).not.toContain("before");
		standIn.fail(({ action }) => action === "PutObject", "reset-after");
		await expect(put("after")).rejects.toMatchObject({ code: "ECONNRESET" });
		expect(await keys()).toContain("after");

		await using app = await application();
		app.standIn.fail(({ action }) => action === "StartApplication", "reset-after");
		await expect(app.start()).rejects.toMatchObject({ code: "ECONNRESET" });
		expect(await app.until()).toEqual(["STARTING", "STARTING", "RUNNING"]);
		expect(await app.operations()).toEqual(["StartApplication SUCCESSFUL"]);
	});

	test("the nth call alone, all from the nth, and a client that tries again", async () => {
		const outcomes = async (calls: number) => {
			const results = [];
			for (let call = 0; call < calls; call++)
				results.push(
					await keys().then(
						() => "ok",
						(error) => error.name,
					),
				);
			return results;
		};
		standIn.fail(2, "internal");
		expect(await outcomes(4)).toEqual(["ok", "InternalError", "ok", "ok"]);
		using order = standIn.fail(3, "expired", { always: true });
		expect(await outcomes(5)).toEqual(["ok", "ok", "ExpiredToken", "ExpiredToken", "ExpiredToken"]);
		order.lift();
		expect(await outcomes(1)).toEqual(["ok"]);

		const patient = clients(standIn, 3).kinesis;
		const again = standIn.fail(1, "reset-before");
		expect((await patient.send(new ListStreamsCommand({}))).StreamNames).toBeDefined();
		expect(again.hits).toHaveLength(1);
		patient.destroy();
	});

	test("it closes with connections open, and answers nobody after", async () => {
		const other = await standInFor(emulator.endpoint);
		const { port } = new URL(other.endpoint);
		const socket = connect(Number(port), "127.0.0.1");
		await new Promise((resolve) => socket.once("connect", resolve));
		const ended = new Promise((resolve) => socket.once("close", resolve));
		socket.on("error", () => {});
		socket.resume();
		await other.close();
		await ended;
		await expect(fetch(other.endpoint)).rejects.toThrow();
	});
});
