import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { grafanaCommand } from "../../grafana/command.ts";
import { root } from "../../local/paths.ts";
import { fakeGrafana, token } from "./push/fake.ts";

/** Runs the command here; what it prints, and the message of what it throws. */
async function run(args: string[], env: Record<string, string> = {}): Promise<{ stdout: string; error?: string }> {
	for (const name of ["GRAFANA_URL", "GRAFANA_TOKEN"]) vi.stubEnv(name, env[name]);
	for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
	let stdout = "";
	const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
		stdout += text;
		return true;
	});
	const command = grafanaCommand();
	for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => {} });
	try {
		await command.parseAsync(["push", ...args], { from: "user" });
		return { stdout };
	} catch (error) {
		return { stdout, error: (error as Error).message };
	} finally {
		write.mockRestore();
		vi.unstubAllEnvs();
	}
}

const lines = (url: string) => [
	"folder Tidemark: made",
	"data source Tidemark Athena: made",
	"data source Tidemark CloudWatch: made",
	`dashboard Market (Athena): ${url}/d/tidemark-athena-market/x`,
	`dashboard Symbol (Athena): ${url}/d/tidemark-athena-symbol/x`,
	`dashboard Pipeline: ${url}/d/tidemark-pipeline/x`,
	`dashboard Batch: ${url}/d/tidemark-batch/x`,
];

test("tidemark grafana push brings it all into a Grafana, and says what it did", async () => {
	const grafana = await fakeGrafana();
	const args = ["grafana", "push", "--url", grafana.url, "--store", "athena", "--no-alerts"];
	const env = { GRAFANA_TOKEN: token, AWS_REGION: "eu-west-1" };
	const { exitCode, stdout, stderr } = await execa(process.execPath, [join(root, "local", "cli.mjs"), ...args], {
		env,
		reject: false,
	});
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	expect(stdout.split("\n")).toEqual(lines(grafana.url));
	expect(grafana.dashboards.size).toBe(4);
	expect(grafana.ruleGroups.size).toBe(0);
});

test("address and token may come from the environment", async () => {
	const grafana = await fakeGrafana();
	const env = { GRAFANA_URL: grafana.url, GRAFANA_TOKEN: ` ${token}\n`, AWS_REGION: "eu-west-1" };
	expect(await run(["--store", "athena", "--no-alerts"], env)).toEqual({
		stdout: `${lines(grafana.url).join("\n")}\n`,
	});
});

describe("is an error with what to do:", () => {
	test("a wrong token", async () => {
		const { url } = await fakeGrafana();
		const { error } = await run(["--url", url, "--token", "wrong", "--store", "athena"], { AWS_REGION: "x" });
		expect(error).toMatch(/^Grafana at \S+ answers 401 .*Is the token/);
	});

	test.each([
		["no token", ["--url", "https://grafana.example"], /required option '--token <token>' not specified/],
		["no address", ["--token", "x"], /required option '--url <address>' not specified/],
		["a token that is none", ["--url", "https://x.example", "--token", "two words"], /character that no token has/],
		[
			"an unknown store",
			["--url", "https://x.example", "--token", "x", "--store", "postgres"],
			/Allowed choices are questdb, influxdb/,
		],
	])("%s", async (_, args, message) => {
		const { error } = await run(args);
		expect(error).toMatch(message);
	});
});
