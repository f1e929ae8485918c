import type { S3Client } from "@aws-sdk/client-s3";
import { messageOf, UserError } from "../../local/errors.ts";
import type { Progress } from "../../local/progress.ts";
import { type Days, type Entry, type Journal, openJournal, readJournal } from "./journal.ts";
import type { ManagedFlink } from "./managed-flink.ts";
import { startsAnew } from "./planning.ts";
import { type Ending, rollOut, type Watched } from "./rollout.ts";
import type { Place } from "./stacks.ts";
import type { Patience } from "./waiting.ts";

/** What takes an application from one release to another. */
export interface Carrier {
	flink: ManagedFlink;
	s3: S3Client;
	/** Looks at the job that runs since an instant. */
	watch: (place: Place, journal: Journal, since: Date, catchesUp: boolean) => Promise<Watched>;
	/** Computes days of the lake again, as the release that runs does it; returns what changed, in lines. */
	backfill: (days: Days) => Promise<string[]>;
	patience: Patience;
	now(): Date;
	progress: Progress;
	signal?: AbortSignal;
}

/** How it ended, and of which release. */
export type CarriedOut = { release: string } & Ending;

/**
 * Takes what a journal says to its end: the new release running and healthy, or what ran before.
 *
 * @throws UserError where it was interrupted, saying at which step and what to do
 */
export async function carryOut(place: Place, journal: Journal, carrier: Carrier): Promise<CarriedOut> {
	const { now, signal } = carrier;
	const { entry } = journal;
	const ended = await end().catch(async (error) => {
		await journal.leave().catch(() => {}); // where nothing gets through, its time runs out
		const said = messageOf(signal?.aborted ? signal.reason : error);
		throw new UserError(
			`The ${entry.command} of ${entry.release} was interrupted at the step "${entry.phase}": ${said}${said.endsWith(".") ? "" : "."} ${nextSteps(entry, error)}`,
			{ cause: error },
		);
	});
	if (ended.end !== "new" || !entry.backfill) return ended;
	return { ...ended, seen: [...ended.seen, ...(await backfilled(entry.backfill, ended.release, carrier))] };

	async function end(): Promise<CarriedOut> {
		const ending = await rollOut({
			...carrier,
			journal,
			watch: () => carrier.watch(place, journal, now(), startsAnew(entry.to.restore)),
		});
		await journal.finish(ending.end === "new" ? "new" : `old: ${ending.why}`);
		return { ...ending, release: entry.release };
	}
}

/** Goes on with what was interrupted, wherever it was; undefined where there is nothing. */
export async function takeUp(place: Place, carrier: Carrier): Promise<CarriedOut | undefined> {
	const { s3, progress, now } = carrier;
	const left = await readJournal(s3, place.CodeBucket);
	if (!left) return undefined;
	const journal = await openJournal(
		s3,
		place.CodeBucket,
		() => Promise.reject(new UserError(`The interrupted ${left.command} was ended elsewhere: try again`)),
		now,
	);
	progress.say(`Taking up the ${left.command} of ${left.release} by ${left.by}, at the step ${left.phase}`);
	return carryOut(place, journal, carrier);
}

async function backfilled({ from, to }: Days, release: string, { backfill, progress }: Carrier): Promise<string[]> {
	try {
		return await progress.step(`Computing ${from} to ${to} again from the lake`, () => backfill({ from, to }));
	} catch (error) {
		throw new UserError(
			`The release ${release} runs and is healthy, but ${from} to ${to} were not computed again: ${messageOf(error)}. Do it with "npx tidemark lake backfill --aws --from ${from} --to ${to}".`,
			{ cause: error },
		);
	}
}

function nextSteps({ command }: Entry, error: unknown): string {
	const renew = isExpired(error) ? "Sign in again, then " : "";
	return `${renew}"npx tidemark ${command}" takes it up from there, and "npx tidemark status" says what runs.`;
}

function isExpired(error: unknown): boolean {
	return error instanceof Error && /Expired|CredentialsProvider|InvalidClientToken|UnrecognizedClient/.test(error.name);
}
