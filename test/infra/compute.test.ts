import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize, synthesized } = synthesis();
beforeAll(begin);
afterAll(end);

const aws = "http://127.0.0.1:4566";
const plain = () => synthesize().compute;
const emulated = () =>
	synthesize({
		prefix: "second",
		parallelism: 3,
		parallelismPerKpu: 2,
		checkpointMs: 5_000,
		lateness: 0.5,
		endpoints: { aws },
	}).compute;
const sqlFiles = (folder: string) =>
	readdirSync(join(root, "sql", folder), { recursive: true, encoding: "utf8" })
		.map((file) => join(root, "sql", folder, file))
		.filter((file) => statSync(file).isFile());

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
		const compute = emulated();
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

	test("the job may read trades only, and write results only", () => {
		const statements = policies(plain());
		const on = (stream: string) =>
			statements.flatMap(({ Action, Resource }) => (JSON.stringify(Resource).includes(stream) ? Action : []));
		expect(on("GetAttTrades")).toContain("kinesis:GetRecords");
		expect(on("GetAttTrades").filter((action) => /Put|Delete|Create|Update/.test(action))).toEqual([]);
		for (const stream of ["GetAttBars", "GetAttTicks", "GetAttHits"]) {
			expect(on(stream)).toEqual(["kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]);
		}
	});
});
