import { UserError } from "../../local/errors.ts";
import { reportOf } from "../../sql/workbench/plan/report.ts";
import type { Planner } from "../../sql/workbench/workbench.ts";
import type { Config } from "../config.ts";
import { type CarriedOut, type Carrier, carryOut, takeUp } from "./carry-out.ts";
import { configurationOf } from "./configuration.ts";
import { openJournal, readJournal } from "./journal.ts";
import { described } from "./managed-flink.ts";
import { type Acceptance, checkSql, sayStart } from "./planning.ts";
import { isTheSame, type Prepared, prepare, putRelease } from "./prepare.ts";
import type { Stacks } from "./stacks.ts";

/** What is deployed, and how. */
export interface DeployOptions extends Acceptance {
	config: Config;
	region: string;
	sqlDir: string;
	runnerJar: string;
	/** Stops a job that can take no snapshot. */
	force: boolean;
	watchSeconds: number;
}

/** What a deploy works with. */
export interface Deployer extends Carrier {
	stacks: Stacks;
	/** Flink's planner, which is started when it is first needed. */
	planner: Planner;
}

/** How it ended. `same`: what was to be deployed runs already. */
export type Deployed = { verdict: string } & (CarriedOut | { release: string; end: "same" });

/**
 * Brings stacks and application to what the folder says: the same for the first time and for each edit. What can be refused is
 * refused before anything is changed. An interrupted deploy is taken up first.
 *
 * @throws UserError where nothing was changed, with what to do; or where it was interrupted, saying so
 */
export async function deploy(options: DeployOptions, deployer: Deployer): Promise<Deployed> {
	const { stacks, s3, planner, progress, flink } = deployer;
	const warnings = await progress.step("Checking the SQL", () => checkSql(planner, options.sqlDir));
	if (warnings > 0) progress.say(`${warnings} warnings: npx tidemark sql check`);

	let place = await stacks.place();
	let planned: Prepared | undefined;
	const there = place ? await flink.describe() : undefined;
	if (place && there) {
		const resumed = await takeUp(place, deployer);
		if (resumed?.end === "old") return { ...resumed, verdict: "" };
		// What would be refused is refused before the stacks are changed.
		planned = await prepare(options, place, there, deployer);
	}
	await progress.step("Bringing the stacks to what the code says", () => stacks.deploy());
	place = await stacks.place();
	if (!place) throw new UserError("The stacks lack outputs that this version of Tidemark has: deploy all of them");
	const running = await described(flink);
	planned = await prepare(options, place, running, deployer, planned);
	if (isTheSame(planned, running)) {
		return { end: "same", release: planned.running?.facts?.id ?? "", verdict: "compatible" };
	}
	const { release, to } = await putRelease(options, place, planned, running, deployer);
	const before = configurationOf(running);
	const journal = await openJournal(
		s3,
		place.CodeBucket,
		async () => ({
			command: "deploy",
			release,
			phase: "snapshot",
			wayBack: `tidemark-${release}`,
			before: {
				release: planned.running?.facts?.id ?? null,
				configuration: before,
				version: running.ApplicationVersionId ?? 0,
				running: running.ApplicationStatus === "RUNNING",
			},
			to: { configuration: to, role: place.JobRoleArn, restore: planned.restore },
			force: options.force,
			watchSeconds: options.watchSeconds,
			...(options.rebuild?.days ? { backfill: options.rebuild.days } : {}),
		}),
		deployer.now,
	);
	const ended = await carryOut(place, journal, deployer);
	// Another one, where somebody began it while this one was planned, and left since.
	return { ...ended, verdict: ended.release === release ? (planned.outcome?.verdict ?? "first") : "" };
}

/** What {@link deploy} would do, changing nothing: a line for each step. */
export async function rehearse(options: DeployOptions, deployer: Deployer): Promise<string[]> {
	const { stacks, flink, s3, planner, progress } = deployer;
	await progress.step("Checking the SQL", () => checkSql(planner, options.sqlDir));
	const place = await stacks.place();
	const diff = await progress.step("Comparing the stacks", () => stacks.diff());
	const there = place ? await flink.describe() : undefined;
	if (!place || !there) {
		return [
			"This is the first deploy to this account and region.",
			diff,
			"Then: the release is uploaded, the application gets it, starts without state, and is watched.",
		];
	}
	const left = await readJournal(s3, place.CodeBucket);
	const planned = await prepare(options, place, there, deployer);
	const runs = there.ApplicationStatus === "RUNNING";
	const days = options.rebuild?.days;
	if (isTheSame(planned, there)) return [diff, "The application runs this release: nothing is to be done for it."];
	return [
		...(left
			? [`First: the ${left.command} of ${left.release} by ${left.by} is taken up at the step ${left.phase}.`]
			: []),
		diff,
		...(planned.outcome ? [reportOf(planned.outcome)] : []),
		...(planned.changed.length > 0 ? [`Changed SQL: ${planned.changed.join(", ")}`] : ["No SQL changed."]),
		...(runs ? [options.force ? "The job is stopped by force." : "A snapshot is taken, and waited for."] : []),
		`The application gets the new release and ${sayStart(planned)}.`,
		`It is watched for ${options.watchSeconds} s; where it is not healthy, what ran before comes back with its state.`,
		...(days ? [`Then ${days.from} to ${days.to} are computed again from the lake.`] : []),
	];
}
