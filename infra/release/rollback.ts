import type { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../local/errors.ts";
import { type CarriedOut, type Carrier, carryOut, takeUp } from "./carry-out.ts";
import { configurationOf, sqlLocationOf } from "./configuration.ts";
import { openJournal, readJournal, sayUnderWay } from "./journal.ts";
import { described, readySnapshot } from "./managed-flink.ts";
import { type ReleaseFacts, readRelease, releasesIn } from "./releases.ts";
import type { Place } from "./stacks.ts";

/** What is gone back to, and how. */
export interface RollbackOptions {
	/** A release's id; without it the one before. */
	release?: string;
	/** The state to go on from; without it the one of the time when the release was replaced. */
	snapshot?: string;
	/** Stops a job that can take no snapshot. */
	force: boolean;
	watchSeconds: number;
}

/**
 * Gives an application an earlier release with the state of that time, as a deploy gives it a new one: with a snapshot for the
 * way back, a watch, and a journal, by which one that was interrupted is taken up. What was computed since is computed again.
 *
 * @throws UserError where nothing was changed: there is no such release or no such state, or somebody else is at work; or
 * where it was interrupted, saying so
 */
export async function rollBack(options: RollbackOptions, place: Place, carrier: Carrier): Promise<CarriedOut> {
	const { flink, s3, now } = carrier;
	const left = await readJournal(s3, place.CodeBucket);
	if (left?.command === "rollback") {
		const resumed = await takeUp(place, carrier);
		if (resumed) return resumed;
	} else if (left) {
		throw new UserError(`Not now: ${await sayUnderWay(s3, place.CodeBucket, now())}`);
	}
	const running = await described(flink);
	const { target, replacing } = await earlierRelease(s3, place, sqlLocationOf(configurationOf(running)), options);
	const snapshot = options.snapshot ?? `tidemark-${replacing.id}`;
	await readySnapshot(flink, snapshot);
	const time = now().toISOString().replace(/[-:.]/g, "");
	const journal = await openJournal(
		s3,
		place.CodeBucket,
		async () => ({
			command: "rollback",
			release: target.id,
			phase: "snapshot",
			wayBack: `tidemark-before-rollback-${time}`,
			before: {
				release: replacing.id,
				configuration: configurationOf(running),
				version: running.ApplicationVersionId ?? 0,
				running: running.ApplicationStatus === "RUNNING",
			},
			to: {
				configuration: target.configuration,
				role: place.JobRoleArn,
				restore: { type: "RESTORE_FROM_CUSTOM_SNAPSHOT", snapshot, allowNonRestored: false },
			},
			force: options.force,
			watchSeconds: options.watchSeconds,
		}),
		now,
	);
	return carryOut(place, journal, carrier);
}

/** The release that is gone back to, and the one that replaced it, whose snapshot has the state. */
async function earlierRelease(
	s3: S3Client,
	place: Place,
	location: string,
	{ release: wanted }: RollbackOptions,
): Promise<{ target: ReleaseFacts; replacing: ReleaseFacts }> {
	const releases = releasesIn(s3, place.CodeBucket);
	const { facts: newest } = await readRelease(s3, location);
	if (!newest)
		throw new UserError("The application runs nothing that tidemark deploy made: there is nothing before it");
	if (newest.id === wanted) throw new UserError(`The application has the release ${wanted} already`);
	let replacing = newest;
	while (replacing.before !== null) {
		const { facts } = await readRelease(s3, releases.location(replacing.before));
		if (!facts) break;
		if (wanted === undefined || facts.id === wanted) return { target: facts, replacing };
		replacing = facts;
	}
	if (wanted === undefined) throw new UserError(`${newest.id} is the first release: there is none before it`);
	throw new UserError(
		`No release before the one that runs is called ${wanted}: "npx tidemark status" names that one, release.json beside its SQL the one before`,
	);
}
