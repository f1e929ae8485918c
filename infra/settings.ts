/** The settings that commands about an account go by. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "commander";
import { UserError } from "../local/errors.ts";
import { type Config, type Overrides, readConfig } from "./config.ts";
import { environments } from "./environments.ts";

/** What `--env` and `--config` say. */
export interface SettingsOptions {
	env?: string;
	config?: string;
}

/** `--env`: `dev` where it is left out. */
export function environmentOption(): Option {
	return new Option("--env <name>", "the environment, of infra/environments.ts")
		.choices(Object.keys(environments))
		.default("dev");
}

/** `--config`. */
export function configOption(): Option {
	return new Option(
		"--config <json>",
		`settings of infra/config.ts before the environment's, in place of cdk.json's, such as '{"prefix":"mine"}'`,
	);
}

/**
 * The settings of an environment, as its stacks are made from them: with those of cdk.json, or of `--config` in their place.
 * `overrides` are what goes before the environment's own.
 *
 * @throws UserError where they are wrong, naming where they are from
 */
export function settingsOf({ env = "dev", config: given }: SettingsOptions): { config: Config; overrides: Overrides } {
	const from = given === undefined ? "cdk.json" : "--config";
	try {
		const overrides = given === undefined ? ofCdkJson() : (JSON.parse(given) as Overrides);
		return { config: readConfig(overrides, env), overrides };
	} catch (cause) {
		const { message } = cause as Error;
		const how =
			cause instanceof SyntaxError ? ` is no JSON: ${given}. Write it as --config '{"prefix":"mine"}'` : `: ${message}`;
		throw new UserError(`${from}${how}`, { cause });
	}
}

function ofCdkJson(): Overrides {
	const file = join(resolve(import.meta.dirname, ".."), "cdk.json");
	const { context } = JSON.parse(readFileSync(file, "utf8")) as { context?: { tidemark?: Overrides } };
	return context?.tidemark ?? {};
}
