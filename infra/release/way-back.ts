import type { ApplicationDetail } from "@aws-sdk/client-kinesis-analytics-v2";
import { messageOf, UserError } from "../../local/errors.ts";
import { configurationOf, hasSqlOf, isSameConfiguration } from "./configuration.ts";
import { described, type Restore } from "./managed-flink.ts";
import { isConflict, isRefusal, unlessUnderWay } from "./refusals.ts";
import type { Ending, RolloutOptions } from "./rollout.ts";
import { settled } from "./waiting.ts";

/** How often it is tried before a person has to look. */
const RETURNS = 3;

/**
 * Notes that what ran before is to come back, and why.
 *
 * @throws UserError where that was tried often enough
 */
export async function goBack({ journal, progress }: RolloutOptions, why: string): Promise<void> {
	const { entry } = journal;
	progress.say(`${entry.phase === "back" ? "Once more" : "Going back"}: ${why}`);
	if (entry.returns >= RETURNS)
		throw new UserError(
			`The application runs neither the new release nor the one before: ${why}. The first reason was: ${entry.why ?? why}. docs/operating.md#the-job-is-down says what to do; the state before is in ${entry.snapshot ?? "the newest snapshot"}.`,
		);
	await journal.save({ phase: "back", why: entry.why ?? why, returns: entry.returns + 1 });
}

/** One step of the way back; returns the ending once what ran before runs. */
export async function comeBack(options: RolloutOptions): Promise<Ending | undefined> {
	const { flink, journal, patience, progress } = options;
	const { before, to, why = "" } = journal.entry;
	const found = await described(flink);
	if (hasSqlOf(found, to)) await interrupt(options, found);
	const detail = await settled(flink, patience, progress, () => journal.save());
	const isBefore = isSameConfiguration(configurationOf(detail), before.configuration);
	if (isBefore && detail.ApplicationStatus !== "READY" && before.running) return { end: "old", running: true, why };
	if (!before.running && detail.ApplicationStatus !== "READY") {
		await flink.stop(true).catch(unlessUnderWay); // it was not running before, and nothing of it is to be kept
		return undefined;
	}
	if (!isBefore) {
		progress.say("Giving the application what it ran before");
		const version = detail.ApplicationVersionId ?? 0;
		await flink
			.update({ version, configuration: before.configuration, restore: await restoreBefore(options) })
			.catch((error) => {
				if (!isConflict(error)) throw error;
			});
		return undefined;
	}
	if (!before.running) return { end: "old", running: false, why };
	await goBack(options, "what ran before has to be started");
	await flink.start(await restoreBefore(options)).catch(unlessUnderWay);
	return undefined;
}

/** Ends an operation that still brings up the new code. */
async function interrupt({ flink, progress }: RolloutOptions, detail: ApplicationDetail): Promise<void> {
	const { ApplicationStatus: status = "", ApplicationVersionId: version = 0 } = detail;
	if (status === "STARTING") {
		progress.say("Stopping what does not start");
		await flink.stop(true).catch(unlessUnderWay);
	} else if (status === "UPDATING" || status === "AUTOSCALING") {
		progress.say("Rolling the update back");
		await flink.rollback(version).catch(async (error) => {
			if (!isRefusal(error) && !isConflict(error)) throw error;
			progress.say(`It cannot be rolled back (${messageOf(error)}): stopping it by force`);
			await flink.stop(true).catch(unlessUnderWay);
		});
	}
}

/**
 * The state for what ran before: the newest snapshot of its version, which is the one that the service took when it stopped
 * it, else the one that was taken before anything was changed.
 */
async function restoreBefore({ flink, journal }: RolloutOptions): Promise<Restore> {
	const { before, snapshot } = journal.entry;
	const ready = (await flink.snapshots()).filter(({ SnapshotStatus }) => SnapshotStatus === "READY");
	const own = ready.find(({ ApplicationVersionId }) => ApplicationVersionId === before.version)?.SnapshotName;
	const name = own ?? ready.find(({ SnapshotName }) => SnapshotName === snapshot)?.SnapshotName;
	return name === undefined
		? { type: "RESTORE_FROM_LATEST_SNAPSHOT", allowNonRestored: false }
		: { type: "RESTORE_FROM_CUSTOM_SNAPSHOT", snapshot: name, allowNonRestored: false };
}
