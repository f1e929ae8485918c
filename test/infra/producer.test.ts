import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { IngestStack } from "../../infra/ingest.ts";
import { ProducerStack } from "../../infra/producer.ts";
import { tidemark } from "../../infra/stacks.ts";
import { root } from "../../local/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "tidemark-producer-stack-"));
const validation = process.env.CDK_VALIDATION;
const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));

beforeAll(() => {
	// test/infra/synth.test.ts runs the CDK's own template checks.
	process.env.CDK_VALIDATION = "false";
});
afterAll(() => {
	if (validation === undefined) delete process.env.CDK_VALIDATION;
	else process.env.CDK_VALIDATION = validation;
	rmSync(dir, { recursive: true, force: true });
});

interface Synthesized {
	readonly template: Template;
	/** The folder of the assembly. */
	readonly out: string;
}

function synthesize(overrides: Overrides): Synthesized {
	const config = readConfig(overrides);
	const out = mkdtempSync(join(dir, "out-"));
	const app = new App({ context, outdir: out });
	const { streams } = new IngestStack(app, "TidemarkIngest", { config });
	const stack = new ProducerStack(app, "TidemarkProducer", { config, streams });
	app.synth();
	expect(Annotations.fromStack(stack).findWarning("*", Match.anyValue())).toEqual([]);
	return { template: Template.fromStack(stack), out };
}

/** Two configurations are enough for most tests. */
const cached = new Map<string, Synthesized>();
function producer(kind: "fargate" | "lambda"): Synthesized {
	const known = cached.get(kind) ?? synthesize({ producer: kind });
	cached.set(kind, known);
	return known;
}

// biome-ignore lint/suspicious/noExplicitAny: a template is looked at as it is
const only = (template: Template, type: string): any => {
	const found = Object.values(template.findResources(type));
	expect(found, type).toHaveLength(1);
	return found[0]?.Properties;
};

