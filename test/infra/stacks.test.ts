import { Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functionNames, queueNames } from "../../grafana/dashboards.ts";
import { use } from "../../grafana/interpolation.ts";
import { metrics } from "../../grafana/queries/cloudwatch.ts";
import type { Overrides } from "../../infra/config.ts";
import { mapping, policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
beforeAll(begin);
afterAll(end);

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
		managedGrafana: {},
		endpoints: { aws: "http://127.0.0.1:4566", store: "http://127.0.0.1:9000" },
	},
} satisfies Record<string, Overrides>;
const templates = (name: keyof typeof configurations = "plain") => synthesize(configurations[name]);
const resources = (template: Template) =>
	Object.values(template.toJSON().Resources) as { Type: string; Properties: never }[];

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

describe("Athena", () => {
	test("is there to ask the lake, but not on an emulator, whose Athena reads no Iceberg tables", () => {
		expect(templates().athena).toBeDefined();
		expect(templates("emulated").athena).toBeUndefined();
	});
});

describe("Managed Grafana", () => {
	test("is not there unless it is asked for, and never on an emulator, which has none", () => {
		expect(templates().grafana).toBeUndefined();
		expect(templates("emulated").grafana).toBeUndefined();
	});
});

describe("what Grafana asks CloudWatch for has the names that the stacks give:", () => {
	const filled = (text: string) => text.replaceAll(use("prefix"), "tidemark");
	const all = Object.values(metrics).flat();
	const asked = (dimension: string) =>
		all.flatMap(({ dimensions }) => (dimensions[dimension] === undefined ? [] : [filled(dimensions[dimension])]));
	const namesOf = (type: string, property: string) =>
		Object.values(templates("full")).flatMap((each) =>
			Object.values(each.findResources(type)).map(({ Properties }) => Properties[property]),
		);

	test("streams", () => {
		expect(new Set(asked("StreamName"))).toEqual(new Set(namesOf("AWS::Kinesis::Stream", "Name")));
	});

	test("the application", () => {
		const names = namesOf("AWS::KinesisAnalyticsV2::Application", "ApplicationName");
		expect(new Set(asked("Application"))).toEqual(new Set(names));
	});

	test("functions: those of landing and alerting, and no others", () => {
		const pattern = new RegExp(filled(functionNames).slice(1, -1));
		const functions = namesOf("AWS::Lambda::Function", "FunctionName");
		expect(functions).toHaveLength(5);
		for (const name of functions) expect(name).toMatch(pattern);
		expect("other-landing-bars").not.toMatch(pattern);
		const services = asked("service").filter((name) => name !== "$function");
		expect(services).toHaveLength(1);
		for (const service of services) expect(functions).toContain(service);
	});

	test("queues of dead letters, which CloudFormation makes of the stack and the id", () => {
		const pattern = new RegExp(queueNames.slice(1, -1));
		const queues = Object.entries(templates("full")).flatMap(([stack, template]) =>
			Object.keys(template.findResources("AWS::SQS::Queue")).map(
				(id) => `Tidemark${stack[0]?.toUpperCase()}${stack.slice(1)}-${id}-0A1B2C3D4E5F`,
			),
		);
		const found = queues.filter((name) => pattern.test(name));
		expect(found).toEqual(queues.filter((name) => name.includes("DeadLetters")));
		expect(found).toHaveLength(2);
		expect(queues.length).toBeGreaterThan(2);
	});

	test("the namespace and service of Tidemark's own metrics", () => {
		const own = all.filter(({ namespace }) => !namespace.startsWith("AWS/"));
		expect(new Set(own.map(({ namespace }) => filled(namespace)))).toEqual(new Set(["tidemark"]));
		const functions = Object.values(templates("full")).flatMap((each) =>
			Object.values(each.findResources("AWS::Lambda::Function")),
		);
		for (const { Properties } of functions)
			expect(Properties.Environment.Variables).toMatchObject({
				POWERTOOLS_METRICS_NAMESPACE: "tidemark",
				POWERTOOLS_SERVICE_NAME: Properties.FunctionName,
			});
	});
});

describe("landing and alerting", () => {
	test("each stream of results has a consumer that loses nothing and gives up in the end", () => {
		const { landing, alerting } = templates("full");
		landing.resourceCountIs("AWS::Lambda::EventSourceMapping", 2);
		landing.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Bars", 5_000));
		landing.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Ticks", 5_000));
		alerting.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Hits", 100));
		alerting.hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping("Bars", 100));
	});

	test("the functions run the newest Node, and know the store and their tables", () => {
		const { landing } = templates("full");
		const environment = (variables: object) => ({ Runtime: "nodejs24.x", Environment: { Variables: variables } });
		landing.hasResourceProperties("AWS::Lambda::Function", environment({ STORE_URL: "https://store.example:8086" }));
		landing.hasResourceProperties("AWS::Lambda::Function", environment({ LATEST_TABLE: Match.anyValue() }));
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
		expect(switched("full")).toEqual(Array(5).fill(undefined));
		expect(switched("emulated")).toEqual(Array(5).fill("true"));
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
