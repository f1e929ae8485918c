import { existsSync } from "node:fs";
import { join } from "node:path";
import { CfnOutput, IgnoreMode, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnApplication, CfnApplicationCloudWatchLoggingOption } from "aws-cdk-lib/aws-kinesisanalyticsv2";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { applicationConfiguration, applicationEncryption } from "./application-configuration.ts";
import type { ComputeStack } from "./compute.ts";
import type { Config } from "./config.ts";
import type { Streams } from "./ingest.ts";
import type { LakeStack } from "./lake.ts";
import { jobFiles, type Places } from "./properties.ts";

export type ApplicationProps = StackProps & {
	config: Config;
	streams: Streams;
	lake: LakeStack;
	compute: ComputeStack;
};

/**
 * The Managed Flink application as it is made: the runner's jar, the SQL that it runs, and what the SQL's placeholders stand
 * for. It has a stack of its own because CloudFormation makes it and then leaves it alone: it can neither start it nor keep
 * its state over an update.
 */
export class ApplicationStack extends Stack {
	constructor(scope: Construct, id: string, props: ApplicationProps) {
		super(scope, id, props);
		const { config, streams, lake, compute } = props;
		const { role } = compute;
		const jar = runnerJar(this, config.runnerJar);
		const sql = sqlFiles(this, config.sqlFolder);
		// These two and nothing else of what the CDK's bucket holds.
		const reading = new Policy(this, "Reading", {
			roles: [role],
			statements: [
				new PolicyStatement({
					actions: ["s3:GetObject", "s3:GetObjectVersion"],
					resources: [jar, sql].map((asset) => asset.bucket.arnForObjects(asset.s3ObjectKey)),
				}),
			],
		});
		const application = new CfnApplication(this, "Application", {
			applicationName: config.prefix,
			applicationDescription: "Tidemark: trades to bars, ticks and hits",
			runtimeEnvironment: "FLINK-1_20",
			serviceExecutionRole: role.roleArn,
		});
		// As it is: it has CloudFormation's own names already.
		application.addPropertyOverride("ApplicationConfiguration", {
			...applicationConfiguration(config, {
				code: { bucketArn: jar.bucket.bucketArn, fileKey: jar.s3ObjectKey },
				sqlLocation: sql.s3ObjectUrl,
				places: placesOf(this, config, streams, lake),
			}),
			ApplicationEncryptionConfiguration: applicationEncryption,
		});
		const reason =
			"It looks at what the template has in other words; TidemarkFlink-Checkpointing of infra/nag sees them";
		Validations.of(application).acknowledge({ id: "AwsSolutions-KDA3", reason });
		// The application is checked against its role when it is made, so the rights have to be there first.
		application.node.addDependency(reading);
		new CfnApplicationCloudWatchLoggingOption(this, "Logging", {
			applicationName: application.ref,
			cloudWatchLoggingOption: { logStreamArn: compute.logStreamArn },
		});
		new CfnOutput(this, "ApplicationName", { value: application.ref });
	}
}

/** On AWS the endpoints are the region's own. */
function placesOf(stack: Stack, config: Config, streams: Streams, lake: LakeStack): Places {
	return {
		region: stack.region,
		endpoint: (service) => config.endpoints.aws ?? `https://${service}.${stack.region}.${stack.urlSuffix}`,
		streams: {
			trades: streams.trades.streamName,
			bars: streams.bars.streamName,
			ticks: streams.ticks.streamName,
			hits: streams.hits.streamName,
		},
		lake: { warehouse: lake.warehouse, database: lake.database.ref },
	};
}

function runnerJar(scope: Construct, path: string): Asset {
	if (!existsSync(path)) {
		throw new Error(
			`The runner's jar is missing: ${path}. "npm start" and "npm test" build it; by hand: mvn -f sql/runner package, and set "runnerJar" to the jar.`,
		);
	}
	return new Asset(scope, "Runner", { path });
}

function sqlFiles(scope: Construct, path: string): Asset {
	const missing = jobFiles.filter((file) => !existsSync(join(path, file)));
	if (missing.length > 0) throw new Error(`The job's SQL is incomplete: ${path} lacks ${missing.join(", ")}.`);
	return new Asset(scope, "Sql", {
		path,
		ignoreMode: IgnoreMode.GIT,
		exclude: ["/*", ...jobFiles.map((file) => `!/${file}`)],
	});
}
