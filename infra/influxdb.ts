import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { streamConsumer } from "./consumer.ts";
import type { LandingProps } from "./landing.ts";
import { explainWildcards } from "./wildcards.ts";

/** The stream `bars` into a store of line protocol: the one that is made here, or the one at `endpoints.store`. */
export function landInInfluxDb(scope: Construct, { config, streams, deadLetters, store }: LandingProps): void {
	const { endpoints, storeBucket, storeOrg, storeSecret } = config;
	const secretName = store?.token.secretArn ?? storeSecret;
	const land = streamConsumer(scope, "LandBars", {
		config,
		name: "landing-bars",
		entry: "landing/influxdb/bars.lambda.ts",
		stream: streams.bars,
		batchSize: config.landingBatch,
		deadLetters,
		environment: {
			STORE_URL: store?.url ?? endpoints.store ?? "",
			STORE_BUCKET: storeBucket,
			STORE_ORG: storeOrg,
			...(secretName === undefined ? {} : { STORE_SECRET: secretName }),
		},
		...(store ? { network: store.network } : {}),
	});
	if (store) {
		store.token.grantRead(land);
		return;
	}
	if (storeSecret === undefined) return;
	const secret = storeSecret.startsWith("arn:")
		? Secret.fromSecretCompleteArn(scope, "StoreSecret", storeSecret)
		: Secret.fromSecretNameV2(scope, "StoreSecret", storeSecret);
	secret.grantRead(land);
	explainWildcards(
		[land.role],
		[/:secret:.+-\?{6}$/, "Secrets Manager ends an ARN with six characters that nobody chooses"],
	);
}
