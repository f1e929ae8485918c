import { Agent } from "node:http";
import { KinesisClient, type KinesisClientConfig } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export interface KinesisPlace {
	/** Of an emulator or a VPC endpoint; default: the region's own. */
	readonly endpoint?: string | undefined;
	/** Default: what the AWS configuration says; with an endpoint `us-east-1`. */
	readonly region?: string | undefined;
	/** How often a request is made until it succeeds. Default: once, as the publisher retries by itself, and counts it. */
	readonly maxAttempts?: number;
}

/** A client of Kinesis, or of what stands in its place. */
export function kinesisClient({ endpoint, region, maxAttempts = 1 }: KinesisPlace = {}): KinesisClient {
	const config: KinesisClientConfig = { maxAttempts };
	if (region !== undefined) config.region = region;
	if (endpoint !== undefined) {
		config.endpoint = endpoint;
		config.region = region ?? process.env.AWS_REGION ?? "us-east-1";
	}
	if (endpoint?.startsWith("http:")) {
		// An emulator asks for no real credentials and should not be given any. And the SDK speaks HTTP/2 to Kinesis, at
		// which the emulator's server drops connections under load.
		config.credentials = { accessKeyId: "test", secretAccessKey: "test" };
		config.requestHandler = new NodeHttpHandler({
			httpAgent: new Agent({ keepAlive: true, maxSockets: 64 }),
			connectionTimeout: 5000,
			requestTimeout: 30_000,
		});
	}
	return new KinesisClient(config);
}
