/** A pipeline to deploy to: the emulator with Managed Flink's stand-in before it, streams, a code bucket, an application as CloudFormation makes it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateApplicationCommand, KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { applicationConfiguration } from "../../../infra/application-configuration.ts";
import { type Overrides, readConfig } from "../../../infra/config.ts";
import { emulated, emulatedRegion } from "../../../infra/emulated.ts";
import { jobFiles } from "../../../infra/properties.ts";
import { configurationOf, propertiesOf, SQL_GROUP } from "../../../infra/release/configuration.ts";
import { type Deployer, type DeployOptions, deploy } from "../../../infra/release/deploy.ts";
import type { Days } from "../../../infra/release/journal.ts";
import { managedFlink } from "../../../infra/release/managed-flink.ts";
import { type RollbackOptions, rollBack } from "../../../infra/release/rollback.ts";
import type { Watched } from "../../../infra/release/rollout.ts";
import { type Place, placesIn } from "../../../infra/release/stacks.ts";
import { findPrerequisites } from "../../../local/prerequisites.ts";
import { readSqlFiles } from "../../../local/release.ts";
import { planner } from "../../../sql/workbench/planner.ts";
import { sqlDir } from "../../../sql/workbench/properties.ts";
import { startWorkbench } from "../../../sql/workbench/workbench.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { type StandIn, standInFor } from "../../support/managed_flink.ts";

export const place: Place = {
	TradesStream: "tidemark-trades",
	BarsStream: "tidemark-bars",
	TicksStream: "tidemark-ticks",
	HitsStream: "tidemark-hits",
	LakeBucket: "lake",
	LakeDatabase: "tidemark",
	CodeBucket: "code",
	JobRoleArn: "arn:aws:iam::000000000000:role/job",
	JobLogGroup: "job",
};

const healthy: Watched = { problems: [], seen: ["all well"] };

export type Pipeline = AsyncDisposable & {
	standIn: StandIn;
	dir: string;
	/** Makes an application that no other test has. */
	application(): Promise<Application>;
};

export interface Application {
	name: string;
	/** Deploys a folder of SQL; the watch finds the job healthy unless it is told otherwise. */
	deploy(given?: Partial<DeployOptions> & { parallelism?: number; watched?: Watched[] }): ReturnType<typeof deploy>;
	/** Rolls back; the watch finds the job healthy unless it is told otherwise. */
	rollBack(given?: Partial<RollbackOptions> & { watched?: Watched[] }): ReturnType<typeof rollBack>;
	/** The days of the lake that were computed again. */
	backfilled: Days[];
	/** What the application runs by now. */
	now(): Promise<{ status: string; release: string | undefined; parallelism: number | undefined }>;
	deployer(watched?: Watched[]): Deployer & { said: string[] };
	options(given?: Partial<DeployOptions> & { parallelism?: number }): DeployOptions;
	/** What its source is told of a start without state. */
	beginning(): Promise<Record<string, string>>;
	/** The keys of the code bucket below a folder. */
	keys(below: string): Promise<string[]>;
	/** How often the stacks were brought to what the code says. */
	stacksDeployed(): number;
}

