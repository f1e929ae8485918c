import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { tidemark } from "../../infra/stacks.ts";
import { root } from "../../local/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "tidemark-synth-"));
const runnerJar = join(dir, "stand-in.jar");
const validation = process.env.CDK_VALIDATION;
type Templates = Record<keyof ReturnType<typeof tidemark>, Template>;

beforeAll(() => {
	writeFileSync(runnerJar, "stands in for the runner's jar");
	// The CDK's own template checks take seconds a stack; test/infra/synth.test.ts runs them, once.
	process.env.CDK_VALIDATION = "false";
});
afterAll(() => {
	if (validation === undefined) delete process.env.CDK_VALIDATION;
	else process.env.CDK_VALIDATION = validation;
	rmSync(dir, { recursive: true, force: true });
});

/** The templates with these overrides. */
function synthesize(overrides: Overrides = {}): Templates {
	const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
	const app = new App({ context, outdir: mkdtempSync(join(dir, "out-")) });
	const stacks = tidemark(app, readConfig({ runnerJar, ...overrides }));
	app.synth();
	const template = ([name, stack]: [string, Stack]) => [name, Template.fromStack(stack)];
	return Object.fromEntries(Object.entries(stacks).map(template)) as Templates;
}

/** Three configurations are enough for all tests, and each takes a moment to synthesize. */
const configurations = {
	plain: {},
	full: { endpoints: { store: "https://store.example:8086" }, alertsQueue: true },
	emulated: {
		prefix: "second",
		shards: 4,
		retentionHours: 48,
		resultsRetentionHours: 168,
		lakeDatabase: "market",
		parallelism: 3,
		parallelismPerKpu: 2,
		checkpointMs: 5_000,
		lateness: 0.5,
		retryWholeBatch: true,
		endpoints: { aws: "http://127.0.0.1:4566", store: "http://127.0.0.1:9000" },
	},
} satisfies Record<string, Overrides>;
const cached = new Map<string, Templates>();
function templates(name: keyof typeof configurations = "plain"): Templates {
	const known = cached.get(name) ?? synthesize(configurations[name]);
	cached.set(name, known);
	return known;
}
const resources = (template: Template) =>
	Object.values(template.toJSON().Resources) as { Type: string; Properties: never }[];
const sqlFiles = (folder: string) =>
	readdirSync(join(root, "sql", folder), { recursive: true, encoding: "utf8" })
		.map((file) => join(root, "sql", folder, file))
		.filter((file) => statSync(file).isFile());

describe("ingest", () => {
	test("four on-demand streams, encrypted, that keep records for a day", () => {
		const { ingest } = templates();
		ingest.resourceCountIs("AWS::Kinesis::Stream", 4);
		for (const name of ["trades", "bars", "ticks", "hits"]) {
			ingest.hasResourceProperties("AWS::Kinesis::Stream", {
				Name: `tidemark-${name}`,
				StreamModeDetails: { StreamMode: "ON_DEMAND" },
				ShardCount: Match.absent(),
				RetentionPeriodHours: 24,
				StreamEncryption: { EncryptionType: "KMS", KeyId: "alias/aws/kinesis" },
			});
		}
	});

	test("shards and retention as configured", () => {
		const { ingest } = templates("emulated");
		const stream = (name: string, hours: number) => ({
			Name: name,
			ShardCount: 4,
			StreamModeDetails: { StreamMode: "PROVISIONED" },
			RetentionPeriodHours: hours,
		});
		ingest.hasResourceProperties("AWS::Kinesis::Stream", stream("second-trades", 48));
		ingest.hasResourceProperties("AWS::Kinesis::Stream", stream("second-hits", 168));
	});
});

describe("lake", () => {
	test("a private, encrypted bucket that outlives its stack and takes TLS only", () => {
		const { lake } = templates();
		lake.hasResource("AWS::S3::Bucket", {
			DeletionPolicy: "Retain",
			Properties: {
				BucketEncryption: Match.anyValue(),
				PublicAccessBlockConfiguration: {
					BlockPublicAcls: true,
					BlockPublicPolicy: true,
					IgnorePublicAcls: true,
					RestrictPublicBuckets: true,
				},
			},
		});
		lake.hasResourceProperties("AWS::S3::BucketPolicy", {
			PolicyDocument: {
				Statement: Match.arrayWith([
					Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
					Match.objectLike({ Effect: "Deny", Condition: { NumericLessThan: { "s3:TlsVersion": 1.2 } } }),
				]),
			},
		});
	});

	test("a Glue database of the configured name", () => {
		templates("emulated").lake.hasResourceProperties("AWS::Glue::Database", {
			DatabaseInput: { Name: "market" },
		});
	});
});

