import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Stream } from "aws-cdk-lib/aws-kinesis";
import {
	Architecture,
	Code,
	FunctionUrlAuthType,
	Function as Lambda,
	LoggingFormat,
	Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";
import type { Config } from "./config.ts";
import { functionRole } from "./consumer.ts";
import { logRetention } from "./retention.ts";

/**
 * The function that collects bars of the past into `trades` when its URL is called. Only signed requests of callers that
 * IAM allows reach it.
 */
export function historyCollector(scope: Construct, config: Config, trades: Stream): Lambda {
	const functionName = `${config.prefix}-collector`;
	const { aws } = config.endpoints;
	const logGroup = new LogGroup(scope, "CollectorLogs", {
		retention: logRetention(config),
		removalPolicy: RemovalPolicy.DESTROY,
	});
	const collector = new Lambda(scope, "Collector", {
		functionName,
		code: Code.fromAsset(bundle(scope, functionName, "producer/collect/history.lambda.ts")),
		handler: "index.handler",
		runtime: Runtime.NODEJS_24_X,
		architecture: Architecture.ARM_64,
		// All bars of a call are in memory at once: producer/collect/request.ts says how many.
		memorySize: 1024,
		timeout: Duration.minutes(15),
		// Two at once would make each other's bars late.
		reservedConcurrentExecutions: 1,
		environment: {
			NODE_OPTIONS: "--enable-source-maps",
			POWERTOOLS_SERVICE_NAME: functionName,
			TRADES_STREAM: trades.streamName,
			LATENESS_SECONDS: String(config.lateness),
			...(aws === undefined ? {} : { KINESIS_ENDPOINT: aws }),
		},
		loggingFormat: LoggingFormat.JSON,
		logGroup,
		role: functionRole(scope, "CollectorRole", logGroup),
	});
	const { url } = collector.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
	new CfnOutput(scope, "CollectorUrl", { value: url });
	return collector;
}
