/** Stacks as templates, without the time that the CDK's own checks take. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { type Overrides, readConfig } from "../../infra/config.ts";
import type { Environment } from "../../infra/environments.ts";
import { tidemark } from "../../infra/stacks.ts";
import { root } from "../../local/paths.ts";

export type Templates = Record<keyof ReturnType<typeof tidemark>, Template>;

/** Call `begin` before all tests of a file and `end` after them. */
export function synthesis() {
	let dir = "";
	const validation = process.env.CDK_VALIDATION;
	const known = new Map<string, { app: App; templates: Templates }>();
	/** Each is made once, for it takes a moment. */
	const make = (overrides: Overrides, environment: Environment) => {
		const key = JSON.stringify([environment, overrides]);
		const made = known.get(key);
		if (made) return made;
		const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
		const app = new App({ context, outdir: mkdtempSync(join(dir, "out-")) });
		const stacks = tidemark(app, readConfig({ runnerJar: join(dir, "stand-in.jar"), ...overrides }, environment));
		app.synth();
		const template = ([name, stack]: [string, Stack]) => [name, Template.fromStack(stack)];
		const templates = Object.fromEntries(Object.entries(stacks).map(template)) as Templates;
		known.set(key, { app, templates });
		return { app, templates };
	};
	return {
		begin() {
			dir = mkdtempSync(join(tmpdir(), "tidemark-synth-"));
			writeFileSync(join(dir, "stand-in.jar"), "stands in for the runner's jar");
			// The CDK's own template checks take seconds a stack; test/infra/synth.test.ts runs them, once.
			process.env.CDK_VALIDATION = "false";
		},
		end() {
			if (validation === undefined) delete process.env.CDK_VALIDATION;
			else process.env.CDK_VALIDATION = validation;
			rmSync(dir, { recursive: true, force: true });
		},
		/** The folder that all that was synthesized is below. */
		synthesized: () => dir,
		/** The templates of an environment with these overrides. */
		synthesize: (overrides: Overrides = {}, environment: Environment = "dev") => make(overrides, environment).templates,
		/** The app that they are of. */
		appOf: (overrides: Overrides = {}, environment: Environment = "dev") => make(overrides, environment).app,
	};
}

/** How a stream's records come to a function that loses nothing and gives up in the end. */
export const mapping = (stream: string, batchSize: number) => ({
	BatchSize: batchSize,
	BisectBatchOnFunctionError: true,
	FunctionResponseTypes: ["ReportBatchItemFailures"],
	MaximumRetryAttempts: 1000,
	StartingPosition: "TRIM_HORIZON",
	EventSourceArn: { "Fn::ImportValue": Match.stringLikeRegexp(`GetAtt${stream}`) },
	DestinationConfig: {
		OnFailure: { Destination: { "Fn::GetAtt": [Match.stringLikeRegexp("^DeadLetters"), "Arn"] } },
	},
});

export type Statement = { Effect: string; Action: string | string[]; Resource: unknown };

/** All statements of the identity policies in a template. */
export function policies(template: Template): Statement[] {
	return Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
		({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
	);
}
