import { Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Overrides } from "../../infra/config.ts";
import { mapping, policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
beforeAll(begin);
afterAll(end);

const configurations = {
	plain: {},
	all: {
		stores: ["influxdb", "live-analytics", "dynamodb"],
		endpoints: { store: "https://store.example:8086" },
		storeSecret: "store-token",
		historyTicks: true,
		historyDays: 7,
		memoryStoreHours: 48,
		magneticStoreDays: 30,
	},
	named: {
		endpoints: { store: "https://store.example:8086" },
		storeSecret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:store-token-AbCdEf",
	},
} satisfies Record<string, Overrides>;
const landing = (name: keyof typeof configurations) => synthesize(configurations[name]).landing;

/** The statements that the function with this entry in its name may go by. */
const rightsOf = (template: Template, id: string) =>
	policies(template).length === 0
		? []
		: Object.entries(template.findResources("AWS::IAM::Policy"))
				.filter(([name]) => name.startsWith(id))
				.flatMap(
					([, { Properties }]) => Properties.PolicyDocument.Statement as { Action: string; Resource: unknown }[],
				);
const actionsOf = (template: Template, id: string) =>
	rightsOf(template, id)
		.flatMap(({ Action }) => Action)
		.sort();
const reading = [
	"kinesis:DescribeStream",
	"kinesis:DescribeStreamConsumer",
	"kinesis:DescribeStreamSummary",
	"kinesis:GetRecords",
	"kinesis:GetShardIterator",
	"kinesis:ListShards",
	"kinesis:ListStreams",
	"kinesis:SubscribeToShard",
];
/** Of its own log group. */
const logging = ["logs:CreateLogStream", "logs:PutLogEvents"];
const letters = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"];

test("without a store there are the latest prices, and nothing else", () => {
	const template = landing("plain");
	template.resourceCountIs("AWS::Lambda::Function", 1);
	template.resourceCountIs("AWS::DynamoDB::GlobalTable", 1);
	for (const type of ["AWS::Timestream::Database", "AWS::Timestream::Table", "AWS::S3::Bucket"]) {
		template.resourceCountIs(type, 0);
	}
});

test("each store has a function and a place in the stream of its own, so that each fails alone", () => {
	const template = landing("all");
	const functions = Object.values(template.findResources("AWS::Lambda::Function"));
	expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual([
		"tidemark-landing-bars",
		"tidemark-landing-history-bars",
		"tidemark-landing-history-ticks",
		"tidemark-landing-live-analytics",
		"tidemark-landing-ticks",
	]);
	template.resourceCountIs("AWS::Lambda::EventSourceMapping", 5);
	template.resourcePropertiesCountIs("AWS::Lambda::EventSourceMapping", mapping("Bars", 5_000), 3);
	template.resourcePropertiesCountIs("AWS::Lambda::EventSourceMapping", mapping("Ticks", 5_000), 2);
});

describe("influxdb", () => {
	test("knows its secret by name, and may read that one only", () => {
		const template = landing("all");
		template.hasResourceProperties("AWS::Lambda::Function", {
			Environment: {
				Variables: Match.objectLike({ STORE_URL: "https://store.example:8086", STORE_SECRET: "store-token" }),
			},
		});
		const secrets = rightsOf(template, "LandBars").filter(({ Action }) => JSON.stringify(Action).includes("secrets"));
		expect(secrets.flatMap(({ Action }) => Action).sort()).toEqual([
			"secretsmanager:DescribeSecret",
			"secretsmanager:GetSecretValue",
		]);
		expect(JSON.stringify(secrets[0]?.Resource)).toContain(":secret:store-token-??????");
	});

	test("or by its ARN", () => {
		const secrets = rightsOf(landing("named"), "LandBars").filter(({ Action }) =>
			Action.includes("secretsmanager:GetSecretValue"),
		);
		expect(secrets[0]?.Resource).toBe(configurations.named.storeSecret);
	});
});

describe("dynamodb", () => {
	test("is a table by symbol and time that is billed by use, and forgets", () => {
		const template = landing("all");
		template.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
			BillingMode: "PAY_PER_REQUEST",
			KeySchema: [
				{ AttributeName: "symbol", KeyType: "HASH" },
				{ AttributeName: "series_time", KeyType: "RANGE" },
			],
			TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
		});
		template.hasResourceProperties("AWS::Lambda::Function", {
			FunctionName: "tidemark-landing-history-bars",
			Environment: { Variables: Match.objectLike({ HISTORY_DAYS: "7", HISTORY_TABLE: Match.anyValue() }) },
		});
		template.hasOutput("HistoryTable", {});
	});

	test.each(["KeepBars", "KeepTicks"])("%s may put items, and do nothing else with the table", (id) => {
		expect(actionsOf(landing("all"), id)).toEqual(["dynamodb:PutItem", ...reading, ...letters, ...logging].sort());
	});
});

describe("live-analytics", () => {
	test("is a database with a table that takes bars of the past too, and tells what it refuses later", () => {
		const template = landing("all");
		template.hasResourceProperties("AWS::Timestream::Database", { DatabaseName: "tidemark" });
		template.hasResourceProperties("AWS::Timestream::Table", {
			DatabaseName: { Ref: Match.stringLikeRegexp("^LiveAnalyticsDatabase") },
			TableName: "bars",
			RetentionProperties: { MemoryStoreRetentionPeriodInHours: "48", MagneticStoreRetentionPeriodInDays: "30" },
			MagneticStoreWriteProperties: {
				EnableMagneticStoreWrites: true,
				MagneticStoreRejectedDataLocation: {
					S3Configuration: {
						BucketName: { Ref: Match.stringLikeRegexp("^LiveAnalyticsReports") },
						EncryptionOption: "SSE_S3",
					},
				},
			},
		});
		template.hasResourceProperties("AWS::Lambda::EventSourceMapping", { MaximumBatchingWindowInSeconds: 5 });
	});

	test("may write to that table, and ask where to; only that question has no resource", () => {
		const template = landing("all");
		expect(actionsOf(template, "WriteBars")).toEqual(
			["timestream:DescribeEndpoints", "timestream:WriteRecords", ...reading, ...letters, ...logging].sort(),
		);
		const rights = rightsOf(template, "WriteBars");
		const of = (action: string) => rights.find(({ Action }) => Action === action)?.Resource;
		expect(of("timestream:WriteRecords")).toEqual({
			"Fn::GetAtt": [expect.stringMatching(/^LiveAnalyticsBars/), "Arn"],
		});
		expect(of("timestream:DescribeEndpoints")).toBe("*");
		const everywhere = policies(template).filter(({ Resource }) => [Resource].flat().includes("*"));
		expect(everywhere.map(({ Action }) => Action)).toEqual(["timestream:DescribeEndpoints"]);
	});
});
