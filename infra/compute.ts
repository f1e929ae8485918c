import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, LogStream } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { privateBucket } from "./bucket.ts";
import type { Config } from "./config.ts";
import type { Streams } from "./ingest.ts";
import type { LakeStack } from "./lake.ts";
import { logRetention } from "./retention.ts";
import { explainWildcards } from "./wildcards.ts";

/** What a Managed Flink application needs around it: what it may do, where it logs, where its code is kept. */
export class ComputeStack extends Stack {
	readonly role: Role;
	/** Where its code is kept. */
	readonly code: Bucket;
	readonly logs: LogGroup;
	/** Where the application logs, with `:log-stream:` in it, as the service wants it. */
	readonly logStreamArn: string;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config; streams: Streams; lake: LakeStack }) {
		super(scope, id, props);
		const { config, streams, lake } = props;
		this.role = new Role(this, "Role", {
			assumedBy: new ServicePrincipal("kinesisanalytics.amazonaws.com"),
			description: "What the Flink job may do: read trades, write results, keep the lake",
		});
		const { role } = this;
		streams.trades.grantRead(role);
		streams.bars.grantWrite(role);
		streams.ticks.grantWrite(role);
		streams.hits.grantWrite(role);
		lake.grantTables(role);

		this.code = this.codeBucket();
		const { code } = this;
		role.addToPolicy(
			new PolicyStatement({
				actions: ["s3:GetObject", "s3:GetObjectVersion"],
				resources: [code.arnForObjects("releases/*"), code.arnForObjects("runners/*")],
			}),
		);
		explainWildcards([role], [/\/(releases|runners)\/\*$/, "Each release and each jar is a new file"]);

		this.logs = new LogGroup(this, "Logs", {
			retention: logRetention(config),
			removalPolicy: RemovalPolicy.DESTROY,
		});
		const { logs } = this;
		const logStream = new LogStream(this, "LogStream", { logGroup: logs, removalPolicy: RemovalPolicy.DESTROY });
		logs.grantWrite(role);
		logs.grant(role, "logs:DescribeLogGroups", "logs:DescribeLogStreams");
		this.logStreamArn = logStreamArn(this, logs, logStream);
		new CfnOutput(this, "CodeBucket", { value: code.bucketName });
		new CfnOutput(this, "JobRoleArn", { value: role.roleArn });
		new CfnOutput(this, "JobLogStreamArn", { value: this.logStreamArn });
		new CfnOutput(this, "JobLogGroup", { value: logs.logGroupName });
	}

	/**
	 * What the application has run, so that each of it can run again: the SQL with its plan under `releases/`, the runner's
	 * jars under `runners/`, and what was done by whom under `deploys/`.
	 */
	private codeBucket(): Bucket {
		return privateBucket(this, "Code", {
			versioned: true,
			lifecycleRules: [
				{
					abortIncompleteMultipartUploadAfter: Duration.days(1),
					noncurrentVersionExpiration: Duration.days(90),
				},
			],
			removalPolicy: RemovalPolicy.RETAIN,
		});
	}
}

function logStreamArn(stack: Stack, group: LogGroup, stream: LogStream): string {
	return stack.formatArn({
		service: "logs",
		resource: "log-group",
		resourceName: `${group.logGroupName}:log-stream:${stream.logStreamName}`,
		arnFormat: ArnFormat.COLON_RESOURCE_NAME,
	});
}
