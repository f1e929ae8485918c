import { existsSync } from "node:fs";
import { join } from "node:path";
import { ArnFormat, CfnOutput, IgnoreMode, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnApplication, CfnApplicationCloudWatchLoggingOption } from "aws-cdk-lib/aws-kinesisanalyticsv2";
import { LogGroup, LogStream, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import type { Streams } from "./ingest.ts";
import type { LakeStack } from "./lake.ts";
import { jobFiles, type Places, sqlProperties } from "./properties.ts";

/** The Managed Flink application: the runner's jar, the SQL it runs, and the properties that the SQL's placeholders take. */
export class ComputeStack extends Stack {
	constructor(scope: Construct, id: string, props: StackProps & { config: Config; streams: Streams; lake: LakeStack }) {
		super(scope, id, props);
		const { config, streams, lake } = props;
		const role = new Role(this, "Role", {
			assumedBy: new ServicePrincipal("kinesisanalytics.amazonaws.com"),
			description: "What the Flink job may do: read trades, write results, keep the lake",
		});
		streams.trades.grantRead(role);
		streams.bars.grantWrite(role);
		streams.ticks.grantWrite(role);
		streams.hits.grantWrite(role);
		lake.grantTables(role);

		const jar = runnerJar(this, config.runnerJar);
		const sql = sqlFiles(this, config.sqlFolder);
		jar.grantRead(role);
		sql.grantRead(role);

		const application = new CfnApplication(this, "Application", {
			applicationName: config.prefix,
			applicationDescription: "Tidemark: trades to bars, ticks and hits",
			runtimeEnvironment: "FLINK-1_20",
			serviceExecutionRole: role.roleArn,
			applicationConfiguration: {
				applicationCodeConfiguration: {
					codeContentType: "ZIPFILE",
					codeContent: { s3ContentLocation: { bucketArn: jar.bucket.bucketArn, fileKey: jar.s3ObjectKey } },
				},
				environmentProperties: {
					propertyGroups: [
						{ propertyGroupId: "tidemark.runner", propertyMap: { "sql.location": sql.s3ObjectUrl } },
						{
							propertyGroupId: "tidemark.sql",
							propertyMap: sqlProperties(config, placesOf(this, config, streams, lake)),
						},
					],
				},
				applicationSnapshotConfiguration: { snapshotsEnabled: true },
				flinkApplicationConfiguration: {
					checkpointConfiguration: {
						configurationType: "CUSTOM",
						checkpointingEnabled: true,
						checkpointInterval: config.checkpointMs,
						minPauseBetweenCheckpoints: Math.ceil(config.checkpointMs / 10),
					},
					parallelismConfiguration: {
						configurationType: "CUSTOM",
						parallelism: config.parallelism,
						parallelismPerKpu: config.parallelismPerKpu,
						autoScalingEnabled: false,
					},
					monitoringConfiguration: { configurationType: "CUSTOM", logLevel: "INFO", metricsLevel: "OPERATOR" },
				},
			},
		});
		// The application is checked against its role when it is made, so the rights have to be there first.
		application.node.addDependency(role);

		const logs = new LogGroup(this, "Logs", {
			retention: RetentionDays.ONE_MONTH,
			removalPolicy: RemovalPolicy.DESTROY,
		});
		const logStream = new LogStream(this, "LogStream", { logGroup: logs, removalPolicy: RemovalPolicy.DESTROY });
		logs.grantWrite(role);
		logs.grant(role, "logs:DescribeLogGroups", "logs:DescribeLogStreams");
		new CfnApplicationCloudWatchLoggingOption(this, "Logging", {
			applicationName: application.ref,
			cloudWatchLoggingOption: { logStreamArn: logStreamArn(this, logs, logStream) },
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

function logStreamArn(stack: Stack, group: LogGroup, stream: LogStream): string {
	return stack.formatArn({
		service: "logs",
		resource: "log-group",
		resourceName: `${group.logGroupName}:log-stream:${stream.logStreamName}`,
		arnFormat: ArnFormat.COLON_RESOURCE_NAME,
	});
}
