import { Match } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policies, synthesis } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
beforeAll(begin);
afterAll(end);

const compute = () => synthesize().compute;

describe("what is around the application", () => {
	test("has no application in it, so that an update of it leaves one that runs alone", () => {
		compute().resourceCountIs("AWS::KinesisAnalyticsV2::Application", 0);
		const others = Object.entries(synthesize()).filter(([name]) => name !== "application");
		for (const [, template] of others) expect(JSON.stringify(template)).not.toContain("TidemarkApplication:");
	});

	test("tells a deployment where things are", () => {
		for (const output of ["CodeBucket", "JobRoleArn", "JobLogStreamArn", "JobLogGroup"])
			compute().hasOutput(output, {});
		compute().hasOutput("JobLogStreamArn", {
			Value: { "Fn::Join": ["", Match.arrayWith([":log-stream:"])] },
		});
	});

	test("keeps code in a bucket that is private, takes TLS only, forgets no version at once and outlives its stack", () => {
		compute().hasResource("AWS::S3::Bucket", {
			DeletionPolicy: "Retain",
			UpdateReplacePolicy: "Retain",
			Properties: {
				VersioningConfiguration: { Status: "Enabled" },
				BucketEncryption: Match.anyValue(),
				PublicAccessBlockConfiguration: Match.objectLike({ BlockPublicPolicy: true }),
				LifecycleConfiguration: {
					Rules: [
						Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 90 }, ExpirationInDays: Match.absent() }),
					],
				},
			},
		});
		compute().hasResourceProperties("AWS::S3::BucketPolicy", {
			PolicyDocument: {
				Statement: Match.arrayWith([
					Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
				]),
			},
		});
	});

	test("the job may read trades only, and write results only", () => {
		const on = actionsOn();
		expect(on("GetAttTrades")).toContain("kinesis:GetRecords");
		expect(on("GetAttTrades").filter((action) => /Put|Delete|Create|Update/.test(action))).toEqual([]);
		for (const stream of ["GetAttBars", "GetAttTicks", "GetAttHits"]) {
			expect(on(stream)).toEqual(["kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]);
		}
	});

	test("the job may read its code, and write none of it", () => {
		const on = actionsOn();
		for (const folder of ["/releases/*", "/runners/*"])
			expect(on(folder)).toEqual(["s3:GetObject", "s3:GetObjectVersion"]);
		expect(on("/deploys")).toEqual([]);
	});
});

/** What the role may do on what has this text in its name. */
function actionsOn() {
	const statements = policies(compute());
	return (text: string) =>
		statements.flatMap(({ Action, Resource }) => (JSON.stringify(Resource).includes(text) ? Action : []));
}
