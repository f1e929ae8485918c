import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../local/errors.ts";
import type { Configuration } from "./configuration.ts";
import type { Restore } from "./managed-flink.ts";

/**
 * How far a deploy is: the step that is to be done next. `snapshot` and `update` have changed nothing yet, `start` waits for
 * the new code to run, `watch` looks at what it does, `back` returns to what ran before.
 */
export type Phase = "snapshot" | "update" | "start" | "watch" | "back";

/** Everything that somebody who takes up an interrupted deploy has to know. */
export interface Entry {
	/** The command that it is of, which takes it up where it is interrupted. */
	command: "deploy" | "rollback";
	/** The release that it leads to. */
	release: string;
	phase: Phase;
	/** Who works on it: user and machine. */
	by: string;
	/** ISO 8601, UTC. */
	startedAt: string;
	/** When its worker was last seen, ISO 8601 in UTC; null where it has left. */
	seenAt: string | null;
	/** What ran before, and where it is to be taken up from. */
	before: { release: string | null; configuration: Configuration; version: number; running: boolean };
	to: { configuration: Configuration; role?: string; restore: Restore };
	/** Whether the job that runs is stopped without a snapshot, because it can take none. */
	force: boolean;
	/** How the snapshot is called that is taken before anything is changed. */
	wayBack: string;
	/** The same, once it is taken. */
	snapshot?: string;
	/** How often the application was told to start. */
	starts: number;
	/** How often the way back was begun. */
	returns: number;
	/** Why it goes back. */
	why?: string;
	/** Seconds for which the new job is watched. */
	watchSeconds: number;
	/** Days of the lake, in UTC, that are computed again once the new job is kept. */
	backfill?: Days;
}

/** What a new journal begins with. */
export type Beginning = Omit<Entry, "by" | "startedAt" | "seenAt" | "starts" | "returns">;

/** From the first day to the last, such as 2026-11-25. */
export interface Days {
	from: string;
	to: string;
}

/** The journal of a deploy that this process works on: nobody else does. */
export interface Journal {
	entry: Entry;
	/** Whether somebody else began it. */
	resumed: boolean;
	/** Keeps what is changed before it is acted on. Throws {@link UserError} where another process has taken it over. */
	save(change?: Partial<Entry>): Promise<void>;
	/** Lets others know at once that nobody works on it any more. */
	leave(): Promise<void>;
	/** Puts it away with its result, so that the next deploy can begin. */
	finish(result: string): Promise<void>;
}

/** Who has not been seen for so long is gone. */
const GONE_MS = 3 * 60_000;

const CURRENT = "deploys/current.json";

interface Kept extends Entry {
	owner: string;
}

/**
 * The journal in a code bucket. S3's conditional writes see to it that one process works on it at a time, on whatever machine.
 * The one of a worker who is gone is taken over; `begin` is called for a new one where there is none.
 *
 * @throws UserError if somebody else is at work
 */
export async function openJournal(
	s3: S3Client,
	Bucket: string,
	begin: () => Promise<Beginning>,
	now: () => Date = () => new Date(),
): Promise<Journal> {
	const place = { Bucket, Key: CURRENT };
	const owner = randomUUID();
	const kept = await read(s3, place);
	if (kept) refuseIfAtWork(kept.entry, now());
	const fresh = { by: self(), startedAt: now().toISOString(), starts: 0, returns: 0 };
	const entry: Entry = kept
		? { ...kept.entry, by: self(), seenAt: null }
		: { ...(await begin()), ...fresh, seenAt: null };
	let etag = kept?.etag;

	async function save(change: Partial<Entry> = {}): Promise<void> {
		Object.assign(entry, { seenAt: now().toISOString() }, change);
		const condition = etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag };
		const Body = `${JSON.stringify({ ...entry, owner }, null, "\t")}\n`;
		try {
			etag = (await s3.send(new PutObjectCommand({ ...place, ...condition, Body }))).ETag;
		} catch (error) {
			// An answer that was lost, and perhaps a request that was sent again: then it is ours.
			const there = await read(s3, place).catch(() => undefined);
			if (there?.owner !== owner) throw isRefused(error) ? takenOver(there?.entry, error) : error;
			const isKept = JSON.stringify(there.entry) === JSON.stringify(entry);
			if (!isKept && !isRefused(error)) throw error;
			etag = there.etag;
			if (!isKept) await save(change);
		}
	}

	await save();
	return {
		entry,
		resumed: kept !== undefined,
		save,
		leave: () => save({ seenAt: null }),
		async finish(result) {
			await save();
			const at = now().toISOString();
			const Key = `deploys/history/${entry.release}-${at.replace(/[-:]|\.\d+/g, "")}.json`;
			const Body = `${JSON.stringify({ ...entry, endedAt: at, result }, null, "\t")}\n`;
			await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
			await s3.send(new DeleteObjectCommand(place));
		},
	};
}

/** The deploy that is under way or was interrupted; undefined where there is none. */
export async function readJournal(s3: S3Client, Bucket: string): Promise<Entry | undefined> {
	return (await read(s3, { Bucket, Key: CURRENT }))?.entry;
}

/** Whether somebody works on it at this time. */
export function isAtWork({ seenAt }: Entry, now: Date): boolean {
	return seenAt !== null && now.getTime() - Date.parse(seenAt) < GONE_MS;
}

function refuseIfAtWork(entry: Entry, now: Date): void {
	if (!isAtWork(entry, now)) return;
	throw new UserError(
		`${entry.by} is ${doing(entry)} ${entry.release} since ${entry.startedAt} (step: ${entry.phase}). Wait until it is done; if its process is gone, it can be taken up ${GONE_MS / 60_000} minutes after ${entry.seenAt}.`,
	);
}

function takenOver(entry: Entry | undefined, cause: unknown): UserError {
	const who = entry ? `${entry.by} works on ${entry.release} (step: ${entry.phase})` : "it was ended elsewhere";
	return new UserError(`Another process has taken this deploy over: ${who}. "npx tidemark status" says how it goes.`, {
		cause,
	});
}

async function read(
	s3: S3Client,
	place: { Bucket: string; Key: string },
): Promise<{ entry: Entry; owner: string; etag: string | undefined } | undefined> {
	try {
		const answer = await s3.send(new GetObjectCommand(place));
		const { owner, ...entry } = JSON.parse((await answer.Body?.transformToString()) ?? "") as Kept;
		return { entry, owner, etag: answer.ETag };
	} catch (error) {
		if (error instanceof Error && error.name === "NoSuchKey") return undefined;
		throw error;
	}
}

/** 412: it is not as it was; 409: somebody writes it at this moment; 404 with If-Match: it is no longer there. */
function isRefused(error: unknown): boolean {
	return (
		error instanceof Error && ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"].includes(error.name)
	);
}

/** Who this process is, for others: `user@machine`. */
export function self(): string {
	return `${userInfo().username}@${hostname()}`;
}

/** Whether somebody is deploying at this time, in words; undefined where nobody is. */
export async function sayUnderWay(s3: S3Client, bucket: string, now: Date): Promise<string | undefined> {
	const entry = await readJournal(s3, bucket);
	if (!entry) return undefined;
	const { release, by, phase, startedAt } = entry;
	const how = isAtWork(entry, now)
		? "is under way"
		: `was interrupted, and "npx tidemark ${entry.command}" takes it up`;
	return `the ${entry.command} of ${release} ${how} (${by}, since ${startedAt}, step ${phase})`;
}

function doing({ command }: Entry): string {
	return command === "rollback" ? "rolling back to" : "deploying";
}
