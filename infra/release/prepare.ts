import type { ApplicationDetail } from "@aws-sdk/client-kinesis-analytics-v2";
import { applicationConfiguration } from "../application-configuration.ts";
import type { Config } from "../config.ts";
import { initialPositionOf } from "../properties.ts";
import {
	type Configuration,
	configurationOf,
	isSameConfiguration,
	propertiesOf,
	RUNNER_GROUP,
	SQL_GROUP,
	sqlLocationOf,
} from "./configuration.ts";
import type { Deployer, DeployOptions } from "./deploy.ts";
import { self } from "./journal.ts";
import type { Restore } from "./managed-flink.ts";
import { type PlannedRelease, planRelease, restoreFor, startsAnew } from "./planning.ts";
import { newReleaseId, type ReleaseFacts, readRelease, releasesIn, runnerKey, type StoredRelease } from "./releases.ts";
import { revisionOf, sayRevision } from "./revision.ts";
import { type Place, partitionOf, placesIn } from "./stacks.ts";

/** A release that is planned, and what it takes over from. */
export interface Prepared extends PlannedRelease {
	running: StoredRelease | undefined;
	restore: Restore;
	/** As it will be, but for the place of its SQL. */
	configuration: Configuration;
}

/**
 * Plans what the folder says against what the application runs. `earlier` is taken where nothing that matters differs since.
 *
 * @throws UserError with all that is wrong with the SQL, or with the state that would be lost
 */
export async function prepare(
	{ config, region, sqlDir, runnerJar, ...options }: DeployOptions,
	place: Place,
	detail: ApplicationDetail,
	{ s3, planner, progress }: Deployer,
	earlier?: Prepared,
): Promise<Prepared> {
	const before = configurationOf(detail);
	const location = sqlLocationOf(before);
	const stored = await readRelease(s3, location);
	const running = stored.plan === undefined ? undefined : stored;
	const code = {
		bucketArn: `arn:${partitionOf(region)}:s3:::${place.CodeBucket}`,
		fileKey: await runnerKey(runnerJar),
	};

	async function beginningAt(initialPosition: Config["initialPosition"]): Promise<Prepared> {
		const places = placesIn(place, config, region);
		const configuration = applicationConfiguration(
			{ ...config, initialPosition },
			{ code, sqlLocation: location, places },
		) as Configuration;
		if (earlier && isSameConfiguration(earlier.configuration, configuration)) return earlier;
		const planned = await progress.step("Planning", () =>
			planRelease(planner, sqlDir, propertiesOf(configuration, SQL_GROUP), running),
		);
		return { ...planned, running, restore: restoreFor(planned.outcome, options), configuration };
	}

	const { rebuild } = options;
	if (rebuild) return beginningAt(rebuild.at ?? "TRIM_HORIZON");
	// A job that goes on keeps what it began with: shards of which it has read nothing yet begin there.
	const kept = running && initialPositionOf(propertiesOf(before, SQL_GROUP));
	const prepared = await beginningAt(kept ?? config.initialPosition);
	const isKept = kept !== undefined && kept !== config.initialPosition;
	return isKept && startsAnew(prepared.restore) ? beginningAt(config.initialPosition) : prepared;
}

/** Whether the application runs this SQL with these settings already. */
export function isTheSame(
	{ running, changed, configuration, outcome, restore }: Prepared,
	detail: ApplicationDetail,
): boolean {
	return (
		running !== undefined &&
		detail.ApplicationStatus === "RUNNING" &&
		changed.length === 0 &&
		outcome?.verdict === "compatible" &&
		!startsAnew(restore) &&
		isSameConfiguration(configurationOf(detail), configuration)
	);
}

/** Uploads what the application is to run; nothing refers to it yet. */
export async function putRelease(
	{ runnerJar, sqlDir }: DeployOptions,
	place: Place,
	{ configuration, running, sql, plan, highest, ...planned }: Prepared,
	detail: ApplicationDetail,
	{ s3, progress, now }: Deployer,
): Promise<{ release: string; to: Configuration }> {
	const releases = releasesIn(s3, place.CodeBucket);
	const revision = await revisionOf(sqlDir);
	const at = now();
	const id = newReleaseId(at, revision);
	await progress.step("Uploading the runner and the release", () =>
		releases.putRunner(runnerJar, (share) => progress.say(`The runner: ${Math.round(share * 100)} %`)),
	);
	const to = withSql(configuration, releases.location(id));
	const facts: ReleaseFacts = {
		id,
		at: at.toISOString(),
		by: self(),
		revision,
		verdict: planned.outcome?.verdict ?? "first",
		before: running?.facts?.id ?? null,
		highest,
		configuration: to,
	};
	await releases.put(facts, plan, sql);
	progress.say(`The release ${id}: ${sayRevision(revision)}, over version ${detail.ApplicationVersionId}`);
	return { release: id, to };
}

function withSql(configuration: Configuration, location: string): Configuration {
	const groups = configuration.EnvironmentProperties?.PropertyGroups ?? [];
	return {
		...configuration,
		EnvironmentProperties: {
			PropertyGroups: groups.map((group) =>
				group.PropertyGroupId === RUNNER_GROUP
					? { ...group, PropertyMap: { ...group.PropertyMap, "sql.location": location } }
					: group,
			),
		},
	};
}
