import { Match } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { operators } from "./configurations.ts";
import { policies, synthesis, type Templates } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
const repository = "example/tidemark";
let dev: Templates;
let prod: Templates;
beforeAll(() => {
	begin();
	dev = synthesize({ github: { repository } });
	prod = synthesize({ github: { repository, createProvider: false }, operators }, "prod");
}, 600_000);
afterAll(end);

const trusted = (environment: string) => ({
	AssumeRolePolicyDocument: {
		Statement: [
			{
				Action: "sts:AssumeRoleWithWebIdentity",
				Effect: "Allow",
				Principal: { Federated: Match.anyValue() },
				Condition: {
					StringEquals: {
						"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
						"token.actions.githubusercontent.com:sub": `repo:${repository}:environment:${environment}`,
					},
				},
			},
		],
		Version: "2012-10-17",
	},
});

describe("the role of GitHub's workflows", () => {
	test("is there where a repository is named", () => {
		expect(synthesize().delivery).toBeUndefined();
		expect(() => readConfig({ github: { repository: "tidemark" } })).toThrow(/owner\/name[\s\S]*at github.repository/);
	});

	test("is for one repository and one environment, exactly", () => {
		dev.delivery.hasResourceProperties("AWS::IAM::Role", { RoleName: "tidemark-deploy", ...trusted("dev") });
		prod.delivery.hasResourceProperties("AWS::IAM::Role", { RoleName: "tidemark-prod-deploy", ...trusted("prod") });
	});

	test("goes by a provider that one environment makes and the other uses", () => {
		dev.delivery.resourceCountIs("AWS::IAM::OIDCProvider", 1);
		prod.delivery.resourceCountIs("AWS::IAM::OIDCProvider", 0);
		expect(JSON.stringify(prod.delivery.findResources("AWS::IAM::Role"))).toContain(
			":oidc-provider/token.actions.githubusercontent.com",
		);
	});

	test("may deploy this application and no other, and make no rights", () => {
		const statements = policies(prod.delivery);
		const on = (service: string) =>
			statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith(`${service}:`)));
		const [flink] = on("kinesisanalytics");
		expect(JSON.stringify(flink?.Resource)).toContain(':application/tidemark-prod"');
		expect(flink?.Action).toContain("kinesisanalytics:RollbackApplication");
		expect(flink?.Action).not.toContain("kinesisanalytics:DeleteApplication");
		expect(on("iam")).toEqual([]);
		expect(on("sts").map(({ Action, Resource }) => [Action, JSON.stringify(Resource)])).toEqual([
			["sts:AssumeRole", expect.stringContaining(":role/cdk-*")],
		]);
	});

	test("may write code, and read what comes out, but write no stream", () => {
		const actions = policies(prod.delivery).flatMap(({ Action }) => Action);
		expect(actions).toContain("kinesis:GetRecords");
		expect(actions.filter((action) => /^kinesis:(Put|Delete|Update)/.test(action))).toEqual([]);
		// What a deployment asks, of infra/release: templates, tables of the lake, and their metadata.
		for (const action of ["cloudformation:GetTemplate", "glue:GetTable"]) expect(actions).toContain(action);
		expect(actions.filter((action) => /^glue:(Create|Update|Delete)/.test(action))).toEqual([]);
		expect(actions.filter((action) => /^s3:DeleteBucket|^s3:PutBucket/.test(action))).toEqual([]);
	});
});
