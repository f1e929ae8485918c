import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { configurationOf } from "../../../infra/release/configuration.ts";
import { openJournal } from "../../../infra/release/journal.ts";
import type { Fault } from "../../support/managed_flink.ts";
import { type Application, type Pipeline, pipeline } from "./deploying.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let aws: Pipeline;
let app: Application;
/** Releases, oldest first: they differ by their parallelism. */
let first: string;
let second: string;
let third: string;

beforeAll(async () => {
	aws = await pipeline();
});

afterAll(() => aws?.[Symbol.asyncDispose]());

beforeEach(async () => {
	app = await aws.application();
	first = (await app.deploy()).release;
	second = (await app.deploy({ parallelism: 2 })).release;
	third = (await app.deploy({ parallelism: 3 })).release;
});

const runs = () => aws.standIn.runs.filter(({ application }) => application === app.name);
const code = () => `code-${app.name.split("-").at(-1)}`;

test("the release before runs again, with the state of the time when it was replaced, and a snapshot of now for the way back", async () => {
	expect(await app.rollBack()).toMatchObject({ end: "new", release: second, seen: ["all well"] });
	expect(await app.now()).toMatchObject({ status: "RUNNING", release: second, parallelism: 2 });
	expect(runs().at(-1)).toMatchObject({
		restoredFrom: { type: "RESTORE_FROM_CUSTOM_SNAPSHOT", snapshotName: `tidemark-${third}` },
		allowNonRestored: false,
	});
	const names = (await app.deployer().flink.snapshots()).map(({ SnapshotName }) => SnapshotName);
	expect(names).toContainEqual(expect.stringMatching(/^tidemark-before-rollback-\d{8}T\d{9}Z$/));
	expect(await app.keys("deploys/current.json")).toEqual([]);

	expect(await app.rollBack()).toMatchObject({ release: first });
	await expect(app.rollBack()).rejects.toThrow(`${first} is the first release: there is none before it`);
	// Forward again it is a deploy, with the state that runs.
	expect(await app.deploy({ parallelism: 3 })).toMatchObject({ end: "new", verdict: "compatible" });
});

test("a release that is named runs with the state of when that one was replaced, or with another that is named", async () => {
	await expect(app.rollBack({ release: "nothing" })).rejects.toThrow(
		/No release before the one that runs is called nothing/,
	);
	await expect(app.rollBack({ release: third })).rejects.toThrow(/has the release \S+ already/);
	await expect(app.rollBack({ snapshot: "nothing" })).rejects.toThrow(
		/no snapshot nothing that is ready: .*tidemark-\d/,
	);
	expect(await app.now()).toMatchObject({ release: third });
	expect(await app.rollBack({ release: first })).toMatchObject({ end: "new", release: first });
	expect(runs().at(-1)).toMatchObject({ restoredFrom: { snapshotName: `tidemark-${second}` } });
});

describe("what runs now comes back", () => {
	test("where the earlier release does not start", async () => {
		const [name, before] = [app.name, second];
		aws.standIn.whenStarted((_, { application, sqlLocation }) =>
			application === name && sqlLocation?.includes(before)
				? { fails: "java.lang.IllegalStateException: the stream has it no more" }
				: undefined,
		);
		expect(await app.rollBack()).toMatchObject({ end: "old", why: expect.stringContaining("has it no more") });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: third, parallelism: 3 });
	});

	test("where it is not healthy, with its own newest state", async () => {
		const watched = [{ problems: ["the job restarted 3 times"], seen: [] }];
		expect(await app.rollBack({ watched })).toMatchObject({ end: "old", running: true, why: watched[0]?.problems[0] });
		expect(await app.now()).toMatchObject({ status: "RUNNING", release: third });
		const snapshots = await app.deployer().flink.snapshots();
		const from = snapshots.find(({ SnapshotName }) => SnapshotName === runs().at(-1)?.restoredFrom?.snapshotName);
		expect(from?.SnapshotName).toMatch(/^(UPDATEAPPLICATION|tidemark-before-rollback)-/);
	});
});

