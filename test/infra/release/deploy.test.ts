import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { deploy, rehearse } from "../../../infra/release/deploy.ts";
import { openJournal } from "../../../infra/release/journal.ts";
import type { Fault } from "../../support/managed_flink.ts";
import { type Application, editedSql, type Pipeline, pipeline } from "./deploying.ts";

// The first of them plan the whole job, some of them twice.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let aws: Pipeline;
/** Folders of SQL: the same job with another comment, one that loses a window's state, one that cannot be planned. */
let comment: string;
let lossy: string;
let broken: string;

beforeAll(async () => {
	aws = await pipeline();
	comment = editedSql(aws.dir, "comment", "2_views/bars_1m.sql", (text) => `${text}-- Closed minutes.\n`);
	lossy = editedSql(aws.dir, "lossy", "2_views/bars_1m.sql", (text) => text.replace("MAX(high)", "MAX(price)"));
	broken = editedSql(aws.dir, "broken", "2_views/bars_1m.sql", (text) => text.replace("MAX(high)", "MAX(hihg)"));
});

afterAll(() => aws?.[Symbol.asyncDispose]());

/** The actions of Managed Flink since a call. */
function actionsSince(number: number): string[] {
	return aws.standIn.calls
		.slice(number)
		.flatMap(({ service, action }) => (/kinesisanalytics/i.test(service) ? [action] : []));
}

const CHANGES = /^(Create|Update|Start|Stop|Rollback|Delete)/;

describe("an application that was never started", () => {
	test("gets the release, starts without state, and is watched", async () => {
		const app = await aws.application();
		const { watched } = { watched: [{ problems: [], seen: ["12 bars came out"] }] };
		const done = await app.deploy({ watched });
		expect(done).toMatchObject({ end: "new", verdict: "first", seen: ["12 bars came out"] });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: done.release });
		expect(aws.standIn.runs.filter(({ application }) => application === app.name)).toMatchObject([
			{
				sqlLocation: expect.stringContaining(done.release),
				fileKey: expect.stringMatching(/^runners\/[0-9a-f]{64}\.jar$/),
			},
		]);
		expect(await app.keys("deploys/current.json")).toEqual([]);
		expect(await app.keys("deploys/history/")).toHaveLength(1);
		expect(await app.keys("releases/")).toEqual([
			`releases/${done.release}/release.json`,
			`releases/${done.release}/sql.zip`,
		]);
	});

	test("stays stopped, with what it had, where the first release does not start", async () => {
		const app = await aws.application();
		aws.standIn.whenStarted((_, { application, sqlLocation }) =>
			application === app.name && sqlLocation?.includes("releases/")
				? { fails: "org.apache.flink.runtime.JobException: no such topic" }
				: undefined,
		);
		const done = await app.deploy();
		expect(done).toMatchObject({ end: "old", running: false, why: expect.stringContaining("no such topic") });
		expect(await app.now()).toMatchObject({ status: "READY", release: undefined });
	});
});

