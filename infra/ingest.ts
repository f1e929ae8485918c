import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

export type Streams = Record<"trades" | "bars" | "ticks" | "hits", Stream>;

/** The stream that trades arrive in, and the streams that Flink's results leave by. */
export class IngestStack extends Stack {
	readonly streams: Streams;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
		super(scope, id, props);
		const { retentionHours, resultsRetentionHours } = props.config;
		this.streams = {
			trades: this.stream("Trades", props.config, retentionHours),
			bars: this.stream("Bars", props.config, resultsRetentionHours),
			ticks: this.stream("Ticks", props.config, resultsRetentionHours),
			hits: this.stream("Hits", props.config, resultsRetentionHours),
		};
	}

	private stream(name: string, { prefix, shards }: Config, hours: number): Stream {
		const stream = new Stream(this, name, {
			streamName: `${prefix}-${name.toLowerCase()}`,
			...(shards === undefined
				? { streamMode: StreamMode.ON_DEMAND }
				: { streamMode: StreamMode.PROVISIONED, shardCount: shards }),
			retentionPeriod: Duration.hours(hours),
			encryption: StreamEncryption.MANAGED,
			// A stream is a buffer of hours; what is worth keeping is in the lake.
			removalPolicy: RemovalPolicy.DESTROY,
		});
		new CfnOutput(this, `${name}Stream`, { value: stream.streamName });
		return stream;
	}
}
