import { messageOf } from "../../local/errors.ts";
import type { Progress } from "../../local/progress.ts";
import { configurationOf, hasSqlOf, isSameConfiguration } from "./configuration.ts";
import type { Journal } from "./journal.ts";
import { described, type ManagedFlink } from "./managed-flink.ts";
import { isConflict, isRefusal, unlessUnderWay } from "./refusals.ts";
import { Hangs, type Patience, settled, settledSnapshot } from "./waiting.ts";
import { comeBack, goBack } from "./way-back.ts";

/**
 * How a deploy ended. `new`: the new release runs and is healthy. `old`: what ran before runs, or is stopped as it was;
 * `why` says what was wrong with the new one.
 */
export type Ending = { end: "new"; seen: string[] } | { end: "old"; running: boolean; why: string };

/** What the job was seen to do while it was watched. */
export interface Watched {
	/** What is wrong; empty where the job is healthy. */
	problems: string[];
	/** What was looked at, a line each, what nothing is known of included. */
	seen: string[];
}

export interface RolloutOptions {
	flink: ManagedFlink;
	journal: Journal;
	patience: Patience;
	progress: Progress;
	/** Looks at the new job for the time that the journal says. */
	watch: () => Promise<Watched>;
	/** Stops between two steps. */
	signal?: AbortSignal;
}

/** How often an application is told to start before it counts as one that does not start. */
const STARTS = 2;

/** What runs is as it was before: nothing was changed. */
class Untouched extends Error {}

/**
 * Takes an application from the release before to the new one, or back: each step is chosen by what the application is at
 * that moment, and written into the journal before it is done, so that whoever takes an interrupted deploy up goes on from
 * there. It ends with the new release running and healthy, or with what ran before.
 *
 * @throws UserError where the service can be brought to neither, with what to do; whatever a request throws that did not
 * get through, after which another call goes on
 */
export async function rollOut(options: RolloutOptions): Promise<Ending> {
	const { journal, signal } = options;
	for (;;) {
		signal?.throwIfAborted();
		const ending = await step(options).catch((error): Promise<Ending | undefined> => {
			if (error instanceof Untouched) return Promise.resolve(untouched(journal, error.message));
			if (error instanceof Hangs) return afterHanging(options, error);
			throw error;
		});
		if (ending) return ending;
	}
}

function untouched({ entry }: Journal, why: string): Ending {
	return { end: "old", running: entry.before.running, why };
}

async function afterHanging(options: RolloutOptions, { message }: Hangs): Promise<Ending | undefined> {
	const { journal, flink } = options;
	const { phase, to, force } = journal.entry;
	// An operation of somebody else, which is theirs to end.
	if (phase === "update" && !force && !hasSqlOf(await described(flink), to)) return untouched(journal, message);
	if (phase === "back") await flink.stop(true).catch(unlessUnderWay);
	await goBack(options, message);
	return undefined;
}

async function step(options: RolloutOptions): Promise<Ending | undefined> {
	const { phase } = options.journal.entry;
	if (phase === "snapshot") return void (await takeSnapshot(options));
	if (phase === "update") return void (await update(options));
	if (phase === "start") return start(options);
	if (phase === "watch") return watch(options);
	return comeBack(options);
}

/** The state that the way back starts from, whatever the new code does. */
async function takeSnapshot({ flink, journal, patience, progress }: RolloutOptions): Promise<void> {
	const { force, wayBack: name, before } = journal.entry;
	if (before.running && !force) {
		const there = (await flink.snapshots()).some(({ SnapshotName }) => SnapshotName === name);
		if (!there) {
			progress.say(`Taking the snapshot ${name}`);
			await flink.createSnapshot(name).catch((error: Error) => {
				if (error.name === "ResourceInUseException" && /exist/i.test(error.message)) return;
				if (isRefusal(error)) throw new Untouched(cannotSnapshot(messageOf(error)), { cause: error });
				throw error;
			});
		}
		const taken = await settledSnapshot(flink, name, patience, () => journal.save()).catch((error) => {
			throw error instanceof Hangs ? new Untouched(cannotSnapshot(error.message)) : error;
		});
		if (taken?.SnapshotStatus !== "READY")
			throw new Untouched(cannotSnapshot(`the snapshot is ${taken?.SnapshotStatus ?? "not there"}`));
		await journal.save({ snapshot: name });
	}
	await journal.save({ phase: "update" });
}

