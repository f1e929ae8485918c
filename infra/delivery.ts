import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { OidcProviderNative, PolicyStatement, Role, WebIdentityPrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { ComputeStack } from "./compute.ts";
import type { Config } from "./config.ts";
import type { Streams } from "./ingest.ts";
import type { LakeStack } from "./lake.ts";
import { explainWildcards } from "./wildcards.ts";

const issuer = "token.actions.githubusercontent.com";

export type DeliveryProps = StackProps & {
	config: Config;
	github: NonNullable<Config["github"]>;
	lake: LakeStack;
	compute: ComputeStack;
	streams: Streams;
};

/** What a workflow on GitHub may do, without a key: deploy this environment, where the workflow runs in GitHub's of its name. */
export class DeliveryStack extends Stack {
	constructor(scope: Construct, id: string, props: DeliveryProps) {
		super(scope, id, props);
		const { config, github, lake, compute, streams } = props;
		const role = new Role(this, "Role", {
			roleName: `${config.prefix}-deploy`,
			description: `Deploys ${config.prefix}, from workflows of ${github.repository}`,
			assumedBy: new WebIdentityPrincipal(this.provider(github.createProvider), {
				StringEquals: {
					[`${issuer}:aud`]: "sts.amazonaws.com",
					[`${issuer}:sub`]: `repo:${github.repository}:environment:${config.environment}`,
				},
			}),
			maxSessionDuration: Duration.hours(2),
		});
		const allow = (actions: string[], ...resources: string[]) =>
			role.addToPolicy(new PolicyStatement({ actions, resources }));
		const stacks = { service: "cloudformation", resource: "stack", resourceName: "*" };
		// The CDK's own roles, which `cdk bootstrap` makes, do what CloudFormation is asked to.
		const roles = { service: "iam", region: "", resource: "role", resourceName: "cdk-*" };
		allow(["sts:AssumeRole"], this.formatArn(roles));
		allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], this.formatArn(stacks));
		const application = { service: "kinesisanalytics", resource: "application", resourceName: config.prefix };
		allow(
			[
				"kinesisanalytics:CreateApplicationSnapshot",
				"kinesisanalytics:DeleteApplicationSnapshot",
				"kinesisanalytics:DescribeApplication",
				"kinesisanalytics:DescribeApplicationOperation",
				"kinesisanalytics:DescribeApplicationSnapshot",
				"kinesisanalytics:ListApplicationOperations",
				"kinesisanalytics:ListApplicationSnapshots",
				"kinesisanalytics:RollbackApplication",
				"kinesisanalytics:StartApplication",
				"kinesisanalytics:StopApplication",
				"kinesisanalytics:UpdateApplication",
			],
			this.formatArn(application),
		);
		const { code } = compute;
		const folders = ["releases/*", "runners/*", "deploys/*"].map((folder) => code.arnForObjects(folder));
		allow(["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], ...folders);
		allow(["s3:ListBucket"], code.bucketArn);
		// What a deployment watches: what comes out, what is committed to the lake, what the job logs, how it is.
		lake.grantReading(role);
		const reading = [
			"kinesis:DescribeStreamSummary",
			"kinesis:GetRecords",
			"kinesis:GetShardIterator",
			"kinesis:ListShards",
		];
		allow(reading, streams.bars.streamArn);
		allow(["logs:FilterLogEvents", "logs:GetLogEvents"], compute.logs.logGroupArn);
		allow(["cloudwatch:GetMetricData"], "*");
		explainWildcards(
			[role],
			[/:role\/cdk-\*$/, "The roles that cdk bootstrap makes have a qualifier and a region in their names"],
			[/:stack\/\*$/, "It reads outputs and templates of this environment's stacks, whose ARNs end in an id"],
			[/\/(releases|runners|deploys)\/\*$/, "Each release, jar and deployment is a new file"],
			[/log-group:|<Logs.*\.Arn>|Logs.*Arn/, "The streams of the job's log group"],
			[/^Resource::\*$/, "CloudWatch knows no resource for cloudwatch:GetMetricData"],
		);
		new CfnOutput(this, "DeployRoleArn", { value: role.roleArn });
	}

	/** GitHub's provider of identities: made here, or the one that the account has already. */
	private provider(create: boolean): string {
		if (create)
			return new OidcProviderNative(this, "GitHub", { url: `https://${issuer}`, clientIds: ["sts.amazonaws.com"] })
				.oidcProviderArn;
		return this.formatArn({
			service: "iam",
			region: "",
			resource: "oidc-provider",
			resourceName: issuer,
			arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
		});
	}
}
