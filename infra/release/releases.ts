import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { UserError } from "../../local/errors.ts";
import { isJobFile } from "../../local/release.ts";
import type { Configuration } from "./configuration.ts";

/** What of git a release was made from. */
export interface Revision {
	/** The whole hash. */
	commit: string;
	branch: string | null;
	/** Whether the folder differs from the commit. */
	edited: boolean;
}

/** What is known of a release beside its SQL and its plan. */
export interface ReleaseFacts {
	id: string;
	/** ISO 8601, UTC. */
	at: string;
	/** Who made it: user and machine. */
	by: string;
	/** Null where the folder is in no git repository. */
	revision: Revision | null;
	/** What the edit meant for the state of the release before; `first` where there was none. */
	verdict: string;
	/** The release that it took over from. */
	before: string | null;
	/** The highest id that any operator had so far. */
	highest: number;
	/** The application's whole configuration. */
	configuration: Configuration;
}

/** A release with what runs of it. */
export interface StoredRelease {
	facts: ReleaseFacts | undefined;
	/** The compiled plan, as JSON; undefined for what was not made by `tidemark deploy`. */
	plan: string | undefined;
	/** The job's files by their path. */
	sql: Record<string, string>;
}

/** Keeps releases in the code bucket: `releases/ID/sql.zip` and `release.json`, `runners/HASH.jar`. Nothing is ever changed. */
export interface Releases {
	/** The address of a release's SQL. */
	location(id: string): string;
	/** Uploads a jar unless it is there; returns its key. `onProgress` gets the share that is done, 0 to 1. */
	putRunner(file: string, onProgress?: (share: number) => void): Promise<string>;
	put(facts: ReleaseFacts, plan: string, sql: Record<string, string>): Promise<void>;
}

const FACTS = "release.json";

/** The releases of a bucket. */
export function releasesIn(s3: S3Client, bucket: string): Releases {
	const folder = (id: string) => `releases/${id}`;
	return {
		location: (id) => `s3://${bucket}/${folder(id)}/sql.zip`,
		async putRunner(file, onProgress = () => {}) {
			const Key = await runnerKey(file);
			if (await isThere(s3, bucket, Key)) return Key;
			const upload = new Upload({
				client: s3,
				params: { Bucket: bucket, Key, Body: createReadStream(file) },
				partSize: 16 * 1024 * 1024,
			});
			upload.on("httpUploadProgress", ({ loaded = 0, total }) => {
				if (total) onProgress(loaded / total);
			});
			await upload.done();
			return Key;
		},
		async put(facts, plan, sql) {
			const put = (file: string, Body: Uint8Array | string) =>
				s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder(facts.id)}/${file}`, Body }));
			await put("sql.zip", zipped({ ...sql, "plan.json": plan }));
			await put(FACTS, `${JSON.stringify(facts, null, "\t")}\n`);
		},
	};
}

/** Reads the release whose SQL is at `s3://BUCKET/…zip`. Throws {@link UserError} where that cannot be read. */
export async function readRelease(s3: S3Client, location: string): Promise<StoredRelease> {
	const { host: Bucket, pathname } = new URL(location);
	const key = pathname.slice(1);
	const read = async (Key: string) =>
		(await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray() ?? new Uint8Array();
	const files = await read(key)
		.then(unzipSync)
		.catch((cause: Error) => {
			if (isOfAws(cause) && !isMissing(cause)) throw cause;
			throw new UserError(`The SQL of the application cannot be read from ${location}: ${cause.message}`, { cause });
		});
	const { "plan.json": plan, ...others } = files;
	const sql = Object.entries(others).filter(([path]) => isJobFile(path));
	return {
		plan: plan && strFromU8(plan),
		sql: Object.fromEntries(sql.map(([path, bytes]) => [path, strFromU8(bytes)])),
		facts: key.startsWith("releases/") ? await readFacts(s3, Bucket, key.replace(/[^/]+$/, FACTS)) : undefined,
	};
}

async function readFacts(s3: S3Client, Bucket: string, Key: string): Promise<ReleaseFacts | undefined> {
	try {
		const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
		return JSON.parse((await answer.Body?.transformToString()) ?? "") as ReleaseFacts;
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && (error.name === "NoSuchKey" || error.name === "NoSuchBucket");
}

/** Whether a request failed, and not what was made of its answer. */
function isOfAws(error: Error): boolean {
	return "$metadata" in error;
}

/** A new release's id, which sorts by time, and which no other has: `20261126T130501123Z-9eaa352`. */
export function newReleaseId(at: Date, revision: Revision | null): string {
	const time = at.toISOString().replace(/[-:.]/g, "");
	return revision ? `${time}-${revision.commit.slice(0, 7)}${revision.edited ? "-edited" : ""}` : time;
}

function zipped(texts: Record<string, string>): Uint8Array {
	// The same bytes for the same files, whenever it is made.
	const mtime = "1980-01-02T00:00:00Z";
	const entries = Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1));
	return zipSync(Object.fromEntries(entries.map(([path, text]) => [path, strToU8(text)])), { mtime });
}

async function isThere(s3: S3Client, Bucket: string, Key: string): Promise<boolean> {
	try {
		await s3.send(new HeadObjectCommand({ Bucket, Key }));
		return true;
	} catch (error) {
		if (error instanceof NotFound) return false;
		throw error;
	}
}

/** Where a jar is kept: by its content, so that one that is there is not sent again. */
export async function runnerKey(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
	return `runners/${hash.digest("hex")}.jar`;
}
