import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { historyCollector } from "./collector.ts";
import type { Config } from "./config.ts";
import { producerService } from "./fargate.ts";
import type { Streams } from "./ingest.ts";

/** What fills the stream of trades, as `producer` in the configuration chooses; it may write that stream and nothing else. */
export class ProducerStack extends Stack {
	constructor(scope: Construct, id: string, props: StackProps & { config: Config; streams: Streams }) {
		super(scope, id, props);
		const { config, streams } = props;
		const { grantPrincipal } =
			config.producer === "lambda"
				? historyCollector(this, config, streams.trades)
				: producerService(this, config, streams.trades).taskDefinition.taskRole;
		// All that the publisher calls. The stream's key is AWS' own, for which no right is needed.
		streams.trades.grant({ grantPrincipal }, "kinesis:ListShards", "kinesis:PutRecords");
	}
}
