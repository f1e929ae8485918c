/** The commands as their users call them, over the stacks that the CDK makes on the emulator. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alertKey, textOf } from "../../../alerting/deliver/keys.ts";
import { AlertTable } from "../../../alerting/deliver/table.ts";
import { newSeries } from "../../../alerting/engine/engine.ts";
import { emulated, emulatedEnvironment } from "../../../infra/emulated.ts";
import { documentClient } from "../../../landing/dynamodb/client.ts";
import { root } from "../../../local/paths.ts";
import { alert } from "../../local/page/records.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { type StandIn, standInFor } from "../../support/managed_flink.ts";
import { editedSql } from "./deploying.ts";

let emulator: TestEmulator;
let standIn: StandIn;
let dir: string;
let jar: string;
let first: string;

/** Runs a command against the emulator; the stand-in's looks go by quickly. */
async function tidemark(...args: string[]) {
	const result = await execa(process.execPath, [join(root, "local/cli.mjs"), ...args], {
		env: { ...emulatedEnvironment(standIn.endpoint), TIDEMARK_DEPLOY_EVERY_MS: "20" },
		reject: false,
	});
	return { code: result.exitCode, out: result.stdout, said: result.stderr };
}

const settings = (more: object = {}) => ["--config", JSON.stringify({ runnerJar: jar, shards: 1, ...more })];

beforeAll(async () => {
	dir = mkdtempSync(join(tmpdir(), "tidemark-deploy-command-"));
	jar = join(dir, "runner.jar");
	writeFileSync(jar, "stands in for the runner's jar");
	emulator = await testEmulator();
	standIn = await standInFor(emulator.endpoint, { steps: 1 });
	const deployed = await tidemark("deploy", "--yes", "--watch", "0", "--json", ...settings());
	expect(deployed.code, deployed.said).toBe(0);
	const ended = JSON.parse(deployed.out) as { end: string; release: string; verdict: string };
	expect(ended).toMatchObject({ end: "new", verdict: "first" });
	first = ended.release;
}, 400_000);

afterAll(async () => {
	await standIn?.close();
	await emulator?.[Symbol.asyncDispose]();
	rmSync(dir, { recursive: true, force: true });
});

test("the first deploy made the stacks and started the application from them", async () => {
	const client = new CloudFormationClient(emulated(emulator.endpoint));
	const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
	client.destroy();
	const names = Stacks.map(({ StackName }) => StackName);
	for (const stage of ["Ingest", "Lake", "Compute", "Application", "Landing", "Alerting"])
		expect(names).toContain(`Tidemark${stage}`);
	expect(standIn.runs).toMatchObject([
		{ application: "tidemark", sqlLocation: expect.stringContaining(first), outcome: "runs" },
	]);
});

