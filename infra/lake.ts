import { ArnFormat, CfnDeletionPolicy, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { CfnDatabase } from "aws-cdk-lib/aws-glue";
import { type IGrantable, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { privateBucket } from "./bucket.ts";
import type { Config } from "./config.ts";
import { explainWildcards } from "./wildcards.ts";

/** Where the Iceberg tables are: their files in a bucket, their names in a Glue database. */
export class LakeStack extends Stack {
	readonly bucket: Bucket;
	readonly database: CfnDatabase;
	/** The place under which Iceberg puts its tables. */
	readonly warehouse: string;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
		super(scope, id, props);
		this.bucket = privateBucket(this, "Bucket", {
			lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
			// The lake is the record of what happened: a deleted stack leaves it behind.
			removalPolicy: RemovalPolicy.RETAIN,
		});
		this.warehouse = `s3://${this.bucket.bucketName}/lake`;
		this.database = new CfnDatabase(this, "Database", {
			catalogId: this.account,
			databaseInput: {
				name: props.config.lakeDatabase,
				description: "Tidemark's lake: Iceberg tables, written by the Flink job",
				locationUri: this.warehouse,
			},
		});
		// Names only: what is in the bucket stays. A new name for the database is no reason to forget the old one's tables.
		this.database.applyRemovalPolicy(RemovalPolicy.DESTROY, { applyToUpdateReplacePolicy: false });
		this.database.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
		new CfnOutput(this, "LakeBucket", { value: this.bucket.bucketName });
		new CfnOutput(this, "LakeDatabase", { value: this.database.ref });
		new CfnOutput(this, "LakeMaintenanceRole", { value: this.maintenanceRole().roleArn });
	}

	/** What Glue's optimizers may do once `tidemark lake maintain --aws` has set them: keep the files of these tables. */
	private maintenanceRole(): Role {
		const role = new Role(this, "MaintenanceRole", {
			assumedBy: new ServicePrincipal("glue.amazonaws.com"),
			description: "What Glue's table optimizers may do: compact the lake's tables and delete what they need no more",
		});
		role.addToPolicy(
			new PolicyStatement({
				actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
				resources: [this.bucket.arnForObjects("lake/*")],
			}),
		);
		role.addToPolicy(new PolicyStatement({ actions: ["s3:ListBucket"], resources: [this.bucket.bucketArn] }));
		role.addToPolicy(
			new PolicyStatement({ actions: ["glue:GetTable", "glue:UpdateTable"], resources: this.tableArns() }),
		);
		const logs = ["compaction", "retention", "orphan-file-deletion"].map((optimizer) =>
			this.formatArn({
				service: "logs",
				resource: "log-group",
				resourceName: `/aws-glue/iceberg-${optimizer}/logs:*`,
				arnFormat: ArnFormat.COLON_RESOURCE_NAME,
			}),
		);
		role.addToPolicy(
			new PolicyStatement({
				actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
				resources: logs,
			}),
		);
		this.explain(role);
		explainWildcards([role], [/\/logs:\*$/, "Glue makes these groups and the streams in them"]);
		return role;
	}

	/** All tables of the database, and what they are in. */
	private tableArns(): string[] {
		const glue = (resource: string, resourceName?: string) =>
			this.formatArn({ service: "glue", resource, ...(resourceName ? { resourceName } : {}) });
		return [glue("catalog"), glue("database", this.database.ref), glue("table", `${this.database.ref}/*`)];
	}

	/** Lets `grantee` create, read and commit the tables of this database, and no other's. */
	grantTables(grantee: IGrantable): void {
		const allow = (actions: string[], resources: string[]) =>
			grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
		// `backfills/` is where a backfill is told what to compute, and says what came of it.
		allow(
			["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
			[this.bucket.arnForObjects("lake/*"), this.bucket.arnForObjects("backfills/*")],
		);
		allow(["s3:GetBucketLocation", "s3:ListBucket"], [this.bucket.bucketArn]);
		allow(
			[
				"glue:CreateTable",
				"glue:DeleteTable",
				"glue:GetDatabase",
				"glue:GetTable",
				"glue:GetTables",
				"glue:UpdateTable",
			],
			this.tableArns(),
		);
		this.explain(grantee);
	}

	/** Lets `grantee` read the tables of this database, and no other's. */
	grantReading(grantee: IGrantable): void {
		const allow = (actions: string[], resources: string[]) =>
			grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
		allow(["s3:GetObject"], [this.bucket.arnForObjects("lake/*")]);
		allow(["s3:GetBucketLocation", "s3:ListBucket"], [this.bucket.bucketArn]);
		allow(["glue:GetDatabase", "glue:GetTable", "glue:GetTables"], this.tableArns());
		this.explain(grantee);
	}

	/** Why rights to the lake have a `*` in them. */
	private explain(grantee: IGrantable): void {
		explainWildcards(
			[grantee, grantee.grantPrincipal],
			[/\/lake\/\*$/, "The files of the lake's tables, which Iceberg names"],
			[/\/backfills\/\*$/, "Each backfill has a folder of its own"],
			[
				/:table\/.+\/\*$/,
				"All tables of the lake's database and of no other: the job makes them, so no template knows them",
			],
		);
	}
}