describe("compute", () => {
	const application = (template: Template) =>
		Object.values(template.findResources("AWS::KinesisAnalyticsV2::Application"))[0]?.Properties;
	const groups = (template: Template): Record<string, Record<string, unknown>> =>
		Object.fromEntries(
			application(template).ApplicationConfiguration.EnvironmentProperties.PropertyGroups.map(
				({ PropertyGroupId, PropertyMap }: { PropertyGroupId: string; PropertyMap: object }) => [
					PropertyGroupId,
					PropertyMap,
				],
			),
		);

	test("a Flink 1.20 application with snapshots, and sizes as configured", () => {
		const { compute } = templates("emulated");
		expect(application(compute)).toMatchObject({
			ApplicationName: "second",
			RuntimeEnvironment: "FLINK-1_20",
			ApplicationConfiguration: {
				ApplicationCodeConfiguration: { CodeContentType: "ZIPFILE" },
				ApplicationSnapshotConfiguration: { SnapshotsEnabled: true },
				FlinkApplicationConfiguration: {
					CheckpointConfiguration: { CheckpointingEnabled: true, CheckpointInterval: 5_000 },
					ParallelismConfiguration: { Parallelism: 3, ParallelismPerKPU: 2, AutoScalingEnabled: false },
				},
			},
		});
		expect(application(templates().compute)).toMatchObject({
			ApplicationConfiguration: {
				FlinkApplicationConfiguration: { CheckpointConfiguration: { CheckpointInterval: 60_000 } },
			},
		});
	});

	test("each placeholder in the SQL has its property, and each property its placeholder", () => {
		const text = [...sqlFiles("1_sources"), ...sqlFiles("3_sinks")]
			.map((file) => readFileSync(file, "utf8"))
			.join("\n");
		const placeholders = [...new Set([...text.matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => name))];
		expect(Object.keys(groups(templates().compute)["tidemark.sql"] ?? {}).sort()).toEqual(placeholders.sort());
	});

	test("the runner is told where the SQL is", () => {
		expect(groups(templates().compute)["tidemark.runner"]).toEqual({
			"sql.location": { "Fn::Sub": expect.stringMatching(/^s3:\/\/.+\/[0-9a-f]{64}\.zip$/) },
		});
	});

	test("on AWS the endpoints are the region's", () => {
		const join = (service: string) => ({
			"Fn::Join": ["", [`https://${service}.`, { Ref: "AWS::Region" }, ".", { Ref: "AWS::URLSuffix" }]],
		});
		expect(groups(templates().compute)["tidemark.sql"]).toMatchObject({
			KINESIS_ENDPOINT: join("kinesis"),
			GLUE_ENDPOINT: join("glue"),
			S3_ENDPOINT: join("s3"),
			S3_PATH_STYLE: "false",
			LATENESS_SECONDS: "2",
			SHARD_IDLE_SECONDS: "5",
			INITIAL_POSITION: "TRIM_HORIZON",
		});
	});

	test("on an emulator they are the emulator's", () => {
		const { aws } = configurations.emulated.endpoints;
		expect(groups(templates("emulated").compute)["tidemark.sql"]).toMatchObject({
			KINESIS_ENDPOINT: aws,
			GLUE_ENDPOINT: aws,
			S3_ENDPOINT: aws,
			S3_PATH_STYLE: "true",
			LATENESS_SECONDS: "0.5",
		});
	});

	test("a jar that is not there is an error with the commands that build it", () => {
		expect(() => synthesize({ runnerJar: "/nowhere/runner.jar" })).toThrow(
			/The runner's jar is missing: \/nowhere\/runner.jar.*npm start.*mvn -f sql\/runner package/,
		);
	});

	test("SQL that is not there is an error that names it", () => {
		expect(() => synthesize({ sqlFolder: dir })).toThrow(/lacks 1_sources, 2_views, 3_sinks, 4_job.sql/);
	});

	test("the SQL's zip holds the job's files and nothing else", () => {
		templates();
		const staged = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((path) =>
			/asset\.\w+.4_job\.sql$/.test(path),
		);
		expect(staged.length).toBeGreaterThan(0);
		for (const path of staged) {
			const folder = readdirSync(join(dir, path, ".."));
			expect(folder.sort()).toEqual(["1_sources", "2_views", "3_sinks", "4_job.sql"]);
		}
	});

	test("the job may read trades only, and write results only", () => {
		const statements = policies(templates().compute);
		const on = (stream: string) =>
			statements.flatMap(({ Action, Resource }) => (JSON.stringify(Resource).includes(stream) ? Action : []));
		expect(on("GetAttTrades")).toContain("kinesis:GetRecords");
		expect(on("GetAttTrades").filter((action) => /Put|Delete|Create|Update/.test(action))).toEqual([]);
		for (const stream of ["GetAttBars", "GetAttTicks", "GetAttHits"]) {
			expect(on(stream)).toEqual(["kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]);
		}
	});
});

describe("landing and alerting", () => {
	const mapping = (stream: string, batchSize: number) => ({
		BatchSize: batchSize,
		BisectBatchOnFunctionError: true,
		FunctionResponseTypes: ["ReportBatchItemFailures"],
		MaximumRetryAttempts: 1000,
		StartingPosition: "TRIM_HORIZON",
		EventSourceArn: { "Fn::ImportValue": Match.stringLikeRegexp(`GetAtt${stream}`) },
		DestinationConfig: {
			OnFailure: { Destination: { "Fn::GetAtt": [Match.stringLikeRegexp("^DeadLetters"), "Arn"] } },
		},
	});

	test("each stream of results has a consumer that loses nothing and gives up in the end", () => {
		const { landing, alerting } = templates("full");
		landing.resourceCountIs("AWS::Lambda::EventSourceMapping", 2);
		landing.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Bars", 5_000));
		landing.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Ticks", 5_000));
		alerting.resourceCountIs("AWS::Lambda::EventSourceMapping", 1);
		alerting.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Hits", 100));
	});

	test("the functions run the newest Node, and know the store and their tables", () => {
		const { landing, alerting } = templates("full");
		const environment = (variables: object) => ({ Runtime: "nodejs24.x", Environment: { Variables: variables } });
		landing.hasResourceProperties("AWS::Lambda::Function", environment({ STORE_URL: "https://store.example:8086" }));
		landing.hasResourceProperties("AWS::Lambda::Function", environment({ LATEST_TABLE: Match.anyValue() }));
		alerting.hasResourceProperties(
			"AWS::Lambda::Function",
			environment({ MEMORY_DAYS: "8", TOPIC_ARN: Match.anyValue() }),
		);
	});

	test("the switch for emulators is set where it is asked for only", () => {
		const switched = (name: keyof typeof configurations) => {
			const { landing, alerting } = templates(name);
			return [landing, alerting].flatMap((template) =>
				Object.values(template.findResources("AWS::Lambda::Function")).map(
					({ Properties }) => Properties.Environment.Variables.RETRY_WHOLE_BATCH,
				),
			);
		};
		expect(switched("full")).toEqual([undefined, undefined, undefined]);
		expect(switched("emulated")).toEqual(["true", "true", "true"]);
	});

	test("without a store there is no function that would have none", () => {
		const { landing } = templates();
		landing.resourceCountIs("AWS::Lambda::Function", 1);
		landing.hasOutput("LatestTable", {});
	});

	test("queues and the topic are encrypted and take TLS only", () => {
		const { landing, alerting } = templates("full");
		const tlsOnly = { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } };
		for (const template of [landing, alerting]) {
			for (const { Properties } of Object.values(template.findResources("AWS::SQS::Queue"))) {
				expect(Properties.SqsManagedSseEnabled).toBe(true);
			}
			const queues = Object.keys(template.findResources("AWS::SQS::Queue")).length;
			template.resourcePropertiesCountIs(
				"AWS::SQS::QueuePolicy",
				{ PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(tlsOnly)]) } },
				queues,
			);
		}
		alerting.hasResourceProperties("AWS::SNS::Topic", { KmsMasterKeyId: Match.anyValue() });
		alerting.hasResourceProperties("AWS::SNS::TopicPolicy", {
			PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(tlsOnly)]) },
		});
	});

	test("the queue of alerts is there where it is asked for", () => {
		templates().alerting.resourceCountIs("AWS::SNS::Subscription", 0);
		const { alerting } = templates("full");
		alerting.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "sqs", RawMessageDelivery: true });
		alerting.hasOutput("AlertsQueueUrl", {});
	});

	test("what was published is forgotten by itself", () => {
		templates().alerting.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
			TimeToLiveSpecification: { AttributeName: "expiration", Enabled: true },
		});
	});
});

