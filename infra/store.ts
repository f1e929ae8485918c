import { CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { CfnInfluxDBInstance } from "aws-cdk-lib/aws-timestream";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { type PrivateNetwork, privateNetwork, STORE_PORT } from "./network.ts";

/**
 * An instance of Timestream for InfluxDB in a private network. It makes no token that could be known here, so that the
 * secret for it begins with none: docs/stores.md says how to put one in. Flink does not reach it: only landing writes to it.
 */
export class StoreStack extends Stack {
	readonly network: PrivateNetwork;
	/** Where it takes lines and queries. */
	readonly url: string;
	/** What functions write with. */
	readonly token: Secret;

	constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
		super(scope, id, props);
		const { config } = props;
		const { instanceType, storageGb, standby } = config.influxdb;
		this.network = privateNetwork(this, config);
		const administrator = new Secret(this, "Administrator", {
			description: "Signs in to Tidemark's time-series store, to make tokens",
			generateSecretString: {
				secretStringTemplate: JSON.stringify({ username: "tidemark" }),
				generateStringKey: "password",
				passwordLength: 40,
				excludePunctuation: true,
			},
			removalPolicy: RemovalPolicy.DESTROY,
		});
		this.token = new Secret(this, "Token", {
			description: "What Tidemark's functions write to the time-series store with",
			generateSecretString: { secretStringTemplate: JSON.stringify({ token: "" }), generateStringKey: "unused" },
			removalPolicy: RemovalPolicy.DESTROY,
		});
		for (const [secret, reason] of [
			[
				administrator,
				"InfluxDB keeps the password that the instance began with: it changes there first, and then here",
			],
			[this.token, "A token of InfluxDB does not expire; a new one is made there first, and then put in here"],
		] as const) {
			Validations.of(secret).acknowledge({ id: "AwsSolutions-SMG4", reason });
		}
		const instance = new CfnInfluxDBInstance(this, "Instance", {
			name: config.prefix,
			dbInstanceType: instanceType,
			dbStorageType: "InfluxIOIncludedT1",
			allocatedStorage: storageGb,
			deploymentType: standby ? "WITH_MULTIAZ_STANDBY" : "SINGLE_AZ",
			organization: config.storeOrg,
			bucket: config.storeBucket,
			username: "tidemark",
			// A reference that CloudFormation follows when it makes the instance; no template has the password in it.
			password: administrator.secretValueFromJson("password").unsafeUnwrap(),
			port: STORE_PORT,
			publiclyAccessible: false,
			vpcSubnetIds: this.network.subnets.map(({ subnetId }) => subnetId),
			vpcSecurityGroupIds: [this.network.store.securityGroupId],
		});
		// The lake has all that is in it.
		instance.applyRemovalPolicy(RemovalPolicy.DESTROY);
		this.url = `https://${instance.attrEndpoint}:${STORE_PORT}`;
		new CfnOutput(this, "StoreUrl", { value: this.url });
		new CfnOutput(this, "StoreTokenSecret", { value: this.token.secretName });
		new CfnOutput(this, "StoreAdministratorSecret", { value: administrator.secretName });
	}
}
