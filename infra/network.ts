import { RemovalPolicy } from "aws-cdk-lib";
import {
	FlowLogDestination,
	FlowLogTrafficType,
	InterfaceVpcEndpointAwsService,
	type ISubnet,
	type IVpc,
	Port,
	SecurityGroup,
	SubnetType,
	Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { logRetention } from "./retention.ts";

/** A network without a way out: what functions in it reach is the store, and the services that they call. */
export interface PrivateNetwork {
	vpc: Vpc;
	subnets: ISubnet[];
	/** What functions that reach the store are in. */
	functions: SecurityGroup;
	/** What the store is in: nobody but these functions can open a connection to it. */
	store: SecurityGroup;
}

/** The port of InfluxDB. */
export const STORE_PORT = 8086;

/**
 * Two private subnets and no gateway. A function that lands bars calls Secrets Manager and SQS and nothing else: what reads
 * the stream for it, and writes its log, is Lambda itself, outside of the network.
 */
export function privateNetwork(scope: Construct, config: Config): PrivateNetwork {
	const vpc = new Vpc(scope, "Vpc", {
		maxAzs: 2,
		natGateways: 0,
		subnetConfiguration: [{ name: "Private", subnetType: SubnetType.PRIVATE_ISOLATED }],
	});
	logRefused(scope, vpc, config);
	const group = (id: string, description: string) =>
		new SecurityGroup(scope, id, { vpc: vpc as IVpc, description, allowAllOutbound: false });
	const functions = group("Functions", "Functions that land bars: to the store and to what they call");
	const store = group("Store", "The store: from the functions that land bars");
	const services = group("Services", "The endpoints of Secrets Manager and SQS: from the functions that land bars");
	functions.connections.allowTo(store, Port.tcp(STORE_PORT), "Lines");
	functions.connections.allowTo(services, Port.tcp(443), "Calls");
	for (const [id, service] of [
		["SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
		["Sqs", InterfaceVpcEndpointAwsService.SQS],
	] as const) {
		vpc.addInterfaceEndpoint(id, { service, securityGroups: [services], open: false });
	}
	return { vpc, subnets: vpc.isolatedSubnets, functions, store };
}

/** Keeps what was refused in a network as long as any other log. */
export function logRefused(scope: Construct, vpc: Vpc, config: Config): void {
	const logGroup = new LogGroup(scope, "RefusedLogs", {
		retention: logRetention(config),
		removalPolicy: RemovalPolicy.DESTROY,
	});
	vpc.addFlowLog("Refused", {
		destination: FlowLogDestination.toCloudWatchLogs(logGroup),
		trafficType: FlowLogTrafficType.REJECT,
	});
}
