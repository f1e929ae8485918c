import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Tags } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { AthenaStack } from "../../infra/athena.ts";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { LakeStack } from "../../infra/lake.ts";
import { root } from "../../local/paths.ts";
import { namedQueries } from "../../sql/athena/named.ts";
import { tempDir } from "../local/support.ts";
import { policies } from "./synthesis.ts";

/** The stack with these overrides, and with nothing else but the lake that it needs. */
function athena(overrides: Overrides = {}): Template {
	const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
	const app = new App({ context, outdir: tempDir() });
	const config = readConfig(overrides);
	const stack = new AthenaStack(app, "Athena", { config, lake: new LakeStack(app, "Lake", { config }) });
	Tags.of(app).add("application", config.prefix);
	return Template.fromStack(stack);
}

describe("Athena's workgroup", () => {
	test("limits what a query scans, and nobody who asks can change that or the answers' place", () => {
		athena().hasResourceProperties("AWS::Athena::WorkGroup", {
			Name: "tidemark",
			RecursiveDeleteOption: true,
			WorkGroupConfiguration: {
				BytesScannedCutoffPerQuery: 10_000_000_000,
				EnforceWorkGroupConfiguration: true,
				PublishCloudWatchMetricsEnabled: true,
				EngineVersion: { SelectedEngineVersion: "Athena engine version 3" },
				ResultConfiguration: {
					OutputLocation: { "Fn::Join": ["", ["s3://", { Ref: Match.stringLikeRegexp("^Results") }, "/results/"]] },
					ExpectedBucketOwner: { Ref: "AWS::AccountId" },
					EncryptionConfiguration: { EncryptionOption: "SSE_S3" },
				},
			},
		});
	});

	test("is as configured", () => {
		const template = athena({ prefix: "second", athenaScanLimitMb: 50, athenaResultDays: 3, lakeDatabase: "market" });
		template.hasResourceProperties("AWS::Athena::WorkGroup", {
			Name: "second",
			WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 50_000_000 },
		});
		template.hasResourceProperties("AWS::S3::Bucket", {
			LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 3 })]) },
		});
		template.allResourcesProperties("AWS::Athena::NamedQuery", { WorkGroup: "second" });
	});

	test("carries the application's tag", () => {
		athena().hasResourceProperties("AWS::Athena::WorkGroup", { Tags: [{ Key: "application", Value: "tidemark" }] });
	});

	test("has no limit below Athena's own least", () => {
		expect(() => athena({ athenaScanLimitMb: 9 })).toThrow("athenaScanLimitMb");
	});
});

describe("the answers' bucket", () => {
	test("is private and encrypted, takes TLS only, and forgets", () => {
		const template = athena();
		template.resourceCountIs("AWS::S3::Bucket", 1);
		template.hasResourceProperties("AWS::S3::Bucket", {
			BucketEncryption: {
				ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
			},
			PublicAccessBlockConfiguration: {
				BlockPublicAcls: true,
				BlockPublicPolicy: true,
				IgnorePublicAcls: true,
				RestrictPublicBuckets: true,
			},
			LifecycleConfiguration: {
				Rules: [
					{
						ExpirationInDays: 7,
						AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
						Status: "Enabled",
					},
				],
			},
		});
		template.hasResourceProperties("AWS::S3::BucketPolicy", {
			PolicyDocument: {
				Statement: Match.arrayWith([
					Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
					Match.objectLike({ Effect: "Deny", Condition: { NumericLessThan: { "s3:TlsVersion": 1.2 } } }),
				]),
			},
		});
	});
});

describe("named queries", () => {
	test("are the files of sql/athena, as they are, over the lake's database", () => {
		const template = athena({ lakeDatabase: "market" });
		const queries = namedQueries();
		template.resourceCountIs("AWS::Athena::NamedQuery", queries.length);
		expect(queries.length).toBeGreaterThanOrEqual(10);
		for (const { name, text, comment } of queries) {
			template.hasResource("AWS::Athena::NamedQuery", {
				DependsOn: ["WorkGroup"],
				Properties: {
					Name: name,
					QueryString: text,
					Database: { "Fn::ImportValue": Match.stringLikeRegexp("RefDatabase") },
					WorkGroup: "tidemark",
					Description: Match.stringLikeRegexp(`^${(comment[0] ?? "").slice(0, 20)}`),
				},
			});
		}
	});

	test("have descriptions that Athena keeps", () => {
		for (const { Properties } of Object.values(athena().findResources("AWS::Athena::NamedQuery"))) {
			expect(Properties.Description.length).toBeLessThanOrEqual(1024);
			expect(Properties.Description).toContain("Key: ");
		}
	});
});

describe("who may ask", () => {
	test("is nobody by itself", () => {
		const template = athena();
		expect(policies(template)).toEqual([]);
		template.resourceCountIs("AWS::IAM::Role", 0);
		const [readers] = Object.values(template.findResources("AWS::IAM::ManagedPolicy"));
		for (const attached of ["Users", "Groups", "Roles"]) expect(readers?.Properties).not.toHaveProperty(attached);
	});

	test("gets by one policy the workgroup, its answers, and the lake to read", () => {
		const template = athena({ prefix: "second" });
		template.resourceCountIs("AWS::IAM::ManagedPolicy", 1);
		const [readers] = Object.values(template.findResources("AWS::IAM::ManagedPolicy"));
		expect(readers?.Properties.ManagedPolicyName).toBe("second-lake-readers");
		const statements = readers?.Properties.PolicyDocument.Statement as {
			Action: string | string[];
			Resource: unknown;
		}[];
		const granted = statements.map(({ Action, Resource }) => [[Action].flat().join(" "), JSON.stringify(Resource)]);
		expect(granted).toEqual([
			[
				"athena:BatchGetNamedQuery athena:GetNamedQuery athena:GetQueryExecution athena:GetQueryResults athena:GetWorkGroup athena:ListNamedQueries athena:StartQueryExecution athena:StopQueryExecution",
				expect.stringContaining(":workgroup/second"),
			],
			[
				"s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
				expect.stringMatching(/Results.*\/results\/\*/),
			],
			["s3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads", expect.stringContaining("Results")],
			["s3:GetObject", expect.stringMatching(/Lake:.*\/lake\/\*/)],
			["s3:GetBucketLocation s3:ListBucket", expect.stringMatching(/^\{"Fn::ImportValue":"Lake:[^"]*Bucket/)],
			["glue:GetDatabase glue:GetTable glue:GetTables", expect.stringMatching(/catalog.*database.*table/)],
		]);
		for (const { Action, Resource } of statements) {
			expect(Resource).not.toBe("*");
			expect([Action].flat().filter((action) => action.includes("*"))).toEqual([]);
		}
	});
});
