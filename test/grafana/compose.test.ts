import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { generatedDir } from "../../grafana/generate.ts";
import { dashboardsDir } from "../../grafana/provisioning.ts";
import { sourcesOf } from "../../grafana/sources.ts";
import { readConfig } from "../../infra/config.ts";
import { emulatedCredentials, emulatedRegion } from "../../infra/emulated.ts";
import { root } from "../../local/paths.ts";
import { defaultPorts } from "../../local/ports.ts";
import { upCommand } from "../../local/up.ts";

const dir = join(root, "grafana");
const { services } = parse(readFileSync(join(dir, "compose.yaml"), "utf8"));
const { image, environment, volumes, network_mode } = services.grafana as {
	image: string;
	environment: Record<string, string>;
	volumes: string[];
	network_mode: string;
};

test("it is a Grafana from 11 on, of one version, on this machine alone and asked again each second", () => {
	expect(image).toMatch(/^grafana\/grafana:1[1-9]\.\d+\.\d+$/);
	expect(network_mode).toBe("host");
	expect(environment).toMatchObject({ GF_SERVER_HTTP_ADDR: "127.0.0.1", GF_DASHBOARDS_MIN_REFRESH_INTERVAL: "1s" });
});

test("what it mounts is there, and is where Grafana looks", () => {
	const mounts = volumes.map((volume) => volume.split(":")).filter(([from]) => from?.startsWith("."));
	expect(mounts.map(([, to, mode]) => [to, mode])).toEqual([
		["/etc/grafana/provisioning", "ro"],
		[dashboardsDir, "ro"],
	]);
	for (const [from = ""] of mounts) expect(statSync(join(dir, from)).isDirectory()).toBe(true);
	const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH?.replace(
		dashboardsDir,
		join(generatedDir, "dashboards"),
	);
	expect(existsSync(home ?? "")).toBe(true);
	const { providers } = parse(
		readFileSync(join(generatedDir, "provisioning/questdb/dashboards/tidemark.yaml"), "utf8"),
	);
	for (const { options } of providers)
		expect(existsSync(options.path.replace(dashboardsDir, join(generatedDir, "dashboards")))).toBe(true);
});

test("each variable that the files take from the environment has a value", () => {
	const text = ["datasources", "alerting"]
		.map((kind) => readFileSync(join(generatedDir, `provisioning/questdb/${kind}/tidemark.yaml`), "utf8"))
		.join("\n");
	const names = new Set([...text.matchAll(/\$([A-Z][A-Z_]+)/g)].map(([, name]) => name ?? ""));
	expect(names.size).toBe(5);
	for (const name of names) expect(environment[name]).toBeTruthy();
});

test("it has the plugins of its data sources that Grafana does not bring", () => {
	const types = sourcesOf("questdb").map(({ type }) => type);
	expect(environment.GF_INSTALL_PLUGINS?.split(",").map((each) => each.split(" ")[0])).toEqual(types);
});

test("the commands at its top are ones that there are", () => {
	const text = readFileSync(join(dir, "compose.yaml"), "utf8");
	const [, option = "none"] = /npm start -- (--\S+)/.exec(text) ?? [];
	expect(upCommand().options.map(({ long }) => long)).toContain(option);
	expect(text).toContain("docker compose -f grafana/compose.yaml up");
});

test("it reaches the emulator's SNS as the stack does", () => {
	expect(environment.TIDEMARK_SNS_URL).toBe(`\${TIDEMARK_SNS_URL:-http://127.0.0.1:${defaultPorts.aws}}`);
	expect(environment).toMatchObject({
		AWS_REGION: emulatedRegion,
		AWS_ACCESS_KEY_ID: emulatedCredentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: emulatedCredentials.secretAccessKey,
	});
	expect(environment.TIDEMARK_ALERTS_TOPIC_ARN).toContain(
		`:${emulatedRegion}:000000000000:${readConfig().prefix}-alerts}`,
	);
});
