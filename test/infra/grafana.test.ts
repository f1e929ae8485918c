import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Stack, Tags } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AthenaStack } from "../../infra/athena.ts";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { GrafanaStack } from "../../infra/grafana.ts";
import { LakeStack } from "../../infra/lake.ts";
import { root } from "../../local/paths.ts";
import { tempDir } from "../local/support.ts";
import { policies, synthesis } from "./synthesis.ts";

const { begin, end } = synthesis();
beforeAll(begin);
afterAll(end);

const made = new Map<string, Template>();

/** The stack with these overrides, and with nothing else but what it needs; test/infra/stacks.test.ts has the others. */
function grafana(overrides: Overrides = {}): Template {
	const key = JSON.stringify(overrides);
	const template = made.get(key) ?? synthesize(overrides);
	made.set(key, template);
	return template;
}

function synthesize(overrides: Overrides): Template {
	const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
	const app = new App({ context, outdir: tempDir() });
	const config = readConfig({ managedGrafana: {}, ...overrides });
	const lake = new LakeStack(app, "Lake", { config });
	const athena = new AthenaStack(app, "Athena", { config, lake });
	const topic = new Topic(new Stack(app, "Alerting"), "Alerts", { topicName: `${config.prefix}-alerts` });
	const stack = new GrafanaStack(app, "Grafana", { config, lake, athena, topic });
	Tags.of(app).add("application", config.prefix);
	return Template.fromStack(stack);
}

describe("a workspace of Managed Grafana", () => {
	test("has this account's data alone, a role of ours, plugins, and the newest Grafana", () => {
		const template = grafana();
		template.hasResourceProperties("AWS::Grafana::Workspace", {
			Name: "tidemark",
			AccountAccessType: "CURRENT_ACCOUNT",
			AuthenticationProviders: ["AWS_SSO"],
			PermissionType: "CUSTOMER_MANAGED",
			RoleArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^Role"), "Arn"] },
			PluginAdminEnabled: true,
			GrafanaVersion: Match.absent(),
		});
		template.hasOutput("GrafanaUrl", { Value: { "Fn::Join": ["", ["https://", Match.anyValue()]] } });
	});

	test("is as configured", () => {
		grafana({ prefix: "second", managedGrafana: { signIn: "SAML", version: "12.4" } }).hasResourceProperties(
			"AWS::Grafana::Workspace",
			{ Name: "second", AuthenticationProviders: ["SAML"], GrafanaVersion: "12.4" },
		);
	});

	test.each([
		[{ version: "10.4" }, /must be 11 or newer, such as 12.4: the dashboards need it[\s\S]*at managedGrafana.version/],
		[{ version: "12" }, /at managedGrafana.version/],
		[{ signIn: "PASSWORD" }, /at managedGrafana.signIn/],
		[{ users: [] }, /Unrecognized key: "users"/],
	])("%j is a mistake", (managedGrafana, message) => {
		expect(() => readConfig({ managedGrafana })).toThrow(message);
	});
});

describe("its role", () => {
	test("is Grafana's, for workspaces of this account and region", () => {
		grafana().hasResourceProperties("AWS::IAM::Role", {
			AssumeRolePolicyDocument: Match.objectLike({
				Statement: [
					{
						Action: "sts:AssumeRole",
						Effect: "Allow",
						Principal: { Service: "grafana.amazonaws.com" },
						Condition: {
							StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
							StringLike: {
								"aws:SourceArn": {
									"Fn::Join": [
										"",
										[
											"arn:",
											{ Ref: "AWS::Partition" },
											":grafana:",
											{ Ref: "AWS::Region" },
											":",
											{ Ref: "AWS::AccountId" },
											":/workspaces/*",
										],
									],
								},
							},
						},
					},
				],
			}),
		});
	});

	const reading = [
		"athena:GetQueryExecution",
		"athena:GetQueryResults",
		"athena:GetWorkGroup",
		"athena:StartQueryExecution",
		"athena:StopQueryExecution",
		"cloudwatch:GetMetricData",
		"cloudwatch:ListMetrics",
		"glue:GetDatabase",
		"glue:GetTable",
		"glue:GetTables",
		"s3:AbortMultipartUpload",
		"s3:GetBucketLocation",
		"s3:GetBucketLocation",
		"s3:GetObject",
		"s3:GetObject",
		"s3:ListBucket",
		"s3:ListBucket",
		"s3:ListBucketMultipartUploads",
		"s3:ListMultipartUploadParts",
		"s3:PutObject",
		"sns:Publish",
	];
	const actions = (template: Template) =>
		policies(template)
			.flatMap(({ Action }) => Action)
			.sort();

	test("reads metrics, the lake and its answers, publishes alerts, and nothing else", () => {
		expect(actions(grafana())).toEqual(reading);
		for (const { Effect } of policies(grafana())) expect(Effect).toBe("Allow");
	});

	test("reads Timestream's table where there is one", () => {
		const template = grafana({ stores: ["live-analytics"], prefix: "second" });
		expect(actions(template)).toEqual([...reading, "timestream:DescribeEndpoints", "timestream:Select"].sort());
		const select = policies(template).find(({ Action }) => Action === "timestream:Select");
		expect(JSON.stringify(select?.Resource)).toContain(":database/second/table/bars");
	});

	test("has everything for questions alone that AWS knows no resources for", () => {
		const anywhere = policies(grafana({ stores: ["live-analytics"], prefix: "second" })).filter(
			({ Resource }) => Resource === "*",
		);
		expect(anywhere.flatMap(({ Action }) => Action).sort()).toEqual([
			"cloudwatch:GetMetricData",
			"cloudwatch:ListMetrics",
			"timestream:DescribeEndpoints",
		]);
	});

	test("writes answers and nothing of the lake", () => {
		const writing = policies(grafana()).filter(({ Action }) => [Action].flat().includes("s3:PutObject"));
		expect(writing).toHaveLength(1);
		const resource = JSON.stringify(writing[0]?.Resource);
		expect(resource).toContain("GetAttResults");
		expect(resource).toContain("/results/*");
		const deleting = actions(grafana()).filter((action) => /Delete|Update|Create/.test(String(action)));
		expect(deleting).toEqual([]);
	});

	test("reads the files and tables of this lake, asks in this workgroup and tells this topic", () => {
		const of = (action: string) =>
			JSON.stringify(
				policies(grafana({ lakeDatabase: "market" })).filter(({ Action }) => [Action].flat().includes(action)),
			);
		expect(of("glue:GetTable")).toMatch(/:table\/.*RefDatabase.*\/\*/);
		expect(of("athena:StartQueryExecution")).toContain(":workgroup/tidemark");
		expect(of("sns:Publish")).toMatch(/"Resource":\{"Fn::ImportValue":"Alerting:[^"]*Alerts/);
		expect(of("s3:GetObject")).toContain("/lake/*");
	});
});

test("carries the application's tag", () => {
	const [workspace] = Object.values(
		grafana({ stores: ["live-analytics"], prefix: "second" }).findResources("AWS::Grafana::Workspace"),
	);
	expect(JSON.stringify(workspace?.Properties.Tags)).toContain('{"Key":"application","Value":"second"}');
});
