import { setTimeout as sleep } from "node:timers/promises";
import {
	type ApplicationDetail,
	CreateApplicationCommand,
	DeleteApplicationCommand,
	DescribeApplicationCommand,
	KinesisAnalyticsV2Client,
	StartApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { zipSqlOf } from "../../sql/workbench/git-sql.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import type { BackfillOptions } from "./backfill.ts";
import type { Backfilled } from "./backfilled.ts";

/** Where it runs. */
export interface OnAws {
	/** The name of the application that runs the job, whose jar, role and properties the backfill gets. */
	application: string;
	/** Parallel subtasks, of one KPU each; without it as many as the job has. */
	parallelism?: number | undefined;
	region?: string | undefined;
	/** How often it is asked how far it is. */
	everyMs?: number;
	signal: AbortSignal;
}

const SAY_MS = 30_000;

/**
 * Computes days of the lake again on AWS: a second Managed Flink application, in batch mode, that exists only while it
 * works. Throws {@link UserError} with what the application says where it fails; the application is removed in any case.
 */
export async function backfillOnAws(options: BackfillOptions, aws: OnAws, progress: Progress): Promise<Backfilled> {
	const where = aws.region === undefined ? {} : { region: aws.region };
	const flink = new KinesisAnalyticsV2Client(where);
	const s3 = new S3Client({ ...where, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
	const job = await detailOf(flink, aws.application);
	const properties = groupsOf(job).find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ?? {};
	const id = new Date().toISOString().replace(/\D/g, "");
	const name = `${aws.application}-backfill-${id}`;
	const warehouse = new URL(properties.LAKE_WAREHOUSE ?? "");
	const at = (file: string) => ({ Bucket: warehouse.host, Key: `backfills/${id}/${file}` });
	const address = (file: string) => `s3://${warehouse.host}/${at(file).Key}`;
	try {
		if (options.sql !== undefined)
			await s3.send(new PutObjectCommand({ ...at("sql.zip"), Body: await zipSqlOf(options.sql, sqlDir) }));
		const asked = {
			from: options.from,
			to: options.to,
			layer: options.layer,
			dryRun: String(options.dryRun ?? false),
			resend: String(options.resend ?? false),
			id,
			sql: options.sql ?? "the application's SQL",
			result: address("result.json"),
		};
		const sql = options.sql === undefined ? undefined : address("sql.zip");
		await flink.send(new CreateApplicationCommand(applicationOf(name, job, asked, sql, aws.parallelism)));
		progress.say(`${name} works on ${options.from} to ${options.to}; it is removed when it is done`);
		await flink.send(new StartApplicationCommand({ ApplicationName: name }));
		return await resultOf(flink, s3, name, at("result.json"), aws, progress);
	} finally {
		await remove(flink, name).catch((error) =>
			progress.say(`The application ${name} could not be removed, do it by hand: ${messageOf(error)}`),
		);
		for (const file of ["sql.zip", "result.json"]) await s3.send(new DeleteObjectCommand(at(file))).catch(() => {});
		flink.destroy();
		s3.destroy();
	}
}

async function detailOf(flink: KinesisAnalyticsV2Client, name: string): Promise<ApplicationDetail> {
	try {
		const { ApplicationDetail } = await flink.send(new DescribeApplicationCommand({ ApplicationName: name }));
		if (ApplicationDetail) return ApplicationDetail;
	} catch (cause) {
		throw new UserError(`There is no application ${name} to take the job from (--application): ${messageOf(cause)}`, {
			cause,
		});
	}
	throw new UserError(`The application ${name} is not described`);
}

function groupsOf({ ApplicationConfigurationDescription: configuration }: ApplicationDetail) {
	return configuration?.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? [];
}

/** The request that makes the second application: the job's jar, role and properties, and what is to be computed. */
export function applicationOf(
	name: string,
	job: ApplicationDetail,
	asked: Record<string, string>,
	sql: string | undefined,
	parallelism?: number,
): CreateApplicationCommand["input"] {
	const configuration = job.ApplicationConfigurationDescription;
	const code =
		configuration?.ApplicationCodeConfigurationDescription?.CodeContentDescription
			?.S3ApplicationCodeLocationDescription;
	const flink = configuration?.FlinkApplicationConfigurationDescription?.ParallelismConfigurationDescription;
	const logs = job.CloudWatchLoggingOptionDescriptions?.map(({ LogStreamARN }) => ({ LogStreamARN }));
	return {
		ApplicationName: name,
		ApplicationDescription: `Tidemark: a backfill of ${asked.from} to ${asked.to}`,
		RuntimeEnvironment: job.RuntimeEnvironment,
		ServiceExecutionRole: job.ServiceExecutionRole,
		...(logs?.length ? { CloudWatchLoggingOptions: logs } : {}),
		ApplicationConfiguration: {
			ApplicationCodeConfiguration: {
				CodeContentType: "ZIPFILE",
				CodeContent: { S3ContentLocation: { BucketARN: code?.BucketARN, FileKey: code?.FileKey } },
			},
			ApplicationSnapshotConfiguration: { SnapshotsEnabled: false },
			EnvironmentProperties: {
				PropertyGroups: [
					...groupsOf(job).map(({ PropertyGroupId, PropertyMap = {} }) => ({
						PropertyGroupId,
						PropertyMap: {
							...PropertyMap,
							...(PropertyGroupId === "tidemark.runner" && sql !== undefined ? { "sql.location": sql } : {}),
						},
					})),
					{ PropertyGroupId: "tidemark.backfill", PropertyMap: asked },
				],
			},
			FlinkApplicationConfiguration: {
				CheckpointConfiguration: { ConfigurationType: "CUSTOM", CheckpointingEnabled: false },
				ParallelismConfiguration: {
					ConfigurationType: "CUSTOM",
					Parallelism: parallelism ?? flink?.Parallelism ?? 1,
					ParallelismPerKPU: 1,
					AutoScalingEnabled: false,
				},
			},
		},
	};
}

/** Waits for the result; an application that ends without one has failed. */
async function resultOf(
	flink: KinesisAnalyticsV2Client,
	s3: S3Client,
	name: string,
	place: { Bucket: string; Key: string },
	{ everyMs = 5_000, signal }: OnAws,
	progress: Progress,
): Promise<Backfilled> {
	let ran = false;
	let said = performance.now();
	while (true) {
		const status = (await detailOf(flink, name)).ApplicationStatus;
		const text = await read(s3, place);
		if (text !== undefined) {
			const result = JSON.parse(text) as Backfilled | { failed: string };
			if ("failed" in result) throw new UserError(`The backfill failed: ${result.failed}`);
			return result;
		}
		ran ||= status === "RUNNING";
		if (ran && status !== "RUNNING")
			throw new UserError(`The application ${name} is ${status} without a result: its log in CloudWatch says why`);
		if (performance.now() - said > SAY_MS) {
			said = performance.now();
			progress.say(`The application is ${status}`);
		}
		await sleep(everyMs, undefined, { signal });
	}
}

async function read(s3: S3Client, place: { Bucket: string; Key: string }): Promise<string | undefined> {
	try {
		return await (await s3.send(new GetObjectCommand(place))).Body?.transformToString();
	} catch (error) {
		if (error instanceof Error && error.name === "NoSuchKey") return undefined;
		throw error;
	}
}

async function remove(flink: KinesisAnalyticsV2Client, name: string): Promise<void> {
	const detail = await detailOf(flink, name).catch(() => undefined);
	if (!detail) return; // it was never made
	// Which ends it too, if it still runs.
	await flink.send(
		new DeleteApplicationCommand({ ApplicationName: name, CreateTimestamp: detail.CreateTimestamp ?? new Date() }),
	);
}
