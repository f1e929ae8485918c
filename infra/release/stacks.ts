import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { execa } from "execa";
import { z } from "zod";
import { UserError } from "../../local/errors.ts";
import { root } from "../../local/paths.ts";
import type { Progress } from "../../local/progress.ts";
import { bootstrap } from "../bootstrap.ts";
import { type Config, type Overrides, type Stage, stackName } from "../config.ts";
import { describe, isDeployed, Outputs, readTemplates } from "../deploy.ts";
import type { Places } from "../properties.ts";

/** Where the parts of a deployed pipeline are. */
export const Place = Outputs.pick({
	TradesStream: true,
	BarsStream: true,
	TicksStream: true,
	HitsStream: true,
	LakeBucket: true,
	LakeDatabase: true,
}).extend({ CodeBucket: z.string(), JobRoleArn: z.string(), JobLogGroup: z.string() });
export type Place = z.infer<typeof Place>;

/** The CloudFormation stacks of an environment. */
export interface Stacks {
	/** Where their parts are; undefined where they are not all there. */
	place(): Promise<Place | undefined>;
	/** Whether CloudFormation has made the application, which from then on is not its own to change. */
	hasApplication(): Promise<boolean>;
	/** Brings the stacks to what the code says; the application's only where it is not there. */
	deploy(): Promise<void>;
	/** What {@link deploy} would change, in the CDK's words. */
	diff(): Promise<string>;
}

export interface StacksOptions {
	config: Config;
	/** As they were given for the environment, for the CDK's own process. */
	overrides: Overrides;
	client: CloudFormationClient;
	progress: Progress;
	/** Asks before rights grow, where somebody is there to answer. */
	ask: boolean;
	signal?: AbortSignal;
}

const PARTS: Stage[] = ["Ingest", "Lake", "Compute"];

/** The stacks of an environment, in the account and region that AWS' settings name. */
export function stacksOf({ config, overrides, client, progress, ask, signal }: StacksOptions): Stacks {
	const application = stackName(config, "Application");
	const cancel = signal ? { cancelSignal: signal } : {};

	async function withAssembly<T>(work: (assembly: string) => Promise<T>): Promise<T> {
		const dir = await mkdtemp(join(tmpdir(), "tidemark-deploy-"));
		try {
			const assembly = join(dir, "cdk.out");
			const { context } = JSON.parse(await readFile(join(root, "cdk.json"), "utf8")) as { context: object };
			const synthesis = execa(process.execPath, [join(root, "infra/app.ts")], {
				cwd: dir,
				env: {
					CDK_OUTDIR: assembly,
					CDK_CONTEXT_JSON: JSON.stringify({ ...context, tidemark: overrides, env: config.environment }),
					CDK_VALIDATION: "false",
				},
				reject: false,
				all: true,
				...cancel,
			});
			const { failed, all } = await synthesis;
			signal?.throwIfAborted();
			if (failed) throw new UserError(`The stacks cannot be made:\n${lastOf(all)}`);
			return await work(assembly);
		} finally {
			await rm(dir, { recursive: true, force: true });
		}
	}

	async function cdk(command: string, assembly: string, args: string[], say: boolean): Promise<string> {
		const program = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
		const running = execa(process.execPath, [program, command, "--app", assembly, "--no-notices", ...args], {
			env: { CDK_DISABLE_CLI_TELEMETRY: "true", CDK_HOME: join(assembly, "..", "cdk.home") },
			reject: false,
			all: true,
			stdin: ask ? "inherit" : "ignore",
			...cancel,
		});
		if (say) for await (const line of running.iterable({ from: "all" })) if (line.trim()) progress.say(`cdk: ${line}`);
		const { failed, all } = await running;
		signal?.throwIfAborted();
		if (failed) throw new UserError(`"cdk ${command}" failed, the application is as it was:\n${lastOf(all)}`);
		return all;
	}

	/** All of the assembly's stacks but that of an application that is there. */
	async function toDeploy(assembly: string): Promise<Map<string, unknown>> {
		const templates = await readTemplates(assembly);
		if (await hasApplication()) templates.delete(application);
		return templates;
	}

	async function hasApplication(): Promise<boolean> {
		const stack = await describe(client, application);
		return /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(stack?.StackStatus ?? "");
	}

	return {
		hasApplication,
		async place() {
			const stacks = await Promise.all(PARTS.map((stage) => describe(client, stackName(config, stage))));
			if (stacks.some((stack) => stack === undefined)) return undefined;
			const outputs = stacks.flatMap((stack) => stack?.Outputs ?? []);
			const place = Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
			// Stacks of an older Tidemark lack some: they are deployed first.
			return Place.safeParse(place).data;
		},
		deploy: () =>
			withAssembly(async (assembly) => {
				const templates = await toDeploy(assembly);
				if (await isDeployed(client, templates, signal)) {
					progress.say("The stacks are as they should be");
					return;
				}
				const { aws: endpoint } = config.endpoints;
				if (endpoint !== undefined) await bootstrap({ client, endpoint, assembly, ...(signal ? { signal } : {}) });
				else if ((await describe(client, "CDKToolkit")) === undefined) await cdk("bootstrap", assembly, [], true);
				const approval = ask ? "broadening" : "never";
				const options = ["--exclusively", "--concurrency", "5", "--progress", "events", "--require-approval", approval];
				await cdk("deploy", assembly, [...templates.keys(), ...options], true);
			}),
		diff: () =>
			withAssembly(async (assembly) => {
				const templates = await toDeploy(assembly);
				if (await isDeployed(client, templates, signal)) return "The stacks are as they should be";
				return cdk("diff", assembly, [...templates.keys(), "--exclusively"], false);
			}),
	};
}

/** The places that the job reads and writes. */
export function placesIn(place: Place, config: Config, region: string): Places {
	return {
		region,
		endpoint: (service) => config.endpoints.aws ?? `https://${service}.${region}.${suffixOf(region)}`,
		streams: { trades: place.TradesStream, bars: place.BarsStream, ticks: place.TicksStream, hits: place.HitsStream },
		lake: { warehouse: `s3://${place.LakeBucket}/lake`, database: place.LakeDatabase },
	};
}

/** The partition of a region's ARNs. */
export function partitionOf(region: string): string {
	if (region.startsWith("cn-")) return "aws-cn";
	return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** As CloudFormation's AWS::URLSuffix. */
function suffixOf(region: string): string {
	return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

function lastOf(output: string): string {
	return output.trimEnd().split("\n").slice(-30).join("\n");
}
