import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { streamConsumer } from "./consumer.ts";
import type { LandingProps } from "./landing.ts";

/** The stream `bars` into a store of line protocol. */
export function landInInfluxDb(scope: Construct, { config, streams, deadLetters }: LandingProps): void {
	const { endpoints, storeBucket, storeOrg, storeSecret } = config;
	const land = streamConsumer(scope, "LandBars", {
		config,
		name: "landing-bars",
		entry: "landing/influxdb/bars.lambda.ts",
		stream: streams.bars,
		batchSize: config.landingBatch,
		deadLetters,
		environment: {
			STORE_URL: endpoints.store ?? "",
			STORE_BUCKET: storeBucket,
			STORE_ORG: storeOrg,
			...(storeSecret === undefined ? {} : { STORE_SECRET: storeSecret }),
		},
	});
	if (storeSecret === undefined) return;
	const secret = storeSecret.startsWith("arn:")
		? Secret.fromSecretCompleteArn(scope, "StoreSecret", storeSecret)
		: Secret.fromSecretNameV2(scope, "StoreSecret", storeSecret);
	secret.grantRead(land);
}
