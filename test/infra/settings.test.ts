import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { configOption, environmentOption, type SettingsOptions, settingsOf } from "../../infra/settings.ts";
import { UserError } from "../../local/errors.ts";
import { root } from "../../local/paths.ts";

/** The options as a command reads them from its words. */
function parsed(...words: string[]): SettingsOptions {
	const command = new Command("test").addOption(environmentOption()).addOption(configOption()).exitOverride();
	command.configureOutput({ writeErr: () => {} });
	return command.parse(words, { from: "user" }).opts();
}

test("without options they are those of dev, with what cdk.json sets", () => {
	const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
	expect(settingsOf(parsed())).toEqual({
		config: readConfig(context.tidemark ?? {}),
		overrides: context.tidemark ?? {},
	});
	expect(settingsOf({})).toEqual(settingsOf(parsed("--env", "dev")));
});

test("those of an environment, with --config before them", () => {
	expect(settingsOf(parsed("--env", "prod")).config).toMatchObject({ environment: "prod", prefix: "tidemark-prod" });
	expect(settingsOf(parsed("--env", "prod", "--config", '{"prefix":"mine"}'))).toMatchObject({
		config: { environment: "prod", prefix: "mine", lakeDatabase: "tidemark_prod" },
		overrides: { prefix: "mine" },
	});
});

test.each([
	["{", /^--config is no JSON: \{\. Write it as --config '\{"prefix":"mine"\}'$/],
	['{"shard":4}', /^--config: The context "tidemark" has mistakes[\s\S]*shard/],
	['{"initialPosition":"noon"}', /must be TRIM_HORIZON, LATEST or an instant, such as 2026-11-26T13:30:00Z/],
])("%s is refused, saying where it is from", (config, message) => {
	expect(() => settingsOf({ config })).toThrow(UserError);
	expect(() => settingsOf({ config })).toThrow(message);
});

test("an environment that there is not is refused with those that there are", () => {
	expect(() => parsed("--env", "staging")).toThrow(/Allowed choices are dev, prod/);
	expect(() => settingsOf({ env: "staging" })).toThrow(/no environment "staging": there are dev and prod/);
});