/** What a template's roles may do: each role's statements as `actions on what`. */
function grants(template: Template): Record<string, string[]> {
	const what = (resource: unknown): string => {
		const text = JSON.stringify(resource);
		if (resource === "*") return "everything";
		if (/TidemarkIngest:ExportsOutputFnGetAttTrades/.test(text)) return "the stream of trades";
		if (/:repository\//.test(text)) return "the repository of the CDK's images";
		return /^\{"Fn::GetAtt":\["(Producer|Collector|Refused)Logs/.test(text) ? "its log group" : text;
	};
	return Object.fromEntries(
		Object.values(template.findResources("AWS::IAM::Policy")).map(({ Properties }) => {
			const role = Properties.Roles[0].Ref.replace(/[0-9A-F]{8}$/, "");
			// biome-ignore lint/suspicious/noExplicitAny: a statement as it is in the template
			const statements = Properties.PolicyDocument.Statement.map(({ Effect, Action, Resource, Condition }: any) => {
				expect({ Effect, Condition }).toEqual({ Effect: "Allow", Condition: undefined });
				return `${[Action].flat().join(", ")} on ${what(Resource)}`;
			});
			return [role, statements];
		}),
	);
}

describe("none", () => {
	test("is the default and adds nothing", () => {
		const runnerJar = join(dir, "stand-in.jar");
		writeFileSync(runnerJar, "stands in for the runner's jar");
		const app = new App({ context, outdir: mkdtempSync(join(dir, "out-")) });
		const stacks = tidemark(app, readConfig({ runnerJar }));
		const others = ["ingest", "lake", "athena", "compute", "application", "landing", "alerting", "operations"];
		expect(Object.keys(stacks)).toEqual(others);
		const text = JSON.stringify(app.synth().stacks.map(({ template }) => template));
		expect(text).not.toMatch(/AWS::ECS|AWS::EC2|AWS::Lambda::Url|collector|producer/i);
	});
});

describe("fargate", () => {
	const container = (of: Synthesized = producer("fargate")) =>
		only(of.template, "AWS::ECS::TaskDefinition").ContainerDefinitions[0];

	test("runs the feed into the stream of trades, by the lateness of the job", () => {
		const stream = { "Fn::ImportValue": expect.stringContaining("RefTrades") };
		expect(container().Command).toEqual([
			...["synthetic", "--history", "0", "--stream", stream, "--endpoint", "aws"],
			...["--region", { Ref: "AWS::Region" }, "--lateness", "2"],
			...["--health", "/var/lib/tidemark/health.json", "--spool", "/var/lib/tidemark/spool"],
		]);
		const yahoo = ["yahoo", "--symbols", "AAPL,^GSPC", "--every", "1m", "--fallback", "synthetic"];
		const other = synthesize({ producer: "fargate", producerFeed: yahoo, lateness: 0.5, prefix: "second" });
		expect(container(other).Command.slice(0, 7)).toEqual(yahoo);
		expect(container(other).Command).toEqual(expect.arrayContaining(["--lateness", "0.5"]));
		expect(only(other.template, "AWS::ECS::Service").ServiceName).toBe("second-producer");
	});

	test("one task, and the old one ends before a new one begins", () => {
		expect(only(producer("fargate").template, "AWS::ECS::Service")).toMatchObject({
			ServiceName: "tidemark-producer",
			LaunchType: "FARGATE",
			DesiredCount: 1,
			DeploymentConfiguration: {
				MinimumHealthyPercent: 0,
				MaximumPercent: 100,
				DeploymentCircuitBreaker: { Enable: true, Rollback: true },
			},
			// It would start the new task first.
			AvailabilityZoneRebalancing: "DISABLED",
		});
		producer("fargate").template.resourceCountIs("AWS::ApplicationAutoScaling::ScalableTarget", 0);
	});

	test("waits for the rights and the routes", () => {
		const [service] = Object.values(producer("fargate").template.findResources("AWS::ECS::Service"));
		const before = String(service?.DependsOn);
		for (const part of [
			"TaskRoleDefaultPolicy",
			"ExecutionRoleDefaultPolicy",
			"Subnet1DefaultRoute",
			"Subnet2DefaultRoute",
		])
			expect(before).toContain(part);
	});

	test("small, on Graviton, as nobody special, and writes to its state only", () => {
		expect(only(producer("fargate").template, "AWS::ECS::TaskDefinition")).toMatchObject({
			Cpu: "256",
			Memory: "512",
			RuntimePlatform: { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
			Volumes: [{ Name: "state" }],
		});
		expect(container()).toMatchObject({
			ReadonlyRootFilesystem: true,
			StopTimeout: 120,
			MountPoints: [{ ContainerPath: "/var/lib/tidemark", SourceVolume: "state", ReadOnly: false }],
			LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ["ALL"] } },
		});
		expect(container()).not.toHaveProperty("Privileged");
		expect(container()).not.toHaveProperty("PortMappings");
		expect(container()).not.toHaveProperty("Environment");
		expect(container()).not.toHaveProperty("Secrets");
	});

	test("a process that ends is started again where its spool is, unless it had only just begun", () => {
		expect(container().RestartPolicy).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
	});

	test("more CPU comes with the memory that Fargate wants for it", () => {
		const { template } = synthesize({ producer: "fargate", producerCpu: 1024 });
		expect(only(template, "AWS::ECS::TaskDefinition")).toMatchObject({ Cpu: "1024", Memory: "2048" });
	});

	test("is looked after: a health check that is in the image, and logs that stop nothing", () => {
		const [kind, node, script, file] = container().HealthCheck.Command;
		expect([kind, node, file]).toEqual(["CMD", "node", "/var/lib/tidemark/health.json"]);
		const folder = imageFolder(producer("fargate").out);
		expect(existsSync(join(folder, script.replace("/app/", "")))).toBe(true);
		expect(container().Command).toEqual(expect.arrayContaining(["--health", file]));
		expect(container().LogConfiguration).toMatchObject({
			LogDriver: "awslogs",
			Options: { mode: "non-blocking", "awslogs-group": { Ref: expect.stringContaining("ProducerLogs") } },
		});
		producer("fargate").template.hasResourceProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
	});

	test("the container may write the stream of trades; Fargate may fetch the image and write the logs", () => {
		expect(grants(producer("fargate").template)).toEqual({
			TaskTaskRole: ["kinesis:ListShards, kinesis:PutRecords on the stream of trades"],
			TaskExecutionRole: [
				"ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on the repository of the CDK's images",
				// A token for the registry: AWS knows no narrower resource.
				"ecr:GetAuthorizationToken on everything",
				"logs:CreateLogStream, logs:PutLogEvents on its log group",
			],
			// What the network writes down of what it refused.
			VpcRefusedIAMRole: ["logs:CreateLogStream, logs:DescribeLogStreams, logs:PutLogEvents on its log group"],
		});
		for (const { Properties } of Object.values(producer("fargate").template.findResources("AWS::IAM::Role"))) {
			expect(Properties).not.toHaveProperty("ManagedPolicyArns");
			expect(JSON.stringify(Properties.AssumeRolePolicyDocument)).toMatch(
				/"Service":"(ecs-tasks|vpc-flow-logs)\.amazonaws\.com"/,
			);
		}
	});

	test("nothing can come in, and HTTPS goes out, without a NAT gateway", () => {
		const { template } = producer("fargate");
		const group = only(template, "AWS::EC2::SecurityGroup");
		expect(group).not.toHaveProperty("SecurityGroupIngress");
		expect(group.SecurityGroupEgress).toEqual([
			expect.objectContaining({ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }),
		]);
		template.resourceCountIs("AWS::EC2::SecurityGroupIngress", 0);
		template.resourceCountIs("AWS::EC2::NatGateway", 0);
		template.resourceCountIs("AWS::EC2::Subnet", 2);
		template.allResourcesProperties("AWS::EC2::Subnet", { MapPublicIpOnLaunch: false });
		template.hasResourceProperties("AWS::ECS::Service", {
			NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: "ENABLED" } },
		});
	});

	test("a network that is there is used as it is, and a proxy can be reached", () => {
		const { template } = synthesize({
			producer: "fargate",
			producerFeed: ["yahoo", "--symbols", "AAPL", "--proxy", "http://proxy.internal:3128"],
			producerVpc: { vpcId: "vpc-0a1b2c3d", subnetIds: ["subnet-0a1b2c3d"] },
		});
		template.resourceCountIs("AWS::EC2::VPC", 0);
		template.hasResourceProperties("AWS::ECS::Service", {
			NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: "DISABLED", Subnets: ["subnet-0a1b2c3d"] } },
		});
		const { VpcId, SecurityGroupEgress } = only(template, "AWS::EC2::SecurityGroup");
		expect(VpcId).toBe("vpc-0a1b2c3d");
		expect(SecurityGroupEgress.map(({ ToPort }: { ToPort: number }) => ToPort)).toEqual([443, 3128]);
	});

	test("a feed that its program does not understand is an error with what the program says", () => {
		const feed = (...producerFeed: string[]) => synthesize({ producer: "fargate", producerFeed });
		expect(() => feed("synthetic", "--rate", "fast")).toThrow(
			/"producerFeed" is no command line of tidemark produce: \["synthetic","--rate","fast"\][\s\S]*'--rate <number>' argument 'fast' is invalid/,
		);
		expect(() => feed("synthetic", "--rat", "5")).toThrow(/unknown option '--rat'[\s\S]*--rate/);
		expect(() => feed("yahoo")).toThrow(/required option '--symbols <list>' not specified/);
	});
});

