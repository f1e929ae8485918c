import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { CfnNamedQuery, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { type IGrantable, ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { namedQueries } from "../sql/athena/named.ts";
import { privateBucket } from "./bucket.ts";
import type { Config } from "./config.ts";
import type { LakeStack } from "./lake.ts";
import { explainWildcards } from "./wildcards.ts";

/** Where people ask the lake: a workgroup that bounds what a query may scan, its answers' place, the named queries. */
export class AthenaStack extends Stack {
	private readonly results: Bucket;
	private readonly workgroup: CfnWorkGroup;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config; lake: LakeStack }) {
		super(scope, id, props);
		const { config, lake } = props;
		this.results = privateBucket(this, "Results", {
			lifecycleRules: [
				{
					expiration: Duration.days(config.athenaResultDays),
					abortIncompleteMultipartUploadAfter: Duration.days(1),
				},
			],
			// A bucket that holds something cannot be deleted; what a deleted stack leaves behind empties itself.
			removalPolicy: RemovalPolicy.RETAIN,
		});
		const { results } = this;
		this.workgroup = new CfnWorkGroup(this, "WorkGroup", {
			name: config.prefix,
			description: "Tidemark's lake: encrypted answers that expire, and a limit to what a query may scan",
			// Queries are in the repository and answers expire anyway.
			recursiveDeleteOption: true,
			workGroupConfiguration: {
				bytesScannedCutoffPerQuery: config.athenaScanLimitMb * 1_000_000,
				// Nobody who asks can go round the limit or put answers elsewhere.
				enforceWorkGroupConfiguration: true,
				publishCloudWatchMetricsEnabled: true,
				// The version that is Trino; left to AWS, a workgroup may be moved to another.
				engineVersion: { selectedEngineVersion: "Athena engine version 3" },
				resultConfiguration: {
					outputLocation: `s3://${results.bucketName}/results/`,
					expectedBucketOwner: this.account,
					encryptionConfiguration: { encryptionOption: "SSE_S3" },
				},
			},
		});
		const { workgroup } = this;
		for (const { name, comment, text } of namedQueries()) {
			const query = new CfnNamedQuery(this, idOf(name), {
				name,
				description: descriptionOf(comment),
				database: lake.database.ref,
				workGroup: workgroup.name,
				queryString: text,
			});
			query.addResourceDependency(workgroup);
		}
		const readers = new ManagedPolicy(this, "Readers", {
			managedPolicyName: `${config.prefix}-lake-readers`,
			description: "Ask Tidemark's lake in its workgroup, and read the answers",
		});
		this.grantQueries(readers);
		readers.addStatements(
			new PolicyStatement({
				actions: ["athena:BatchGetNamedQuery", "athena:GetNamedQuery", "athena:ListNamedQueries"],
				resources: [this.workgroupArn()],
			}),
		);
		lake.grantReading(readers);
		new CfnOutput(this, "LakeReadersPolicy", { value: readers.managedPolicyArn });
		new CfnOutput(this, "AthenaWorkGroup", { value: workgroup.name });
		new CfnOutput(this, "AthenaResultsBucket", { value: results.bucketName });
	}

	/** Lets `grantee` ask in this workgroup, within its limit, and read the answers. What it may read of the lake is not in it. */
	grantQueries(grantee: IGrantable): void {
		const allow = (actions: string[], resources: string[]) =>
			grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
		allow(
			[
				"athena:GetQueryExecution",
				"athena:GetQueryResults",
				"athena:GetWorkGroup",
				"athena:StartQueryExecution",
				"athena:StopQueryExecution",
			],
			[this.workgroupArn()],
		);
		// Athena writes an answer with the rights of whoever asked.
		allow(
			["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
			[this.results.arnForObjects("results/*")],
		);
		allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [this.results.bucketArn]);
		explainWildcards([grantee, grantee.grantPrincipal], [/\/results\/\*$/, "Athena names the answers"]);
	}

	private workgroupArn(): string {
		return this.formatArn({ service: "athena", resource: "workgroup", resourceName: this.workgroup.name });
	}
}

/** `highest_per_hour` as `HighestPerHour`. */
function idOf(name: string): string {
	return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** As much of a file's comment as Athena keeps. */
function descriptionOf(comment: readonly string[]): string {
	const LONGEST = 1024;
	const whole = comment.join(" ");
	return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST - 1)}…`;
}
