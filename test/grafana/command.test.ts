import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { fakeGrafana, token } from "./push/fake.ts";

const cli = join(root, "local", "cli.mjs");
const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
	execa(process.execPath, [cli, "grafana", "push", ...args], { env, reject: false, extendEnv: true });

test("pushes into the Grafana that it is given, and says what it did", async () => {
	const grafana = await fakeGrafana();
	const env = { GRAFANA_TOKEN: token, AWS_REGION: "eu-west-1" };
	const { exitCode, stdout, stderr } = await run(["--url", grafana.url, "--store", "athena", "--no-alerts"], env);
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	expect(stdout.split("\n")).toEqual([
		"folder Tidemark: made",
		"data source Tidemark Athena: made",
		"data source Tidemark CloudWatch: made",
		`dashboard Market (Athena): ${grafana.url}/d/tidemark-athena-market/x`,
		`dashboard Symbol (Athena): ${grafana.url}/d/tidemark-athena-symbol/x`,
		`dashboard Pipeline: ${grafana.url}/d/tidemark-pipeline/x`,
		`dashboard Batch: ${grafana.url}/d/tidemark-batch/x`,
	]);
	expect(grafana.dashboards.size).toBe(4);
});

test("a wrong token is one message and exit code 1", async () => {
	const grafana = await fakeGrafana();
	const { exitCode, stderr } = await run(["--url", grafana.url, "--token", "wrong", "--store", "athena"], {
		AWS_REGION: "x",
	});
	expect(exitCode).toBe(1);
	expect(stderr).toMatch(/^tidemark: Grafana at \S+ answers 401 .*Is the token/);
	expect(stderr.trim().split("\n")).toHaveLength(1);
});

test.each([
	[["--url", "https://grafana.example"], /required option '--token <token>' not specified/],
	[["--token", "x"], /required option '--url <address>' not specified/],
	[["--url", "https://grafana.example", "--token", "two words"], /another character that no token has/],
	[
		["--url", "https://grafana.example", "--token", "x", "--store", "postgres"],
		/Allowed choices are questdb, influxdb/,
	],
])("%j is said to be wrong", async (args, message) => {
	const { exitCode, stderr } = await run(args, { GRAFANA_URL: undefined, GRAFANA_TOKEN: undefined });
	expect(exitCode).toBe(1);
	expect(stderr).toMatch(message);
});