test("a job that can take no snapshot is left as it is; --force stops it without one", async () => {
	aws.standIn.whenSnapshotted((name) => name.startsWith("tidemark-before"));
	expect(await app.rollBack()).toMatchObject({
		end: "old",
		why: expect.stringMatching(/can take no snapshot.*--force/),
	});
	expect(await app.now()).toMatchObject({ status: "RUNNING", release: third });
	expect(await app.rollBack({ force: true })).toMatchObject({ end: "new", release: second });
	expect(runs().at(-1)).toMatchObject({ restoredFrom: { snapshotName: `tidemark-${third}` } });
	aws.standIn.whenSnapshotted(() => false);
});

test("a stopped application has the earlier release and runs", async () => {
	const { flink } = app.deployer();
	await flink.stop(true);
	await vi.waitFor(async () => expect(await app.now()).toMatchObject({ status: "READY" }));
	expect(await app.rollBack()).toMatchObject({ end: "new", release: second });
	expect(await app.now()).toMatchObject({ status: "RUNNING", release: second });
});

test("a deploy that was interrupted has to be taken up first, and one that is under way to be over", async () => {
	const { s3, flink } = app.deployer();
	const configuration = configurationOf((await flink.describe()) ?? ({} as never));
	const restore = { type: "RESTORE_FROM_LATEST_SNAPSHOT", allowNonRestored: false } as const;
	const journal = await openJournal(s3, code(), async () => ({
		command: "deploy",
		release: "other",
		phase: "snapshot",
		wayBack: "tidemark-other",
		before: { release: third, configuration, version: 3, running: true },
		to: { configuration, restore },
		force: false,
		watchSeconds: 1,
	}));
	await expect(app.rollBack()).rejects.toThrow(/Not now: the deploy of other is under way/);
	await journal.leave();
	await expect(app.rollBack()).rejects.toThrow(
		/the deploy of other was interrupted, and "npx tidemark deploy" takes it up/,
	);
	await journal.finish("over");
	expect(await app.rollBack()).toMatchObject({ release: second });
});

// The steps are those of a deploy, which is interrupted in each way; here by the worst: what was asked is done, unheard.
const faults: Fault[] = ["reset-after"];

test.each(faults)(
	"one that is interrupted by %s at any request is taken up by the next, which ends it",
	async (fault) => {
		const before = aws.standIn.calls.length;
		await app.rollBack();
		const requests = aws.standIn.calls.length - before;
		expect(requests).toBeGreaterThan(15);
		let interrupted = 0;
		for (let nth = 1; nth <= requests; nth++) {
			const { release: newest } = await app.deploy({ parallelism: 3 + (nth % 5) });
			using order = aws.standIn.fail(nth, fault);
			const ended = await app.rollBack().catch((error: Error) => error);
			order.lift();
			const at = `request ${nth}: ${(ended as Error).message}`;
			if (!(ended instanceof Error)) expect(ended, at).toMatchObject({ end: "new", release: second });
			else if (ended.message.includes("was interrupted at the step")) {
				interrupted++;
				expect(ended.message).toMatch(/^The rollback of .*"npx tidemark rollback" takes it up/);
				expect(await app.rollBack(), at).toMatchObject({ end: "new", release: second });
			} else if ((await app.now()).release !== second) {
				// Before its journal was there.
				expect(await app.now(), at).toMatchObject({ status: "RUNNING", release: newest });
				expect(await app.rollBack(), at).toMatchObject({ end: "new", release: second });
			}
			expect(await app.now(), at).toMatchObject({ status: "RUNNING", release: second, parallelism: 2 });
			expect(await app.keys("deploys/current.json"), at).toEqual([]);
		}
		expect(interrupted).toBeGreaterThan(5);
	},
);
