import type { S3Client } from "@aws-sdk/client-s3";
import { messageOf, UserError } from "../../local/errors.ts";
import type { Progress } from "../../local/progress.ts";
import { reportOf } from "../../sql/workbench/plan/report.ts";
import type { Workbench } from "../../sql/workbench/workbench.ts";
import type { Config } from "../config.ts";
import { configurationOf } from "./configuration.ts";
import { type Journal, openJournal, readJournal } from "./journal.ts";
import { described, type ManagedFlink } from "./managed-flink.ts";
import { type Acceptance, checkSql, startsAnew } from "./planning.ts";
import { isTheSame, type Prepared, prepare, putRelease } from "./prepare.ts";
import { type Ending, rollOut, type Watched } from "./rollout.ts";
import type { Place, Stacks } from "./stacks.ts";
import type { Patience } from "./waiting.ts";

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
export interface Deployer {
	stacks: Stacks;
	flink: ManagedFlink;
	s3: S3Client;
	/** Flink's planner, which is started when it is first needed. */
	workbench: () => Promise<Workbench>;
	/** Looks at the job that runs since an instant. */
	watch: (place: Place, journal: Journal, since: Date, catchesUp: boolean) => Promise<Watched>;
	patience: Patience;
	now(): Date;
	progress: Progress;
	signal?: AbortSignal;
}

/** How it ended. `same`: what was to be deployed runs already. */
export type Deployed = { release: string; verdict: string } & (Ending | { end: "same" });

/**
 * Brings stacks and application to what the folder says: the same for the first time and for each edit. What can be refused is
 * refused before anything is changed. An interrupted deploy is taken up first.
 *
 * @throws UserError where nothing was changed, with what to do; or where it was interrupted, saying so
 */
export async function deploy(options: DeployOptions, deployer: Deployer): Promise<Deployed> {
	const { stacks, s3, progress, flink } = deployer;
	const workbench = await deployer.workbench();
	const warnings = await progress.step("Checking the SQL", () => checkSql(workbench, options.sqlDir));
	if (warnings > 0) progress.say(`${warnings} warnings: npx tidemark sql check`);

	let place = await stacks.place();
	let planned: Prepared | undefined;
	const there = place ? await flink.describe() : undefined;
	if (place && there) {
		const resumed = await takeUp(place, deployer);
		if (resumed?.end === "old") return resumed;
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
			release,
			phase: "snapshot",
			before: {
				release: planned.running?.facts?.id ?? null,
				configuration: before,
				version: running.ApplicationVersionId ?? 0,
				running: running.ApplicationStatus === "RUNNING",
			},
			to: { configuration: to, role: place.JobRoleArn, restore: planned.restore },
			force: options.force,
			watchSeconds: options.watchSeconds,
		}),
		deployer.now,
	);
	// Somebody else's, begun while this one was planned and left since.
	if (journal.resumed && journal.entry.release !== release) return finish(place, journal, deployer);
	return { ...(await finish(place, journal, deployer)), verdict: planned.outcome?.verdict ?? "first" };
}

/** What {@link deploy} would do, changing nothing: a line for each step. */
export async function rehearse(options: DeployOptions, deployer: Deployer): Promise<string[]> {
	const { stacks, flink, s3, progress } = deployer;
	await progress.step("Checking the SQL", async () => checkSql(await deployer.workbench(), options.sqlDir));
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
	if (isTheSame(planned, there)) return [diff, "The application runs this release: nothing is to be done for it."];
	return [
		...(left ? [`First: the deploy of ${left.release} by ${left.by} is taken up at the step ${left.phase}.`] : []),
		diff,
		...(planned.outcome ? [reportOf(planned.outcome)] : []),
		...(planned.changed.length > 0 ? [`Changed SQL: ${planned.changed.join(", ")}`] : ["No SQL changed."]),
		...(runs ? [options.force ? "The job is stopped by force." : "A snapshot is taken, and waited for."] : []),
		`The application gets the new release and ${startsAnew(planned.restore) ? "starts without state" : `goes on from its newest snapshot${planned.restore.allowNonRestored ? ", with what can be kept" : ""}`}.`,
		`It is watched for ${options.watchSeconds} s; where it is not healthy, what ran before comes back with its state.`,
	];
}

/** Goes on with a deploy that was interrupted, wherever it was; undefined where there is none. */
export async function takeUp(place: Place, deployer: Deployer): Promise<Deployed | undefined> {
	const { s3, progress, now } = deployer;
	const left = await readJournal(s3, place.CodeBucket);
	if (!left) return undefined;
	const journal = await openJournal(
		s3,
		place.CodeBucket,
		() => Promise.reject(new UserError("The interrupted deploy was ended elsewhere: try again")),
		now,
	);
	progress.say(`Taking up the deploy of ${left.release} by ${left.by}, at the step ${left.phase}`);
	return finish(place, journal, deployer);
}

/** Takes a deploy to its end, and says what to do where that does not work. */
async function finish(place: Place, journal: Journal, deployer: Deployer): Promise<Deployed> {
	const { now } = deployer;
	const { entry } = journal;
	try {
		const ending = await rollOut({
			...deployer,
			journal,
			watch: () => deployer.watch(place, journal, now(), startsAnew(entry.to.restore)),
		});
		await journal.finish(ending.end === "new" ? "new" : `old: ${ending.why}`);
		return { ...ending, release: entry.release, verdict: "" };
	} catch (error) {
		await journal.leave().catch(() => {}); // where nothing gets through, its time runs out
		const said = messageOf(error);
		throw new UserError(
			`The deploy of ${entry.release} was interrupted at the step "${entry.phase}": ${said}${said.endsWith(".") ? "" : "."} ${nextSteps(error)}`,
			{ cause: error },
		);
	}
}

function nextSteps(error: unknown): string {
	const renew = isExpired(error) ? "Sign in again, then " : "";
	return `${renew}"npx tidemark deploy" takes it up from there, and "npx tidemark status" says what runs.`;
}

function isExpired(error: unknown): boolean {
	return error instanceof Error && /Expired|CredentialsProvider|InvalidClientToken|UnrecognizedClient/.test(error.name);
}
