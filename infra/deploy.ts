import { mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
	CloudFormationClient,
	DescribeStacksCommand,
	GetTemplateCommand,
	type Stack,
} from "@aws-sdk/client-cloudformation";
import { execa } from "execa";
import { z } from "zod";
import { bootstrap } from "./bootstrap.ts";
import type { Overrides } from "./config.ts";
import { emulated, emulatedEnvironment } from "./emulated.ts";

const root = resolve(import.meta.dirname, "..");

/** The stacks' outputs as one flat map. */
export const Outputs = z.object({
	TradesStream: z.string(),
	BarsStream: z.string(),
	TicksStream: z.string(),
	HitsStream: z.string(),
	LakeBucket: z.string(),
	LakeDatabase: z.string(),
	ApplicationName: z.string(),
	AlertsTopicArn: z.string(),
	AlertsTable: z.string(),
	LandingDeadLettersUrl: z.string(),
	AlertingDeadLettersUrl: z.string(),
	LatestTable: z.string(),
	/** Where the store `dynamodb` is chosen. */
	HistoryTable: z.string().optional(),
	AlertsQueueUrl: z.string().optional(),
	CollectorUrl: z.string().optional(),
});
export type Outputs = z.infer<typeof Outputs>;

export type LocalDeployment = {
	/** The emulator, as `http://127.0.0.1:4566`. */
	endpoint: string;
	/** A folder of this stack's own; nothing is written outside it. */
	stackDir: string;
	/** What differs from infra/config.ts, beside the settings that an emulator always needs. */
	overrides?: Overrides;
	signal?: AbortSignal;
	onProgress?: (message: string) => void;
};

/**
 * Brings Tidemark's stacks to what the code says, on an emulator, and returns their outputs. Stacks that the emulator
 * already has in this form are left alone.
 *
 * @throws with the last lines of the command that failed, or the signal's reason
 */
export async function deployLocal(deployment: LocalDeployment): Promise<Outputs> {
	const { endpoint, stackDir, signal, onProgress = () => {} } = deployment;
	const assembly = join(stackDir, "cdk.out");
	const client = new CloudFormationClient(emulated(endpoint));
	try {
		await mkdir(stackDir, { recursive: true });
		onProgress("Synthesizing the stacks");
		await synthesize(assembly, deployment);
		const templates = await readTemplates(assembly);
		if (await isDeployed(client, templates, signal)) {
			onProgress("The stacks are as they should be");
		} else {
			onProgress("Deploying the stacks");
			await bootstrap({ client, endpoint, assembly, ...(signal ? { signal } : {}) });
			await cdkDeploy(assembly, deployment);
		}
		return await readOutputs(client, [...templates.keys()]);
	} finally {
		client.destroy();
		// It holds a copy of the runner's jar, and the next deployment makes its own.
		await rm(assembly, { recursive: true, force: true });
	}
}

/** What an emulator needs, whatever the caller chooses. */
function localConfig({ endpoint, overrides = {} }: LocalDeployment): Overrides {
	return {
		alertsQueue: true,
		// The emulator takes a partial failure for success.
		retryWholeBatch: true,
		// It counts a consumer's position from the oldest record kept, so that dropping old ones makes it skip new ones.
		resultsRetentionHours: 8760,
		...overrides,
		endpoints: { aws: endpoint, ...overrides.endpoints },
	};
}

/** Runs infra/app.ts as the CDK would. Its template checks take longer than all the rest; `cdk synth` and the tests run them. */
async function synthesize(assembly: string, deployment: LocalDeployment): Promise<void> {
	await rm(assembly, { recursive: true, force: true });
	const { context } = z
		.object({ context: z.record(z.string(), z.unknown()) })
		.parse(JSON.parse(await readFile(join(root, "cdk.json"), "utf8")));
	await run("synthesizing the stacks", [join(root, "infra/app.ts")], deployment, {
		CDK_OUTDIR: assembly,
		CDK_CONTEXT_JSON: JSON.stringify({ ...context, tidemark: localConfig(deployment) }),
		CDK_VALIDATION: "false",
	});
}

async function cdkDeploy(assembly: string, deployment: LocalDeployment): Promise<void> {
	const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
	const options = ["--all", "--concurrency", "5", "--method", "direct", "--require-approval", "never", "--no-notices"];
	await run("deploying the stacks", [cdk, "deploy", "--app", assembly, ...options], deployment, {
		...emulatedEnvironment(deployment.endpoint),
		CDK_HOME: join(deployment.stackDir, "cdk.home"),
		CDK_DISABLE_CLI_TELEMETRY: "true",
	});
}

async function run(what: string, args: string[], { stackDir, signal }: LocalDeployment, env: Record<string, string>) {
	// Settings and credentials for the real AWS in the caller's environment have no place here.
	const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name));
	const result = await execa(process.execPath, args, {
		cwd: stackDir,
		env: { ...Object.fromEntries(own), ...env },
		extendEnv: false,
		all: true,
		reject: false,
		...(signal ? { cancelSignal: signal } : {}),
	});
	signal?.throwIfAborted();
	if (result.failed) {
		const lines = result.all.trimEnd().split("\n").slice(-30).join("\n");
		throw new Error(`Failed at ${what} (exit code ${result.exitCode ?? "none"}):\n${lines}`, { cause: result });
	}
}

/** Each stack's template by the stack's name, from the assembly's manifest. */
export async function readTemplates(assembly: string): Promise<Map<string, unknown>> {
	const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(assembly, file), "utf8"));
	const manifest = z
		.object({ artifacts: z.record(z.string(), z.looseObject({ type: z.string() })) })
		.parse(await read("manifest.json"));
	const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === "aws:cloudformation:stack");
	return new Map(await Promise.all(stacks.map(async ([name]) => [name, await read(`${name}.template.json`)] as const)));
}

/** Whether each stack is there in this form. Templates name their assets by their content, so that equal ones mean equal code. */
export async function isDeployed(client: CloudFormationClient, templates: Map<string, unknown>, signal?: AbortSignal) {
	for (const [name, template] of templates) {
		const stack = await describe(client, name);
		if (!stack?.StackStatus || !/^(CREATE|UPDATE)_COMPLETE$/.test(stack.StackStatus)) return false;
		const deployed = await client.send(
			new GetTemplateCommand({ StackName: name }),
			signal ? { abortSignal: signal } : {},
		);
		if (!isDeepStrictEqual(JSON.parse(deployed.TemplateBody ?? "null"), template)) return false;
	}
	return true;
}

/** The stack, or undefined if there is none of this name. */
export async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
	try {
		return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
	} catch (error) {
		if (error instanceof Error && error.name === "ValidationError") return undefined;
		throw error;
	}
}

async function readOutputs(client: CloudFormationClient, stacks: string[]): Promise<Outputs> {
	const described = await Promise.all(stacks.map((name) => describe(client, name)));
	const outputs = described.flatMap((stack) => stack?.Outputs ?? []);
	return Outputs.parse(Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])));
}
