/** Releases, edits, a way back and a rollback, with real jobs of Flink: whatever runs in between, each bar ends once and right. */
import { join } from "node:path";
import { GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { applicationConfiguration } from "../../infra/application-configuration.ts";
import { readConfig } from "../../infra/config.ts";
import { emulated, emulatedRegion } from "../../infra/emulated.ts";
import { barsSince } from "../../infra/release/bars-seen.ts";
import type { Configuration } from "../../infra/release/configuration.ts";
import { type Deployer, deploy } from "../../infra/release/deploy.ts";
import { readCommits } from "../../infra/release/lake-commits.ts";
import { rollBack } from "../../infra/release/rollback.ts";
import { type Place, placesIn } from "../../infra/release/stacks.ts";
import { watchJob } from "../../infra/release/watch.ts";
import { drain } from "../../local/drain.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { startProgress } from "../../local/progress.ts";
import { readSqlFiles } from "../../local/release.ts";
import { kinesisClient } from "../../producer/client.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { expectedOf } from "../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../e2e/market.ts";
import { testEmulator } from "../support/emulator.ts";
import { highsAndLowsSwapped, insertsReversed } from "./edits.ts";
import { managedFlinkOnCluster } from "./managed.ts";
import { BUCKET, makePlaces, names, stream } from "./places.ts";
import { expectLake, expectStream, readOver } from "./results.ts";

const SHARDS = 2;
const place: Place = {
	TradesStream: stream("TRADES"),
	BarsStream: stream("BARS"),
	TicksStream: stream("TICKS"),
	HitsStream: stream("HITS"),
	LakeBucket: BUCKET,
	LakeDatabase: names.LAKE_DATABASE ?? "",
	CodeBucket: "code",
	JobRoleArn: "arn:aws:iam::000000000000:role/job",
	JobLogGroup: "job",
};

test("an edit keeps its state, a wrong one is taken back by itself, and a rollback computes again: bars and trades are exact", async () => {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	const { java } = await findPrerequisites(["jdk"]);
	const rows = await tradesBetween("13:30", "14:30");
	const third = Math.floor(rows.length / 3);
	const parts = [rows.slice(0, third), rows.slice(third, 2 * third), rows.slice(2 * third)];
	const files = parts.map((part, i) => writeCsv(dir, `trades-${i}.csv`, part));
	const expected = await expectedOf(writeCsv(dir, "trades.csv", rows));
	await makePlaces(endpoint, SHARDS);

	const client = emulated(endpoint);
	const s3 = new S3Client({ ...client, forcePathStyle: true });
	const glue = new GlueClient(client);
	const kinesis = kinesisClient({ endpoint, maxAttempts: 3 });
	const workbench = await startWorkbench({ java });
	await s3.send(new CreateBucketCommand({ Bucket: place.CodeBucket }));
	const asset = Object.entries(readSqlFiles(sqlDir)).map(([path, text]) => [path, strToU8(text)]);
	await s3.send(new PutObjectCommand({ Bucket: "code", Key: "asset.zip", Body: zipSync(Object.fromEntries(asset)) }));
	const config = { ...readConfig({ endpoints: { aws: endpoint } }), parallelism: 2 };
	const made = applicationConfiguration(config, {
		code: { bucketArn: "arn:aws:s3:::code", fileKey: "asset.jar" },
		sqlLocation: "s3://code/asset.zip",
		places: placesIn(place, config, emulatedRegion),
	}) as Configuration;
	const flink = managedFlinkOnCluster(dir, java, made);
	let clocks = 0;
	const send = async (part: number, close = false) => {
		const feed = await openFeed({ kind: "replay", files: [files[part] ?? ""], speed: "max" });
		const sent = await publish(feed, { stream: place.TradesStream, kinesis: { endpoint }, close });
		clocks += sent.clocks;
		return sent;
	};
	const rest = () => {
		const cluster = flink.cluster();
		if (!cluster) throw new Error("No job runs");
		return cluster.rest;
	};

	const readSoFar = async () => {
		const job = await rest().job();
		return job && (await rest().numbers(job)).recordsRead;
	};

	/** What comes while the new job is looked at. */
	let meanwhile = async () => {};
	const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
	const now = () => new Date();
	const deployer: Deployer = {
		stacks: {
			place: async () => place,
			hasApplication: async () => true,
			deploy: async () => {},
			diff: async () => "no change",
		},
		flink,
		s3,
		planner: workbench,
		backfill: async () => [],
		async watch(_, journal, since, catchesUp) {
			await meanwhile();
			const unknown = { lastCheckpointBytes: null, lastCheckpointMs: null, failedCheckpoints: null, behindMs: null };
			return watchJob({
				sights: {
					status: async () => (await flink.describe())?.ApplicationStatus ?? "",
					metrics: async () => ({ ...unknown, restarts: null, tradesIn: null, barsOut: null }),
					bars: (from) => barsSince(kinesis, place.BarsStream, from),
					commits: (name) => readCommits(glue, s3, { database: place.LakeDatabase, name }),
				},
				since,
				seconds: journal.entry.watchSeconds,
				checkpointMs: 60_000,
				silenceMinimum: config.silenceMinimum,
				catchesUp,
				everyMs: 500,
				sleep: wait,
				now,
				onLook: () => journal.save(),
			});
		},
		patience: { everyMs: 500, timeoutMs: 600_000, sleep: wait, elapsed: () => performance.now() },
		now,
		progress: startProgress(),
	};
	const deployed = (folder: string, watchSeconds: number) =>
		deploy(
			{
				config,
				region: emulatedRegion,
				sqlDir: folder,
				runnerJar: config.runnerJar,
				force: false,
				watchSeconds,
				acceptStateLoss: false,
			},
			deployer,
		);

	try {
		const first = await deployed(sqlDir, 0);
		expect(first).toMatchObject({ end: "new", verdict: "first" });
		await send(0);
		await readOver(rest(), third);

		const second = await deployed(insertsReversed(join(dir, "reversed")), 0);
		expect(second).toMatchObject({ end: "new", verdict: "compatible" });
		// The state says so: the job had read them before, and gives no number of a subtask before that has one.
		await expect.poll(readSoFar, { timeout: 60_000, interval: 500 }).toBe(third);

		meanwhile = async () => {
			meanwhile = async () => {};
			await send(1);
		};
		const wrong = await deployed(highsAndLowsSwapped(join(dir, "swapped")), 300);
		expect(wrong).toMatchObject({ end: "old", running: true, why: expect.stringMatching(/bar of \w+ at .* has open/) });
		expect((await flink.describe())?.ApplicationStatus).toBe("RUNNING");
		const sent = await send(2, true);
		const closed = { records: rows.length, clocks, closedAt: Date.parse(sent.closedAt as string) };
		const all = { everyMs: 1_000, stuckMs: 300_000 };
		expect(await drain(rest(), closed, config.lateness * 1000, all)).toMatchObject({ recordsRead: rows.length });
		await expectLake(endpoint, rows.length, expected.bars);

		const back = await rollBack({ force: false, watchSeconds: 0 }, place, deployer);
		expect(back).toMatchObject({ end: "new", release: first.release });
		expect(flink.restores.at(-1)).toBe(`tidemark-${second.release}`);
		expect(await drain(rest(), closed, config.lateness * 1000, all)).toMatchObject({ recordsRead: rows.length });
		await expectLake(endpoint, rows.length, expected.bars);
		// The wrong bars were sent, and the right ones after them.
		await expectStream(endpoint, expected.bars, { corrected: true });
	} finally {
		await flink.kill();
		await workbench.stop();
		for (const each of [s3, glue, kinesis]) each.destroy();
	}
});
