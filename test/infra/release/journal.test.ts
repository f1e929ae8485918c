import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { emulated } from "../../../infra/emulated.ts";
import { type Beginning, openJournal, readJournal, sayUnderWay, self } from "../../../infra/release/journal.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";

let emulator: TestEmulator;
let s3: S3Client;
let bucket: string;
let count = 0;
let time: number;

const configuration = { EnvironmentProperties: { PropertyGroups: [] } };
const begun: Beginning = {
	command: "deploy",
	release: "two",
	wayBack: "tidemark-two",
	phase: "snapshot",
	before: { release: "one", configuration, version: 3, running: true },
	to: { configuration, restore: { type: "RESTORE_FROM_LATEST_SNAPSHOT", allowNonRestored: false } },
	force: false,
	watchSeconds: 5,
};

beforeAll(async () => {
	emulator = await testEmulator();
	s3 = new S3Client({ ...emulated(emulator.endpoint), forcePathStyle: true });
});

afterAll(async () => {
	s3?.destroy();
	await emulator?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
	bucket = `code-${++count}`;
	time = Date.parse("2026-11-26T13:00:00.000Z");
	await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

const now = () => new Date(time);
const open = () => openJournal(s3, bucket, async () => begun, now);

test("a new journal has what was begun, by whom and when, and is kept at once", async () => {
	const journal = await open();
	expect(journal.resumed).toBe(false);
	expect(await readJournal(s3, bucket)).toEqual({
		...begun,
		by: self(),
		startedAt: "2026-11-26T13:00:00.000Z",
		seenAt: "2026-11-26T13:00:00.000Z",
		starts: 0,
		returns: 0,
	});
});

test("while somebody is at work nobody else begins, and who it is is said", async () => {
	const journal = await open();
	time += 179_000;
	await expect(open()).rejects.toThrow(
		`${self()} is deploying two since 2026-11-26T13:00:00.000Z (step: snapshot). Wait until it is done`,
	);
	expect(await sayUnderWay(s3, bucket, now())).toMatch(/^the deploy of two is under way .*step snapshot/);
	await journal.save(); // seen again
	time += 179_000;
	await expect(open()).rejects.toThrow(/is deploying two/);
});

test("of two that begin at the same time one does", async () => {
	const both = await Promise.allSettled([open(), open(), open()]);
	expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("one who is gone is taken over after three minutes, where it was, and finds out when it is back", async () => {
	const lost = await open();
	await lost.save({ phase: "start", snapshot: "tidemark-two", starts: 1 });
	time += 180_000;
	expect(await sayUnderWay(s3, bucket, now())).toMatch(/was interrupted, and "npx tidemark deploy" takes it up/);
	const journal = await open();
	expect(journal.resumed).toBe(true);
	expect(journal.entry).toMatchObject({
		phase: "start",
		snapshot: "tidemark-two",
		starts: 1,
		startedAt: "2026-11-26T13:00:00.000Z",
	});
	await expect(lost.save({ phase: "watch" })).rejects.toThrow(
		/Another process has taken this deploy over: .*step: start/,
	);
	await journal.save({ phase: "watch" });
	expect((await readJournal(s3, bucket))?.phase).toBe("watch");
});

test("one that was left is taken up at once", async () => {
	const journal = await open();
	await journal.save({ phase: "back", why: "the job restarted 3 times" });
	await journal.leave();
	expect((await open()).entry).toMatchObject({ phase: "back", why: "the job restarted 3 times" });
});

test("one that is done is put away with its result, and the next begins anew", async () => {
	const journal = await open();
	time += 60_000;
	await journal.finish("old: it does not start");
	expect(await readJournal(s3, bucket)).toBeUndefined();
	expect(await sayUnderWay(s3, bucket, now())).toBeUndefined();
	const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "deploys/history/" }));
	expect(Contents.map(({ Key }) => Key)).toEqual(["deploys/history/two-20261126T130100Z.json"]);
	const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key }));
	expect(JSON.parse((await Body?.transformToString()) ?? "")).toMatchObject({
		release: "two",
		result: "old: it does not start",
		endedAt: "2026-11-26T13:01:00.000Z",
	});
	expect((await open()).resumed).toBe(false);
});