describe("an application that runs", () => {
	let app: Application;
	let first: string;

	beforeEach(async () => {
		app = await aws.application();
		first = (await app.deploy()).release;
	});

	test("is left alone where it runs this release already", async () => {
		const before = aws.standIn.calls.length;
		expect(await app.deploy()).toEqual({ end: "same", release: first, verdict: "compatible" });
		expect(actionsSince(before).filter((action) => CHANGES.test(action))).toEqual([]);
	});

	test("goes on from its state with a compatible edit, after a snapshot for the way back", async () => {
		const before = aws.standIn.calls.length;
		const done = await app.deploy({ sqlDir: comment });
		expect(done).toMatchObject({ end: "new", verdict: "compatible" });
		expect(actionsSince(before).filter((action) => CHANGES.test(action))).toEqual([
			"CreateApplicationSnapshot",
			"UpdateApplication",
		]);
		expect(runsOf(app).at(-1)).toMatchObject({
			sqlLocation: expect.stringContaining(done.release),
			restoredFrom: { type: "RESTORE_FROM_LATEST_SNAPSHOT" },
			allowNonRestored: false,
			outcome: "runs",
		});
		const names = (await app.deployer().flink.snapshots()).map(({ SnapshotName }) => SnapshotName);
		expect(names).toContain(`tidemark-${done.release}`);
	});

	test("is not touched by an edit that loses state, nor are the stacks; the state is named", async () => {
		const before = aws.standIn.calls.length;
		const stacks = app.stacksDeployed();
		await expect(app.deploy({ sqlDir: lossy })).rejects.toThrow(
			/Not deployed: the edit is partly compatible[\s\S]*what MAX takes \(was high, is price\) of the 1-minute window[\s\S]*--accept-state-loss/,
		);
		expect(actionsSince(before).filter((action) => CHANGES.test(action))).toEqual([]);
		expect(app.stacksDeployed()).toBe(stacks);
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: first });
	});

	test("goes on with what can be kept where the loss is accepted", async () => {
		expect(await app.deploy({ sqlDir: lossy, acceptStateLoss: true })).toMatchObject({
			end: "new",
			verdict: "partly compatible",
		});
		expect(runsOf(app).at(-1)).toMatchObject({
			restoredFrom: { type: "RESTORE_FROM_LATEST_SNAPSHOT" },
			allowNonRestored: true,
		});
	});

	test("starts anew where it is to be rebuilt from the stream, which has to be accepted too", async () => {
		await expect(app.deploy({ sqlDir: comment, rebuild: {} })).rejects.toThrow(/--accept-state-loss too/);
		expect(await app.deploy({ sqlDir: comment, rebuild: {}, acceptStateLoss: true })).toMatchObject({
			end: "new",
		});
		expect(runsOf(app).at(-1)).toMatchObject({ restoredFrom: { type: "SKIP_RESTORE_FROM_SNAPSHOT" } });
		expect(await app.beginning()).toMatchObject({ INITIAL_POSITION: "TRIM_HORIZON" });
	});

	test("starts anew at an instant of the stream, and then computes days of the lake again", async () => {
		const rebuild = { at: "2026-11-26T00:00:00.000Z", days: { from: "2026-11-20", to: "2026-11-25" } };
		const what = { sqlDir: comment, rebuild, acceptStateLoss: true };
		expect((await rehearse(app.options(what), app.deployer())).join("\n")).toMatch(
			/starts without state, with what arrived in the stream from 2026-11-26T00:00:00\.000Z on[\s\S]*2026-11-20 to 2026-11-25 are computed again/,
		);
		const done = await app.deploy(what);
		expect(done).toMatchObject({ end: "new", seen: expect.arrayContaining(["Each table changed"]) });
		expect(app.backfilled).toEqual([rebuild.days]);
		const there = { INITIAL_POSITION: "AT_TIMESTAMP", INITIAL_TIMESTAMP: rebuild.at };
		expect(await app.beginning()).toMatchObject(there);
		// What it began with stays with the state: a shard of which nothing was read yet begins there.
		expect(await app.deploy({ sqlDir: comment })).toMatchObject({ end: "same", release: done.release });
		expect(await app.deploy({ sqlDir: comment, parallelism: 2 })).toMatchObject({ end: "new" });
		expect(await app.beginning()).toMatchObject(there);
		expect(app.backfilled).toHaveLength(1);
	});

	test("says what is left to do where the days of the lake cannot be computed again", async () => {
		const deployer = app.deployer();
		deployer.backfill = () => Promise.reject(new Error("no KPUs left"));
		const days = { from: "2026-11-25", to: "2026-11-25" };
		const options = app.options({ sqlDir: comment, rebuild: { days }, acceptStateLoss: true });
		await expect(deploy(options, deployer)).rejects.toThrow(
			/runs and is healthy, but 2026-11-25 to 2026-11-25 were not .*no KPUs left.*lake backfill --aws --from 2026-11-25 --to/,
		);
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: expect.not.stringContaining(first) });
		expect(await app.keys("deploys/current.json")).toEqual([]);
	});

	test("is not touched by SQL that cannot be planned; file, line and word are named", async () => {
		const before = aws.standIn.calls.length;
		await expect(app.deploy({ sqlDir: broken })).rejects.toThrow(/2_views\/bars_1m\.sql:\d+:\d+[\s\S]*hihg/);
		expect(aws.standIn.calls.length).toBe(before);
	});

	test("runs the release before again where the new one does not start, with Flink's own words", async () => {
		const [name, before] = [app.name, first];
		aws.standIn.whenStarted((_, { application, sqlLocation }) =>
			application === name && !sqlLocation?.includes(before)
				? { fails: "java.lang.IllegalStateException: Cannot map savepoint state for operator 17" }
				: undefined,
		);
		const done = await app.deploy({ sqlDir: comment });
		expect(done).toMatchObject({ end: "old", running: true, why: expect.stringContaining("operator 17") });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: first });
	});

	test("runs the release before again where the update hangs", async () => {
		const [name, before] = [app.name, first];
		aws.standIn.whenStarted((_, { application, sqlLocation }) =>
			application === name && !sqlLocation?.includes(before) ? "hangs" : undefined,
		);
		const done = await app.deploy({ sqlDir: comment });
		expect(done).toMatchObject({ end: "old", running: true, why: expect.stringContaining("UPDATING for more than") });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: first });
		expect(runsOf(app).at(-1)).toMatchObject({ sqlLocation: expect.stringContaining(first), outcome: "runs" });
	});

	test("comes back with its own last state where the new release runs and is not healthy", async () => {
		const watched = [
			{ problems: ["the 1m bar of A at 2026-01-01T00:00:00.000Z has open 3, high 2, low 1, close 1"], seen: [] },
		];
		const done = await app.deploy({ sqlDir: comment, watched });
		expect(done).toMatchObject({ end: "old", running: true, why: expect.stringContaining("has open 3, high 2") });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: first });
		const last = runsOf(app).at(-1);
		expect(last).toMatchObject({ restoredFrom: { type: "RESTORE_FROM_CUSTOM_SNAPSHOT" } });
		// Not what the new release left behind: of the version that ran before.
		const snapshots = await app.deployer().flink.snapshots();
		const from = snapshots.find(({ SnapshotName }) => SnapshotName === last?.restoredFrom?.snapshotName);
		expect(from?.SnapshotName).toMatch(/^(UPDATEAPPLICATION|tidemark)-/);
		const others = snapshots.filter(
			({ SnapshotCreationTimestamp: at }) =>
				at && from?.SnapshotCreationTimestamp && at > from.SnapshotCreationTimestamp,
		);
		for (const { ApplicationVersionId } of others) expect(ApplicationVersionId).not.toBe(from?.ApplicationVersionId);
	});

	test("is not touched where it can take no snapshot; --force goes on from the newest one", async () => {
		aws.standIn.whenSnapshotted((name) => name.startsWith("tidemark-"));
		const before = aws.standIn.calls.length;
		const done = await app.deploy({ sqlDir: comment });
		expect(done).toMatchObject({
			end: "old",
			running: true,
			why: expect.stringMatching(/no snapshot: .*FAILED.*--force/),
		});
		expect(actionsSince(before)).not.toContain("UpdateApplication");
		expect(await app.deploy({ sqlDir: comment, force: true })).toMatchObject({ end: "new" });
		expect(actionsSince(before).filter((action) => CHANGES.test(action))).toEqual([
			"CreateApplicationSnapshot",
			"StopApplication",
			"UpdateApplication",
			"StartApplication",
		]);
		aws.standIn.whenSnapshotted(() => false);
	});

	test("is not touched where somebody else changed it meanwhile", async () => {
		const deployer = app.deployer();
		const { flink } = deployer;
		const raced = app.options({ sqlDir: comment });
		const createSnapshot = flink.createSnapshot;
		flink.createSnapshot = async (name) => {
			await createSnapshot(name);
			const detail = await flink.describe();
			const { configurationOf } = await import("../../../infra/release/configuration.ts");
			const configuration = configurationOf(detail as never);
			const sizes = configuration.FlinkApplicationConfiguration?.ParallelismConfiguration;
			if (sizes) sizes.Parallelism = 7;
			await flink.update({
				version: detail?.ApplicationVersionId ?? 0,
				configuration,
				restore: { type: "RESTORE_FROM_LATEST_SNAPSHOT", allowNonRestored: false },
			});
		};
		expect(await deploy(raced, deployer)).toMatchObject({
			end: "old",
			why: expect.stringMatching(/changed by somebody else/),
		});
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: first, parallelism: 7 });
	});

	test("is deployed by one at a time; who is at work is named", async () => {
		const { s3 } = app.deployer();
		const number = app.name.split("-").at(-1);
		const entry = { command: "deploy", release: "other", phase: "start", force: false, watchSeconds: 1 } as never;
		const journal = await openJournal(s3, `code-${number}`, async () => entry);
		await expect(app.deploy({ sqlDir: comment })).rejects.toThrow(/@.* is deploying other since .*step: start/);
		expect(await app.now()).toMatchObject({ release: first });
		await journal.finish("over");
		expect(await app.deploy({ sqlDir: comment })).toMatchObject({ end: "new" });
	});

	test("--dry-run says each step and changes nothing", async () => {
		const before = aws.standIn.calls.length;
		const steps = (await rehearse(app.options({ sqlDir: comment }), app.deployer())).join("\n");
		expect(steps).toMatch(
			/compatible: \d+ kept[\s\S]*2_views\/bars_1m\.sql[\s\S]*snapshot is taken[\s\S]*goes on from its newest/,
		);
		expect(actionsSince(before).filter((action) => CHANGES.test(action))).toEqual([]);
		expect(aws.standIn.calls.slice(before).filter(({ method }) => method === "PUT")).toEqual([]);
	});

	function runsOf({ name }: Application) {
		return aws.standIn.runs.filter(({ application }) => application === name);
	}
});

