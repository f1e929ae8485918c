import { Match } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
beforeAll(begin);
afterAll(end);
const lake = () => synthesize().lake;

describe("the role of Glue's optimizers", () => {
	test("is Glue's alone, and the stack tells it", () => {
		const template = lake();
		template.hasResourceProperties("AWS::IAM::Role", {
			AssumeRolePolicyDocument: Match.objectLike({
				Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "glue.amazonaws.com" } }],
			}),
		});
		const [role] = Object.keys(template.findResources("AWS::IAM::Role"));
		template.hasOutput("LakeMaintenanceRole", { Value: { "Fn::GetAtt": [role, "Arn"] } });
	});

	test("reaches the tables of this lake, their files and the optimizers' logs, and nothing else", () => {
		const statements = policies(lake());
		const actions = statements.flatMap(({ Action }) => Action).sort();
		expect(actions).toEqual([
			"glue:GetTable",
			"glue:UpdateTable",
			"logs:CreateLogGroup",
			"logs:CreateLogStream",
			"logs:PutLogEvents",
			"s3:DeleteObject",
			"s3:GetObject",
			"s3:ListBucket",
			"s3:PutObject",
		]);
		const resources = JSON.stringify(statements.map(({ Resource }) => Resource));
		expect(resources).not.toContain('"*"');
		expect(resources).toContain("/lake/*");
		for (const name of ["compaction", "retention", "orphan-file-deletion"])
			expect(resources).toContain(`log-group:/aws-glue/iceberg-${name}/logs:*`);
	});
});