/** The folder that the CDK builds the image from. */
function imageFolder(out: string): string {
	const found = readdirSync(out).filter(
		(name) => name.startsWith("asset.") && existsSync(join(out, name, "Dockerfile")),
	);
	expect(found).toHaveLength(1);
	return join(out, found[0] ?? "");
}

describe("the image", () => {
	test("is built from one program, its health check and the Dockerfile, and from nothing else", () => {
		const folder = imageFolder(producer("fargate").out);
		expect(readdirSync(folder).sort()).toEqual(["Dockerfile", "health.mjs", "index.mjs", "index.mjs.map", "state"]);
		const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");
		for (const [, sources = ""] of dockerfile.matchAll(/^COPY (?:--\S+ )?(.+) \S+$/gm)) {
			for (const source of sources.split(" ")) expect(existsSync(join(folder, source)), source).toBe(true);
		}
	});

	test("is for the processor that the task runs on", () => {
		const { dockerImages } = JSON.parse(
			readFileSync(join(producer("fargate").out, "TidemarkProducer.assets.json"), "utf8"),
		);
		const sources = Object.values(dockerImages as object).map(({ source }) => source.platform);
		expect(sources).toEqual(["linux/arm64"]);
	});
});

describe("lambda", () => {
	test("a URL that takes signed requests only, and no rule that lets anybody call it", () => {
		const { template } = producer("lambda");
		expect(only(template, "AWS::Lambda::Url")).toMatchObject({ AuthType: "AWS_IAM" });
		expect(only(template, "AWS::Lambda::Url")).not.toHaveProperty("Cors");
		template.resourceCountIs("AWS::Lambda::Permission", 0);
		template.hasOutput("CollectorUrl", {});
	});

	test("a function that runs once at a time, as long as a function may, and knows stream and lateness", () => {
		const { template } = producer("lambda");
		template.hasResourceProperties("AWS::Lambda::Function", {
			FunctionName: "tidemark-collector",
			Runtime: "nodejs24.x",
			Architectures: ["arm64"],
			Timeout: 900,
			MemorySize: 1024,
			ReservedConcurrentExecutions: 1,
			LoggingConfig: { LogFormat: "JSON", LogGroup: Match.anyValue() },
			Environment: {
				Variables: {
					TRADES_STREAM: { "Fn::ImportValue": Match.stringLikeRegexp("RefTrades") },
					LATENESS_SECONDS: "2",
					KINESIS_ENDPOINT: Match.absent(),
				},
			},
		});
		template.hasResourceProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
		template.resourceCountIs("AWS::ECS::Service", 0);
		template.resourceCountIs("AWS::EC2::VPC", 0);
	});

	test("the function may write the stream of trades and its logs", () => {
		expect(grants(producer("lambda").template)).toEqual({
			CollectorRole: [
				"logs:CreateLogStream, logs:PutLogEvents on its log group",
				"kinesis:ListShards, kinesis:PutRecords on the stream of trades",
			],
		});
		expect(only(producer("lambda").template, "AWS::IAM::Role")).not.toHaveProperty("ManagedPolicyArns");
	});
});
