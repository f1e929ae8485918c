import { GlueClient } from "@aws-sdk/client-glue";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { UserError } from "../errors.ts";
import { icebergTables } from "../lake.ts";
import type { Progress } from "../progress.ts";
import { setUp } from "../setup.ts";
import { onStop } from "../signals.ts";
import { findStack, localCredentials, region, type Stack } from "../stack.ts";
import { withEmulator } from "../wake.ts";

/** What to do with which tables. */
export interface MaintainOptions {
	/** Names of tables; all where there are none. */
	tables: readonly string[];
	/** Snapshots younger than this stay, in milliseconds. */
	keepMs: number;
	/** Bytes that a data file is to have about. */
	targetBytes: number;
	dryRun?: boolean;
	run?: string;
}

/** What a table is made of. Rows that delete files hide are counted; the job writes no such files. */
export interface Figures {
	files: number;
	partitions: number;
	mostFilesInPartition: number;
	bytes: number;
	rows: number;
	snapshots: number;
	manifests: number;
	/** The metadata file, which each commit writes anew. */
	metadataBytes: number;
}

/** What became of one table. `after` and `seconds` are missing from a dry run, the numbers from a table that failed. */
export interface Maintained {
	table: string;
	before?: Figures;
	after?: Figures;
	rewrittenFiles?: number;
	expiredSnapshots?: number;
	/** Groups of files that others changed meanwhile: they are for the next time. */
	leftGroups?: number;
	seconds?: number;
	failed?: string;
}

/** Small files are many small steps, for which the optimizing compiler pays. */
const JVM = ["-XX:+UseSerialGC", "-Xms256m", "-Xmx1500m"];

/**
 * Maintains tables of a local stack's lake, which goes on if it runs. Ctrl-C ends it between two commits. Throws
 * {@link UserError} where there are no such tables.
 */
export async function maintainHere(options: MaintainOptions, progress: Progress): Promise<Maintained[]> {
	const stack = await findStack(options.run);
	const { java } = await setUp(progress);
	const stop = new AbortController();
	const noLonger = onStop(
		() => stop.abort(new UserError("Stopped: every table is as its last commit left it")),
		() => process.exit(130),
	);
	try {
		return await withEmulator(stack, (awake) => maintain(awake, java, options, progress, stop.signal));
	} finally {
		noLonger();
	}
}

/** The same for a stack whose emulator answers. The signal ends it between two commits, and its reason is thrown. */
export async function maintain(
	{ id, endpoints: { aws }, outputs }: Pick<Stack, "id" | "endpoints" | "outputs">,
	java: string,
	{ tables, keepMs, targetBytes, dryRun = false }: MaintainOptions,
	progress: Pick<Progress, "say">,
	signal?: AbortSignal,
): Promise<Maintained[]> {
	const glue = new GlueClient({ endpoint: aws, region, credentials: localCredentials });
	const known = await icebergTables(glue, outputs.LakeDatabase).finally(() => glue.destroy());
	const request = {
		catalog: catalogOf(aws, outputs.LakeBucket),
		database: outputs.LakeDatabase,
		tables: choose(tables, [...known.keys()], id),
		keepMs,
		targetBytes,
		dryRun,
	};
	signal?.throwIfAborted();
	const workbench = await startWorkbench({ name: "The maintenance of the lake", java, options: JVM });
	const kill = () => workbench.child.kill();
	signal?.addEventListener("abort", kill);
	try {
		const answer = await workbench.request<{ tables: Maintained[] }>("maintain", request, (row) =>
			sayStep(row as unknown as Step, progress),
		);
		return answer.tables;
	} catch (error) {
		throw signal?.aborted ? signal.reason : error;
	} finally {
		signal?.removeEventListener("abort", kill);
		await workbench.stop();
	}
}

/** The tables that are asked for, or all. Throws {@link UserError} where one is not there, or there is none. */
export function choose(asked: readonly string[], known: readonly string[], where: string): string[] {
	const names = [...new Set(asked.map((name) => name.replace(/^lake\./, "")))];
	const unknown = names.filter((name) => !known.includes(name));
	if (known.length === 0) {
		throw new UserError(`The lake of ${where} has no tables yet: they are made when the job starts`);
	}
	if (unknown.length > 0) {
		throw new UserError(`The lake of ${where} has no table ${unknown.join(", ")}. There are: ${known.join(", ")}`);
	}
	return names.length > 0 ? names : [...known];
}

/** The catalog of the emulator's lake, in the words of a table's DDL. */
export function catalogOf(aws: string, bucket: string): Record<string, string> {
	return {
		"catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
		warehouse: `s3://${bucket}/lake`,
		"io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
		"client.region": region,
		"glue.endpoint": aws,
		"s3.endpoint": aws,
		"s3.path-style-access": "true",
	};
}

interface Step {
	table: string;
	step: "look" | "compact" | "manifests" | "expire";
	done: number;
	of: number;
}

function sayStep({ table, step, done, of }: Step, progress: Pick<Progress, "say">): void {
	if (step === "look") progress.say(`${table} …`);
	if (step === "compact") progress.say(`${table}: ${done} of ${of} groups of files are compacted`);
	if (step === "expire") progress.say(`${table}: old snapshots expire`);
}