function cannotSnapshot(why: string): string {
	return `the job that runs can take no snapshot: ${why}. If it cannot be mended but by this deploy, --force stops it without one; it then goes on from the newest snapshot that there is`;
}

async function update({ flink, journal, patience, progress }: RolloutOptions): Promise<void> {
	const { before, to, force, release } = journal.entry;
	const detail = await settled(flink, patience, progress, () => journal.save());
	if (!hasSqlOf(detail, to)) {
		if (!isSameConfiguration(configurationOf(detail), before.configuration))
			throw new Untouched(
				`the application was changed by somebody else since this deploy began (version ${before.version}, now ${detail.ApplicationVersionId})`,
			);
		if (force && detail.ApplicationStatus === "RUNNING") {
			progress.say("Stopping the job without a snapshot");
			await flink.stop(true);
			return;
		}
		progress.say(`Giving the application the release ${release}`);
		try {
			await flink.update({ version: detail.ApplicationVersionId ?? 0, ...to });
		} catch (error) {
			// Sent again after an answer that was lost: the version has moved on, and the next look tells by whom.
			if (isConflict(error)) return;
			if (isRefusal(error)) throw new Untouched(messageOf(error), { cause: error });
			throw error;
		}
	}
	await journal.save({ phase: "start" });
}

/** Until the new code runs; an application that is stopped is started. */
async function start(options: RolloutOptions): Promise<Ending | undefined> {
	const { flink, journal, patience, progress } = options;
	const { before, to } = journal.entry;
	const detail = await settled(flink, patience, progress, () => journal.save());
	const failed = await failure(options);
	if (!hasSqlOf(detail, to)) {
		const why = failed ?? "Managed Flink went back to the version before without a reason that it tells";
		return void (await goBack(options, why));
	}
	if (detail.ApplicationStatus === "RUNNING") {
		await journal.save({ phase: "watch" });
		return undefined;
	}
	if (failed !== undefined) return void (await goBack(options, failed));
	// An update restarts a job that runs: where it does not run afterwards, it did not start.
	const tries = before.running && !journal.entry.force ? 1 : STARTS;
	if (journal.entry.starts >= tries) return void (await goBack(options, "the job does not start: its log says why"));
	await journal.save({ starts: journal.entry.starts + 1 });
	progress.say("Starting the job");
	await flink.start(to.restore).catch(unlessUnderWay);
	return undefined;
}

async function watch(options: RolloutOptions): Promise<Ending | undefined> {
	const { journal, flink } = options;
	const detail = await described(flink);
	const running = hasSqlOf(detail, journal.entry.to) && detail.ApplicationStatus === "RUNNING";
	// Whatever happened while nobody looked.
	if (!running) return void (await journal.save({ phase: "start" }));
	const { problems, seen } = await options.watch();
	if (problems.length === 0) return { end: "new", seen };
	await goBack(options, problems.join("; "));
	return undefined;
}

/** Why the newest update or start of this deploy failed, in the service's words. */
async function failure({ flink, journal }: RolloutOptions): Promise<string | undefined> {
	const since = Date.parse(journal.entry.startedAt) - 1_000; // the service counts in seconds
	const newest = (await flink.operations()).find(
		({ name, startedAt }) => /^(Update|Start)Application$/.test(name) && startedAt.getTime() >= since,
	);
	if (newest?.status !== "FAILED") return undefined;
	return `${newest.name} failed: ${newest.error ?? "no reason is given, the job's log may have one"}`;
}