describe("a deploy that is interrupted", () => {
	const faults: Fault[] = ["reset-before", "reset-after", "expired"];

	test.each(faults)(
		"by %s at any request is taken up, and ends with the new release, which runs",
		async (fault) => {
			const app = await aws.application();
			await app.deploy();
			let parallelism = 1;
			const first = aws.standIn.calls.length;
			await app.deploy({ parallelism: ++parallelism });
			const requests = aws.standIn.calls.length - first;
			expect(requests).toBeGreaterThan(20);
			const interrupted: string[] = [];
			for (let nth = 1; nth <= requests; nth++) {
				using order = aws.standIn.fail(nth, fault);
				parallelism = (parallelism % 8) + 1;
				const ended = await app.deploy({ parallelism }).catch((error: Error) => error);
				order.lift();
				if (ended instanceof Error) interrupted.push(ended.message);
				else expect(ended, `request ${nth}`).toMatchObject({ end: expect.stringMatching(/^(new|same)$/) });
				const again = await app.deploy({ parallelism });
				expect(again.end, `after request ${nth}: ${(ended as Error).message}`).toMatch(/^(new|same)$/);
				expect(await app.now(), `after request ${nth}`).toMatchObject({ status: "RUNNING", parallelism });
				expect(await app.keys("deploys/current.json"), `after request ${nth}`).toEqual([]);
			}
			expect(interrupted.length).toBeGreaterThan(10);
			const late = interrupted.filter((message) => message.includes("was interrupted at the step"));
			expect(late.length).toBeGreaterThan(5);
			for (const message of late) expect(message).toMatch(/"npx tidemark deploy" takes it up/);
			if (fault === "expired") for (const message of late) expect(message).toMatch(/Sign in again/);
		},
		300_000,
	);

	test("on its way back goes on with that, and ends with the release before", async () => {
		const app = await aws.application();
		const { release } = await app.deploy();
		const watched = [{ problems: ["the job restarted 3 times"], seen: [] }];
		let seen = 0;
		const before = aws.standIn.calls.length;
		// The second update is the way back.
		using order = aws.standIn.fail(({ action }) => action === "UpdateApplication" && ++seen === 2, "expired");
		await expect(app.deploy({ parallelism: 2, watched })).rejects.toThrow(/at the step "back".*Sign in again/);
		expect(order.hits.length).toBe(1);
		expect(await app.deploy({ parallelism: 2 })).toMatchObject({ end: "old", why: "the job restarted 3 times" });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release, parallelism: 1 });
		expect(actionsSince(before)).toContain("UpdateApplication");
	});
});