describe("rights", () => {
	test("no statement allows every action of a service, or anything on every resource", () => {
		const allowed = Object.values(templates("full"))
			.flatMap(policies)
			.filter(({ Effect }) => Effect === "Allow");
		expect(allowed.length).toBeGreaterThan(5);
		for (const { Action, Resource } of allowed) {
			for (const action of [Action].flat()) expect(action).not.toMatch(/^(\*|[a-z0-9-]+:\*)$/);
			for (const resource of [Resource].flat()) expect(resource).not.toBe("*");
		}
	});
});

test("every stack carries the application's tag, and a prefix renames what has a name", () => {
	for (const template of Object.values(templates("emulated"))) {
		for (const { Type, Properties } of resources(template)) {
			const text = JSON.stringify(Properties ?? {});
			if (/Stream$|Function$|Topic$|Application$/.test(Type) && Type !== "AWS::Logs::LogStream") {
				expect(text).toContain('{"Key":"application","Value":"second"}');
			}
			expect(text).not.toMatch(/"tidemark-(trades|bars|ticks|hits|alerts|landing|alerting)/);
		}
	}
});

type Statement = { Effect: string; Action: string | string[]; Resource: unknown };
/** All statements of the identity policies in a template. */
function policies(template: Template): Statement[] {
	return Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
		({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
	);
}