/** Starts a pipeline with a planner of its own. Each request is made once, so that what fails is seen. */
export async function pipeline(): Promise<Pipeline> {
	const { java } = await findPrerequisites(["jdk"]);
	const planning = planner(() => startWorkbench({ java }));
	const emulator: TestEmulator = await testEmulator();
	const standIn = await standInFor(emulator.endpoint, { steps: 1 });
	const client = { ...emulated(standIn.endpoint), maxAttempts: 1 };
	const flinkClient = new KinesisAnalyticsV2Client(client);
	const s3 = new S3Client({ ...client, forcePathStyle: true });
	const dir = mkdtempSync(join(tmpdir(), "tidemark-deploying-"));
	const runnerJar = join(dir, "runner.jar");
	writeFileSync(runnerJar, "stands in for the runner's jar");
	let count = 0;

	async function application(): Promise<Application> {
		const name = `tidemark-${++count}`;
		const here = { ...place, CodeBucket: `code-${count}` };
		const overrides: Overrides = { prefix: name, endpoints: { aws: standIn.endpoint } };
		const config = readConfig(overrides);
		await s3.send(new CreateBucketCommand({ Bucket: here.CodeBucket }));
		const asset = zipSync(
			Object.fromEntries(Object.entries(readSqlFiles(sqlDir)).map(([path, text]) => [path, strToU8(text)])),
		);
		await s3.send(new PutObjectCommand({ Bucket: here.CodeBucket, Key: "asset.zip", Body: asset }));
		await s3.send(new PutObjectCommand({ Bucket: here.CodeBucket, Key: "asset.jar", Body: "a jar" }));
		await flinkClient.send(
			new CreateApplicationCommand({
				ApplicationName: name,
				RuntimeEnvironment: "FLINK-1_20",
				ServiceExecutionRole: place.JobRoleArn,
				ApplicationConfiguration: applicationConfiguration(config, {
					code: { bucketArn: `arn:aws:s3:::${here.CodeBucket}`, fileKey: "asset.jar" },
					sqlLocation: `s3://${here.CodeBucket}/asset.zip`,
					places: placesIn(here, config, emulatedRegion),
				}),
			}),
		);
		const flink = managedFlink(flinkClient, name);
		const backfilled: Days[] = [];
		let stacksDeployed = 0;

		const options: Application["options"] = ({ parallelism = 1, ...given } = {}) => ({
			config: { ...config, parallelism },
			region: emulatedRegion,
			sqlDir,
			runnerJar,
			force: false,
			watchSeconds: 1,
			acceptStateLoss: false,
			...given,
		});
		const deployer: Application["deployer"] = (watched = []) => {
			const said: string[] = [];
			const left = [...watched];
			return {
				said,
				stacks: {
					place: async () => here,
					hasApplication: async () => true,
					deploy: async () => void stacksDeployed++,
					diff: async () => "no change",
				},
				flink,
				s3,
				planner: planning,
				watch: async () => left.shift() ?? healthy,
				async backfill(days) {
					backfilled.push(days);
					return ["Each table changed"];
				},
				// Looks, not time, bring the stand-in on: so many of them count as hanging.
				patience: looks(40),
				now: () => new Date(),
				progress: { say: (text) => said.push(text), step: (_, work) => work(), seconds: () => 0 },
			};
		};
		return {
			name,
			options,
			deployer,
			deploy: ({ watched, ...given } = {}) => deploy(options(given), deployer(watched)),
			rollBack: ({ watched, ...given } = {}) =>
				rollBack({ force: false, watchSeconds: 1, ...given }, here, deployer(watched)),
			backfilled,
			async now() {
				const detail = await flink.describe();
				const configuration = configurationOf(detail ?? ({} as never));
				const location = configuration.EnvironmentProperties?.PropertyGroups?.find(
					({ PropertyGroupId }) => PropertyGroupId === "tidemark.runner",
				)?.PropertyMap?.["sql.location"];
				return {
					status: detail?.ApplicationStatus ?? "",
					release: /releases\/([^/]+)\//.exec(location ?? "")?.[1],
					parallelism: configuration.FlinkApplicationConfiguration?.ParallelismConfiguration?.Parallelism,
				};
			},
			async beginning() {
				const { INITIAL_POSITION = "", INITIAL_TIMESTAMP = "" } = propertiesOf(
					configurationOf((await flink.describe()) ?? ({} as never)),
					SQL_GROUP,
				);
				return { INITIAL_POSITION, INITIAL_TIMESTAMP };
			},
			async keys(below) {
				const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: here.CodeBucket, Prefix: below }));
				return Contents.map(({ Key = "" }) => Key);
			},
			stacksDeployed: () => stacksDeployed,
		};
	}

	return {
		standIn,
		dir,
		application,
		async [Symbol.asyncDispose]() {
			flinkClient.destroy();
			s3.destroy();
			await planning.stop();
			await standIn.close();
			await emulator[Symbol.asyncDispose]();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

/** Time that goes by looking: `count` looks are more than an operation may take. */
function looks(count: number) {
	let at = 0;
	return {
		everyMs: 1,
		timeoutMs: count,
		sleep: async () => void at++,
		elapsed: () => at,
	};
}

/** A copy of the repository's SQL with one file edited. */
export function editedSql(dir: string, name: string, file: string, edit: (text: string) => string): string {
	const copy = join(dir, name);
	for (const part of jobFiles) cpSync(join(sqlDir, part), join(copy, part), { recursive: true });
	const path = join(copy, file);
	const before = readFileSync(path, "utf8");
	const after = edit(before);
	if (after === before) throw new Error(`The edit ${name} changes nothing in ${file}`);
	writeFileSync(path, after);
	return copy;
}
