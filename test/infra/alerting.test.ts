import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { mapping, policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize, synthesized } = synthesis();
beforeAll(begin);
afterAll(end);

const plain = () => synthesize().alerting;
const rules = (more: string, name = "rules.yaml"): string => {
	const file = join(synthesized(), name);
	writeFileSync(file, `rules:\n  - { name: move, on: hit, when: price > 1, subject: s, message: m }\n${more}`);
	return file;
};
const functions = (template: Template) =>
	Object.values(template.findResources("AWS::Lambda::Function")).map(({ Properties }) => Properties);
const named = (name: string) =>
	functions(plain()).find(({ FunctionName }) => FunctionName === `tidemark-alerting-${name}`);

describe("functions", () => {
	test("one for each stream that rules are on, and one for the clock", () => {
		expect(
			functions(plain())
				.map(({ FunctionName }) => FunctionName)
				.sort(),
		).toEqual(["tidemark-alerting-bars", "tidemark-alerting-hits", "tidemark-alerting-watch"]);
		for (const stream of ["Hits", "Bars"])
			plain().hasResourceProperties("AWS::Lambda::EventSourceMapping", mapping(stream, 100));
		plain().resourceCountIs("AWS::Lambda::EventSourceMapping", 3);
	});

	test("know the table, the topic and the queues, and that event times are of the present", () => {
		for (const name of ["hits", "bars", "watch"]) {
			const { Runtime, Environment, LoggingConfig } = named(name);
			expect(Runtime).toBe("nodejs24.x");
			expect(LoggingConfig).toMatchObject({ LogFormat: "JSON" });
			expect(Environment.Variables).toMatchObject({
				MEMORY_DAYS: "8",
				LIVE_DATA: "true",
				TOPIC_ARN: { Ref: expect.stringMatching(/^Alerts/) },
				ALERTS_TABLE: { Ref: expect.stringMatching(/^States/) },
				FLUSH_URL: { Ref: expect.stringMatching(/^GroupEnds/) },
				DEAD_LETTERS_URL: { Ref: expect.stringMatching(/^DeadLetters/) },
			});
			expect("LATEST_TABLE" in Environment.Variables).toBe(name === "watch");
			expect(Environment.Variables).not.toHaveProperty("AWS_ENDPOINT_URL_SNS");
		}
	});

	test("of a replay do not take its times for the present, and may publish elsewhere", () => {
		const sns = "http://127.0.0.1:4567";
		const { alerting } = synthesize({ liveData: false, alertMemoryDays: 30, endpoints: { sns } });
		for (const { Environment } of functions(alerting)) {
			expect(Environment.Variables).toMatchObject({ MEMORY_DAYS: "30", AWS_ENDPOINT_URL_SNS: sns });
			expect(Environment.Variables).not.toHaveProperty("LIVE_DATA");
		}
	});

	test("have the rules beside their code, those that are configured", () => {
		const rulesFile = rules("link: http://here/\n", "own.yaml");
		synthesize({ rulesFile });
		const found = readdirSync(synthesized(), { recursive: true, encoding: "utf8" }).filter((path) =>
			/asset\.\w+.rules\.yaml$/.test(path),
		);
		const texts = found.map((path) => readFileSync(join(synthesized(), path), "utf8"));
		expect(texts).toContain(readFileSync(rulesFile, "utf8"));
		expect(texts).toContain(readFileSync(join(root, "alerting/rules.yaml"), "utf8"));
	});

	test("the clock's is called each minute, and when a group ends", () => {
		plain().hasResourceProperties("AWS::Events::Rule", {
			ScheduleExpression: "rate(1 minute)",
			State: "ENABLED",
			Targets: [Match.objectLike({ Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^Watch"), "Arn"] } })],
		});
		plain().hasResourceProperties("AWS::Lambda::EventSourceMapping", {
			EventSourceArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^GroupEnds"), "Arn"] },
			BatchSize: 1,
		});
		plain().hasResourceProperties("AWS::SQS::Queue", {
			VisibilityTimeout: 120,
			RedrivePolicy: { maxReceiveCount: 5 },
		});
	});
});

describe("the table", () => {
	test("has states and alerts by key, alerts by day, and forgets by itself", () => {
		plain().resourceCountIs("AWS::DynamoDB::GlobalTable", 1);
		plain().hasResourceProperties("AWS::DynamoDB::GlobalTable", {
			KeySchema: [
				{ AttributeName: "pk", KeyType: "HASH" },
				{ AttributeName: "sk", KeyType: "RANGE" },
			],
			GlobalSecondaryIndexes: [
				{
					IndexName: "recent",
					KeySchema: [
						{ AttributeName: "day", KeyType: "HASH" },
						{ AttributeName: "updated_at", KeyType: "RANGE" },
					],
					Projection: { ProjectionType: "ALL" },
				},
			],
			BillingMode: "PAY_PER_REQUEST",
			TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
		});
		plain().hasOutput("AlertsTable", {});
	});
});

describe("rights", () => {
	/** Actions that a function may do on a resource whose reference has this text. */
	const allowed = (name: string, resource: string) => {
		const role = JSON.stringify(named(name).Role).match(/"([A-Za-z]+Role\w+)"/)?.[1];
		const all = Object.values(plain().findResources("AWS::IAM::Policy"));
		const own = all.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(String(role)));
		return own
			.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
			.filter(({ Resource }) => JSON.stringify(Resource).includes(resource))
			.flatMap(({ Action }) => Action)
			.sort();
	};
	const table = ["BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"].map((action) => `dynamodb:${action}`);

	test.each(["hits", "bars", "watch"])("of %s are those that it uses, no more", (name) => {
		expect(allowed(name, "States")).toEqual(table);
		expect(allowed(name, '"Ref":"Alerts')).toEqual(["sns:Publish"]);
		expect(allowed(name, "GroupEnds")).toContain("sqs:SendMessage");
		expect(allowed(name, "DeadLetters")).toContain("sqs:SendMessage");
		expect(allowed(name, "DeadLetters")).not.toContain("sqs:ReceiveMessage");
	});

	test("of the clock's function are also to read latest prices and the queue of group ends, and no stream", () => {
		expect(allowed("watch", "Latest")).toEqual(["dynamodb:Scan"]);
		expect(allowed("watch", "GroupEnds")).toContain("sqs:ReceiveMessage");
		expect(allowed("watch", "kinesis")).toEqual([]);
		expect(allowed("hits", "Latest")).toEqual([]);
		expect(allowed("hits", "GroupEnds")).not.toContain("sqs:ReceiveMessage");
		expect(allowed("hits", "GetAttBars")).toEqual([]);
		expect(allowed("bars", "GetAttHits")).toEqual([]);
	});

	test("reach the index too", () => {
		const [statement] = policies(plain()).filter(({ Action }) => Action.includes("dynamodb:Query"));
		expect(JSON.stringify(statement?.Resource)).toContain("/index/*");
	});
});

describe("subscribers", () => {
	const filter = { severity: ["critical"], symbol: [{ prefix: "BRK" }] };
	const all = `subscriptions:
  - { email: a.b@example.com, filter: ${JSON.stringify(filter)} }
  - { email: a-b@example.com }
  - { sms: "+4915112345678" }
  - { https: https://hooks.example.com/tidemark }
  - { sqs: "arn:aws:sqs:eu-central-1:123456789012:alerts" }
`;

	test("of the rules file are deployed with their filters; programs get the JSON as it is", () => {
		const { alerting } = synthesize({ rulesFile: rules(all, "subscribed.yaml") });
		const found = Object.values(alerting.findResources("AWS::SNS::Subscription")).map(({ Properties }) => {
			const { TopicArn, ...rest } = Properties;
			expect(TopicArn).toEqual({ Ref: expect.stringMatching(/^Alerts/) });
			return rest;
		});
		expect(found.sort((a, b) => (a.Endpoint < b.Endpoint ? -1 : 1))).toEqual([
			{ Protocol: "sms", Endpoint: "+4915112345678" },
			{ Protocol: "email", Endpoint: "a-b@example.com" },
			{ Protocol: "email", Endpoint: "a.b@example.com", FilterPolicy: filter },
			{ Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-central-1:123456789012:alerts", RawMessageDelivery: true },
			{ Protocol: "https", Endpoint: "https://hooks.example.com/tidemark", RawMessageDelivery: true },
		]);
	});

	test("are none where the file has none, but for the queue where it is asked for", () => {
		plain().resourceCountIs("AWS::SNS::Subscription", 0);
		const { alerting } = synthesize({ alertsQueue: true });
		alerting.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "sqs", RawMessageDelivery: true });
		alerting.hasOutput("AlertsQueueUrl", {});
	});
});

describe("rules with mistakes end the synthesis", () => {
	test("with the file, the line and the rule of each", () => {
		const rulesFile = rules(
			"  - { name: other, on: 1m, when: clsoe > 1, subject: s, message: m }\nmute: [{}]\n",
			"broken.yaml",
		);
		expect(() => synthesize({ rulesFile })).toThrow(`${rulesFile}:3: rule other: when \`clsoe\` is no field here`);
		expect(() => synthesize({ rulesFile })).toThrow(`${rulesFile}:4: mute.0.time_zone is missing`);
	});

	test("a file that is not there is named, with the setting", () => {
		expect(() => synthesize({ rulesFile: "/nowhere/rules.yaml" })).toThrow(
			'The alerting rules cannot be read: /nowhere/rules.yaml. Set "rulesFile" to the file.',
		);
	});
});
