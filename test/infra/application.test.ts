import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApplicationParts, applicationConfiguration } from "../../infra/application-configuration.ts";
import { readConfig } from "../../infra/config.ts";
import { root } from "../../local/paths.ts";
import { policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize, synthesized } = synthesis();
beforeAll(begin);
afterAll(end);

const aws = "http://127.0.0.1:4566";
const plain = () => synthesize().application;
const emulated = () =>
	synthesize({
		prefix: "second",
		parallelism: 3,
		parallelismPerKpu: 2,
		checkpointMs: 5_000,
		lateness: 0.5,
		endpoints: { aws },
	}).application;
const sqlFiles = (folder: string) =>
	readdirSync(join(root, "sql", folder), { recursive: true, encoding: "utf8" })
		.map((file) => join(root, "sql", folder, file))
		.filter((file) => statSync(file).isFile());

const application = (template: Template) =>
	Object.values(template.findResources("AWS::KinesisAnalyticsV2::Application"))[0]?.Properties;

describe("the application", () => {
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
		const compute = emulated();
		expect(application(compute)).toMatchObject({
			ApplicationName: "second",
			RuntimeEnvironment: "FLINK-1_20",
			ApplicationConfiguration: {
				ApplicationCodeConfiguration: { CodeContentType: "ZIPFILE" },
				ApplicationSnapshotConfiguration: { SnapshotsEnabled: true },
				ApplicationSystemRollbackConfiguration: { RollbackEnabled: true },
				FlinkApplicationConfiguration: {
					CheckpointConfiguration: { CheckpointingEnabled: true, CheckpointInterval: 5_000 },
					ParallelismConfiguration: { Parallelism: 3, ParallelismPerKPU: 2, AutoScalingEnabled: false },
				},
			},
		});
		expect(application(plain())).toMatchObject({
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
		expect(Object.keys(groups(plain())["tidemark.sql"] ?? {}).sort()).toEqual(placeholders.sort());
	});

	test("the runner is told where the SQL is", () => {
		expect(groups(plain())["tidemark.runner"]).toEqual({
			"sql.location": { "Fn::Sub": expect.stringMatching(/^s3:\/\/.+\/[0-9a-f]{64}\.zip$/) },
		});
	});

	test("on AWS the endpoints are the region's", () => {
		const join = (service: string) => ({
			"Fn::Join": ["", [`https://${service}.`, { Ref: "AWS::Region" }, ".", { Ref: "AWS::URLSuffix" }]],
		});
		expect(groups(plain())["tidemark.sql"]).toMatchObject({
			KINESIS_ENDPOINT: join("kinesis"),
			GLUE_ENDPOINT: join("glue"),
			S3_ENDPOINT: join("s3"),
			S3_PATH_STYLE: "false",
			LATENESS_SECONDS: "2",
			SHARD_IDLE_SECONDS: "5",
			INITIAL_POSITION: "TRIM_HORIZON",
			INITIAL_TIMESTAMP: "1970-01-01T00:00:00.000Z",
		});
	});

	test("a start without state can be at an instant", () => {
		expect(
			groups(synthesize({ initialPosition: "2026-11-26T14:30:00+01:00" }).application)["tidemark.sql"],
		).toMatchObject({
			INITIAL_POSITION: "AT_TIMESTAMP",
			INITIAL_TIMESTAMP: "2026-11-26T13:30:00.000Z",
		});
	});

	test("on an emulator they are the emulator's", () => {
		expect(groups(emulated())["tidemark.sql"]).toMatchObject({
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
		expect(() => synthesize({ sqlFolder: synthesized() })).toThrow(/lacks 1_sources, 2_views, 3_sinks, 4_job.sql/);
	});

	test("the SQL's zip holds the job's files and nothing else", () => {
		plain();
		const dir = synthesized();
		const staged = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((path) =>
			/asset\.\w+.4_job\.sql$/.test(path),
		);
		expect(staged.length).toBeGreaterThan(0);
		for (const path of staged) {
			const folder = readdirSync(join(dir, path, ".."));
			expect(folder.sort()).toEqual(["1_sources", "2_views", "3_sinks", "4_job.sql"]);
		}
	});

	test("the job may read this jar and this SQL, and nothing else of the CDK's bucket", () => {
		const template = plain();
		const { S3ContentLocation } =
			application(template).ApplicationConfiguration.ApplicationCodeConfiguration.CodeContent;
		const { "sql.location": sql } = groups(template)["tidemark.runner"] as Record<string, Record<string, string>>;
		const [statement, ...others] = policies(template);
		expect(others).toEqual([]);
		expect(statement?.Action).toEqual(["s3:GetObject", "s3:GetObjectVersion"]);
		const resources = JSON.stringify(statement?.Resource);
		expect(resources).toContain(`/${S3ContentLocation.FileKey}"`);
		expect(resources).toContain(sql?.["Fn::Sub"]?.split("/").at(-1));
		expect([statement?.Resource].flat()).toHaveLength(2);
		expect(resources).not.toContain("*");
	});

	test("it logs to the stream that the stack of what is around it has", () => {
		plain().hasResourceProperties("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption", {
			CloudWatchLoggingOption: { LogStreamARN: JSON.parse(exported(synthesize().compute, "JobLogStreamArn")) },
		});
	});
});

describe("what an application is told", () => {
	const parts = (place: string): ApplicationParts => ({
		code: { bucketArn: `arn:aws:s3:::${place}`, fileKey: "runners/1.jar" },
		sqlLocation: `s3://${place}/releases/1/sql.zip`,
		places: {
			region: "eu-west-1",
			endpoint: (service) => `https://${service}.example`,
			streams: { trades: "t", bars: "b", ticks: "k", hits: "h" },
			lake: { warehouse: `s3://${place}/lake`, database: "market" },
		},
	});

	test("is what the stack puts into its template", () => {
		const config = readConfig({ parallelism: 3, parallelismPerKpu: 2, checkpointMs: 5_000 });
		const told = applicationConfiguration(config, parts("here"));
		const made = application(synthesize({ parallelism: 3, parallelismPerKpu: 2, checkpointMs: 5_000 }).application);
		// It is said once, when the application is made.
		const { ApplicationEncryptionConfiguration, ...released } = made.ApplicationConfiguration;
		expect(ApplicationEncryptionConfiguration).toEqual({ KeyType: "AWS_OWNED_KEY" });
		const { ApplicationCodeConfiguration, EnvironmentProperties, ...rest } = released;
		expect(rest).toMatchObject({ FlinkApplicationConfiguration: told.FlinkApplicationConfiguration });
		expect(Object.keys(told).sort()).toEqual(Object.keys(released).sort());
		expect(Object.keys(EnvironmentProperties.PropertyGroups[1].PropertyMap)).toEqual(
			Object.keys(told.EnvironmentProperties.PropertyGroups[1]?.PropertyMap ?? {}),
		);
		expect(ApplicationCodeConfiguration.CodeContent.S3ContentLocation).toHaveProperty("FileKey");
	});

	test("has the given places in it, and the configured numbers", () => {
		const told = applicationConfiguration(readConfig({ checkpointMs: 25_001 }), parts("bucket"));
		expect(told.ApplicationCodeConfiguration.CodeContent.S3ContentLocation).toEqual({
			BucketARN: "arn:aws:s3:::bucket",
			FileKey: "runners/1.jar",
		});
		expect(told.EnvironmentProperties.PropertyGroups).toMatchObject([
			{ PropertyMap: { "sql.location": "s3://bucket/releases/1/sql.zip" } },
			{ PropertyMap: { KINESIS_ENDPOINT: "https://kinesis.example", HITS_STREAM: "h", LAKE_DATABASE: "market" } },
		]);
		expect(told.FlinkApplicationConfiguration.CheckpointConfiguration).toEqual({
			ConfigurationType: "CUSTOM",
			CheckpointingEnabled: true,
			CheckpointInterval: 25_001,
			MinPauseBetweenCheckpoints: 2_501,
		});
	});

	test("differs by the code alone where the code alone does", () => {
		const config = readConfig();
		const { code, ...same } = parts("bucket");
		const { ApplicationCodeConfiguration: before, ...first } = applicationConfiguration(config, { ...same, code });
		const { ApplicationCodeConfiguration: after, ...second } = applicationConfiguration(config, {
			...same,
			code: { ...code, fileKey: "runners/2.jar" },
		});
		expect(second).toEqual(first);
		expect(after).not.toEqual(before);
	});
});

/** The value of an output as other stacks import it, as JSON. */
function exported(template: Template, output: string): string {
	const { Value } = Object.values(template.findOutputs(output))[0] ?? {};
	const imports = Object.values(template.findOutputs("*")).filter(({ Export }) => Export);
	const text = JSON.stringify(Value);
	return imports.reduce((json, { Value, Export }) => {
		const name = JSON.stringify({ "Fn::ImportValue": Export.Name["Fn::Sub"] ?? Export.Name });
		return json.replaceAll(JSON.stringify(Value), name);
	}, text);
}
