import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { Annotations, CfnOutput, Duration, RemovalPolicy, Size, Stack, Validations } from "aws-cdk-lib";
import { type ISubnet, type IVpc, Peer, Port, SecurityGroup, Subnet, SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import {
	AvailabilityZoneRebalancing,
	AwsLogDriverMode,
	Capability,
	Cluster,
	ContainerImage,
	CpuArchitecture,
	FargateService,
	FargateTaskDefinition,
	type ICluster,
	LinuxParameters,
	LogDrivers,
	OperatingSystemFamily,
} from "aws-cdk-lib/aws-ecs";
import type { Stream } from "aws-cdk-lib/aws-kinesis";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";
import type { Config } from "./config.ts";
import { logRefused } from "./network.ts";
import { logRetention } from "./retention.ts";
import { explainWildcards } from "./wildcards.ts";

const containerFiles = resolve(import.meta.dirname, "../producer/container");

/** The only place in the container that can be written to; the Dockerfile gives it to the user `node`. */
const stateDir = "/var/lib/tidemark";
const healthFile = `${stateDir}/health.json`;

/** A container that runs a feed into `trades` all the time: one, and never two at once. */
export function producerService(scope: Construct, config: Config, trades: Stream): FargateService {
	const task = new FargateTaskDefinition(scope, "Task", {
		family: `${config.prefix}-producer`,
		cpu: config.producerCpu,
		memoryLimitMiB: 2 * config.producerCpu,
		runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
		volumes: [{ name: "state" }],
	});
	const linux = new LinuxParameters(scope, "Linux", { initProcessEnabled: true });
	linux.dropCapabilities(Capability.ALL);
	const command = commandLine(scope, config, trades);
	const container = task.addContainer("Producer", {
		image: ContainerImage.fromAsset(imageFolder(scope, config, command), { platform: Platform.LINUX_ARM64 }),
		command,
		healthCheck: {
			command: ["CMD", "node", "/app/health.mjs", healthFile],
			interval: Duration.seconds(30),
			timeout: Duration.seconds(10),
			retries: 3,
			// A feed asks for a first answer before anything can be sent.
			startPeriod: Duration.minutes(2),
		},
		// A process that ends by itself is started again in the same task, where its spool is. One that ends soon after its
		// start is not: then the task fails, and with it a deployment that brought it.
		enableRestartPolicy: true,
		restartAttemptPeriod: Duration.minutes(1),
		linuxParameters: linux,
		readonlyRootFilesystem: true,
		// As long as Fargate waits at most: what was read is sent, or at least counted, before the task ends.
		stopTimeout: Duration.seconds(120),
		logging: LogDrivers.awsLogs({
			logGroup: new LogGroup(scope, "ProducerLogs", {
				retention: logRetention(config),
				removalPolicy: RemovalPolicy.DESTROY,
			}),
			streamPrefix: "producer",
			// Logs that cannot be written must not stop the trades.
			mode: AwsLogDriverMode.NON_BLOCKING,
			maxBufferSize: Size.mebibytes(4),
		}),
	});
	container.addMountPoints({ containerPath: stateDir, sourceVolume: "state", readOnly: false });

	const { vpc, subnets, publicIp } = network(scope, config);
	const cluster = new Cluster(scope, "Cluster", { vpc });
	const reason =
		"One task, which says itself how it is and what it sent; Container Insights would cost more than it does";
	Validations.of(cluster).acknowledge({ id: "AwsSolutions-ECS4", reason });
	const service = new FargateService(scope, "Service", {
		// With a name a replacement of the service fails, where it would run beside the old one otherwise.
		serviceName: `${config.prefix}-producer`,
		cluster: cluster as ICluster,
		taskDefinition: task,
		// A stream has one clock owner: the old task is stopped before a new one starts.
		desiredCount: 1,
		minHealthyPercent: 0,
		maxHealthyPercent: 100,
		availabilityZoneRebalancing: AvailabilityZoneRebalancing.DISABLED,
		circuitBreaker: { rollback: true },
		vpcSubnets: { subnets },
		assignPublicIp: publicIp,
		securityGroups: [outwardOnly(scope, vpc, config)],
	});
	// A task that starts before there are rights and routes fails, and too many of those fail the deployment.
	service.node.addDependency(task, vpc);
	explainWildcards(
		[task.executionRole],
		[/^Resource::\*$/, "ECR knows no resource for ecr:GetAuthorizationToken, with which an image is fetched"],
	);
	new CfnOutput(scope, "ProducerService", { value: service.serviceName });
	return service;
}

/** The folder that the image is built from: the producer as one file, and the Dockerfile. */
function imageFolder(scope: Construct, config: Config, command: readonly string[]): string {
	const folder = bundle(scope, `${config.prefix}-producer`, "producer/container/main.ts");
	for (const file of ["Dockerfile", "health.mjs", "state"]) {
		cpSync(join(containerFiles, file), join(folder, file), { recursive: true });
	}
	// The program itself reads the command line: a mistake in it is found now, not by a task that does not start.
	const check = spawnSync(process.execPath, [join(folder, "index.mjs"), "check", ...command], {
		encoding: "utf8",
	});
	if (check.status !== 0) {
		throw new Error(
			`The setting "producerFeed" is no command line of tidemark produce: ${JSON.stringify(config.producerFeed)}.\n${check.stderr.trim()}`,
		);
	}
	return folder;
}

function commandLine(scope: Construct, config: Config, trades: Stream): string[] {
	const options = {
		stream: trades.streamName,
		endpoint: config.endpoints.aws ?? "aws",
		region: Stack.of(scope).region,
		lateness: String(config.lateness),
		health: healthFile,
		spool: `${stateDir}/spool`,
	};
	return [...config.producerFeed, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
}

/** The configured network, or one of its own: a NAT gateway would cost several times what the task does. */
function network(scope: Construct, config: Config): { vpc: IVpc; subnets: ISubnet[]; publicIp: boolean } {
	const { producerVpc } = config;
	if (producerVpc === undefined) {
		const vpc = new Vpc(scope, "Vpc", {
			maxAzs: 2,
			natGateways: 0,
			subnetConfiguration: [{ name: "Public", subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false }],
		});
		logRefused(scope, vpc, config);
		return { vpc: vpc as IVpc, subnets: vpc.publicSubnets, publicIp: true };
	}
	const { vpcId, subnetIds, publicIp } = producerVpc;
	// The CDK wants zones, and does nothing with them: the subnets are named.
	const vpc = Vpc.fromVpcAttributes(scope, "Vpc", { vpcId, availabilityZones: ["any"] });
	const subnets = subnetIds.map((id) => Subnet.fromSubnetId(scope, id, id));
	for (const subnet of subnets) Annotations.of(subnet).acknowledgeWarning("@aws-cdk/aws-ec2:noSubnetRouteTableId");
	return { vpc, subnets, publicIp };
}

/** Nothing may come in; HTTPS may go out, and what goes to the feed's proxy. */
function outwardOnly(scope: Construct, vpc: IVpc, { producerFeed }: Config): SecurityGroup {
	const group = new SecurityGroup(scope, "Outward", {
		vpc,
		description: "The producer: nothing in, HTTPS out",
		allowAllOutbound: false,
	});
	const proxy = producerFeed.findIndex((word) => /^--proxy\b/.test(word));
	const url = producerFeed[proxy]?.split("=")[1] ?? producerFeed[proxy + 1] ?? "";
	const ports = new Set([443, ...(proxy >= 0 && URL.canParse(url) ? [portOf(new URL(url))] : [])]);
	for (const port of ports) group.addEgressRule(Peer.anyIpv4(), Port.tcp(port));
	return group;
}

function portOf({ protocol, port }: URL): number {
	return Number(port || (protocol === "https:" ? 443 : 80));
}