test("status says release, revision, size, figures and links; logs have Flink's words", async () => {
	const metrics = new CloudWatchClient(emulated(emulator.endpoint));
	const at = new Date(Date.now() - 120_000);
	const datum = (MetricName: string, Value: number) => ({
		MetricName,
		Value,
		Timestamp: at,
		Dimensions: [{ Name: "Application", Value: "tidemark" }],
	});
	await metrics.send(
		new PutMetricDataCommand({
			Namespace: "AWS/KinesisAnalytics",
			MetricData: [
				datum("fullRestarts", 0),
				datum("lastCheckpointDuration", 812),
				datum("lastCheckpointSize", 5_123_456),
			],
		}),
	);
	metrics.destroy();
	await writeAlerts();
	const { code, out, said } = await tidemark("status", "--json");
	expect(code, said).toBe(0);
	const commit = (await execa("git", ["rev-parse", "HEAD"], { cwd: root })).stdout;
	expect(JSON.parse(out)).toMatchObject({
		application: { name: "tidemark", status: "RUNNING", kpus: 2 },
		release: { id: first, verdict: "first", revision: { commit } },
		plan: expect.stringMatching(new RegExp(`^s3://.+/releases/${first}/sql\\.zip$`)),
		metrics: { lastCheckpointMs: 812, lastCheckpointBytes: 5_123_456, behindMs: null },
		underWay: null,
		failed: null,
		lake: { trades: 0, rejects: 0, hits: 0, newestAt: null },
		alerts: { sent: 1, suppressed: 1, refused: 0, waiting: 0, sending: 0 },
	});
	const words = (await tidemark("status")).out;
	expect(words).toMatch(/application tidemark is RUNNING, version \d+, 2 KPUs/);
	expect(words).toMatch(/lag +not known/);
	expect(words).toMatch(/last 812 ms, 5,123,456 bytes/);
	expect(words).toMatch(/alerts +1 sent, 1 suppressed in the hour/);

	const stacks = new CloudFormationClient(emulated(emulator.endpoint));
	const { Stacks: [compute] = [] } = await stacks.send(new DescribeStacksCommand({ StackName: "TidemarkCompute" }));
	stacks.destroy();
	const logGroupName = compute?.Outputs?.find(({ OutputKey }) => OutputKey === "JobLogGroup")?.OutputValue;
	const logs = new CloudWatchLogsClient(emulated(emulator.endpoint));
	const line = (messageType: string, message: string, throwableInformation?: string[]) => ({
		timestamp: Date.now() - 60_000,
		message: JSON.stringify({ messageType, message, logger: "org.apache.flink.runtime.Task", throwableInformation }),
	});
	await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "test" }));
	await logs.send(
		new PutLogEventsCommand({
			logGroupName,
			logStreamName: "test",
			logEvents: [
				line("INFO", "Source: trades switched from DEPLOYING to RUNNING"),
				line("ERROR", "Sink failed", ["java.lang.RuntimeException: no", "\tat a.b.C", "Caused by: AccessDenied: bars"]),
			],
		}),
	);
	logs.destroy();
	const all = await tidemark("logs", "--since", "1h");
	expect(all.out).toMatch(
		/INFO {2}Task: Source: trades switched[\s\S]*ERROR Task: Sink failed\n.*RuntimeException: no\n.*Caused by: AccessDenied: bars/,
	);
	expect(all.out).not.toContain("at a.b.C");
	const errors = await tidemark("logs", "--since", "1h", "--level", "error", "--trace");
	expect(errors.out).toContain("at a.b.C");
	expect(errors.out).not.toContain("DEPLOYING");
}, 120_000);

test("an edit is rehearsed, deployed past CloudFormation, and rolled back with its state", async () => {
	const sqlFolder = editedSql(dir, "edited", "2_views/bars_1m.sql", (text) => `${text}-- Closed minutes.\n`);
	const before = await applicationTemplate();
	const dry = await tidemark("deploy", "--dry-run", ...settings({ sqlFolder }));
	expect(dry.code, dry.said).toBe(0);
	expect(dry.out).toMatch(/compatible: \d+ kept[\s\S]*Changed SQL: 2_views\/bars_1m\.sql[\s\S]*A snapshot is taken/);
	const runs = standIn.runs.length;

	const deployed = await tidemark("deploy", "--yes", "--watch", "0", ...settings({ sqlFolder }));
	expect(deployed.code, deployed.said).toBe(0);
	expect(deployed.out).toMatch(/^The release \S+ runs and is healthy \(compatible\)/);
	expect(standIn.runs.length).toBe(runs + 1);
	// CloudFormation made the application, and has not touched it since.
	expect(await applicationTemplate()).toBe(before);

	const back = await tidemark("rollback", "--watch", "0");
	expect(back.out, back.said).toMatch(new RegExp(`^The release ${first} runs and is healthy \\(as it was\\)`));
	expect(standIn.runs.at(-1)).toMatchObject({
		sqlLocation: expect.stringContaining(first),
		restoredFrom: { type: "RESTORE_FROM_CUSTOM_SNAPSHOT", snapshotName: expect.stringMatching(/^tidemark-/) },
	});
	const once = await tidemark("rollback", "--watch", "0");
	expect(once).toMatchObject({
		code: 1,
		said: expect.stringContaining("is the first release: there is none before it"),
	});
}, 300_000);

test("an application is stopped, its snapshots listed and pruned, and started again", async () => {
	expect(await tidemark("snapshots", "create", "before-lunch")).toMatchObject({ code: 0 });
	expect(await tidemark("stop")).toMatchObject({ code: 0 });
	expect(await tidemark("stop")).toMatchObject({ code: 1, said: expect.stringContaining("is stopped already") });
	expect(await tidemark("snapshots", "create")).toMatchObject({
		code: 1,
		said: expect.stringContaining("only a running one"),
	});
	const listed = (await tidemark("snapshots")).out.split("\n");
	expect(listed.length).toBeGreaterThan(2);
	expect(listed.join("\n")).toContain("before-lunch");
	expect(await tidemark("start", "--snapshot", "nothing")).toMatchObject({
		code: 1,
		said: expect.stringMatching(/no snapshot nothing that is ready: .*before-lunch/),
	});
	expect(await tidemark("start", "--snapshot", "before-lunch")).toMatchObject({ code: 0 });
	expect(standIn.runs.at(-1)).toMatchObject({ restoredFrom: { snapshotName: "before-lunch" } });
	const pruned = await tidemark("snapshots", "prune", "--keep", "1");
	expect(pruned.out).toMatch(new RegExp(`${listed.length - 1} of the snapshots are deleted$`));
	expect((await tidemark("snapshots")).out.split("\n")).toHaveLength(1);
}, 200_000);

test("mistakes are said with what to do", async () => {
	expect(await tidemark("status", "--config", '{"prefix":"nobody"}')).toMatchObject({
		code: 1,
		said: expect.stringMatching(/no application nobody in this account and region: "npx tidemark deploy" makes it/),
	});
	expect(await tidemark("status", "--config", "{")).toMatchObject({
		code: 1,
		said: expect.stringContaining("--config is no JSON"),
	});
	expect(await tidemark("deploy", "--watch", "long")).toMatchObject({
		code: 1,
		said: expect.stringContaining("whole seconds"),
	});
	const dead = await execa(process.execPath, [join(root, "local/cli.mjs"), "status"], {
		env: emulatedEnvironment("http://127.0.0.1:1"),
		reject: false,
	});
	expect(dead.stderr).toMatch(/^tidemark: AWS does not answer: connect ECONNREFUSED.*AWS_ENDPOINT_URL$/);
	expect(await tidemark("deploy", "--env", "staging")).toMatchObject({
		code: 1,
		said: expect.stringContaining("dev, prod"),
	});
	const days = ["--accept-state-loss", "--rebuild", "lake", "--from"];
	const said = (...words: string[]) => tidemark("deploy", ...words).then(({ code, said }) => [code, said]);
	expect(await said("--rebuild", "2126-01-01T00:00:00Z")).toEqual([
		1,
		expect.stringContaining("an instant that is past"),
	]);
	expect(await said("--from", "2026-11-01")).toEqual([1, expect.stringContaining("give them with --rebuild lake")]);
	expect(await said(...days, "2126-01-01")).toEqual([
		1,
		expect.stringMatching(/whole days again that are over.*The last can be \d{4}/),
	]);
}, 60_000);

/** One that was sent, and one that was held. */
async function writeAlerts(): Promise<void> {
	const stacks = new CloudFormationClient(emulated(emulator.endpoint));
	const { Stacks: [alerting] = [] } = await stacks.send(new DescribeStacksCommand({ StackName: "TidemarkAlerting" }));
	stacks.destroy();
	const name = alerting?.Outputs?.find(({ OutputKey }) => OutputKey === "AlertsTable")?.OutputValue ?? "";
	const client = documentClient(emulated(emulator.endpoint));
	const table = new AlertTable(client, name, 8);
	const stored = { state: newSeries, version: 0, outbox: [] };
	const sent = alert("AAPL", "2026-11-26T13:30:00.000Z");
	const held = alert("MSFT", "2026-11-26T13:30:00.000Z");
	await table.commit(sent, stored, [{ alert: sent }]);
	await table.settle(textOf(alertKey(sent)), { status: "sent", message_id: "m" });
	await table.commit(held, stored, [{ alert: held, reason: "cooldown" }]);
	client.destroy();
}

async function applicationTemplate(): Promise<string | undefined> {
	const client = new CloudFormationClient(emulated(emulator.endpoint));
	const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: "TidemarkApplication" }));
	client.destroy();
	return TemplateBody;
}

test("docs/deploying.md names the options that there are", async () => {
	const text = readFileSync(join(root, "docs/deploying.md"), "utf8");
	const { out } = await tidemark("deploy", "--help");
	for (const [option] of text.matchAll(/--(?:accept-state-loss|rebuild|force|watch|dry-run|env)\b/g))
		expect(out).toContain(option);
}, 30_000);
