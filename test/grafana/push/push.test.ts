import { describe, expect, test } from "vitest";
import { ruleGroups } from "../../../grafana/alerts.ts";
import { use } from "../../../grafana/interpolation.ts";
import { grafanaAt } from "../../../grafana/push/client.ts";
import { type PushOptions, push } from "../../../grafana/push/push.ts";
import { type FakeGrafana, fakeGrafana, token } from "./fake.ts";

const environment = {
	AWS_REGION: "eu-west-1",
	TIDEMARK_ALERTS_TOPIC_ARN: "arn:aws:sns:eu-west-1:123456789012:tidemark-alerts",
	TIDEMARK_INFLUXDB_URL: "https://influx.example:8086",
	TIDEMARK_INFLUXDB_TOKEN: "secret",
	TIDEMARK_QUESTDB_HOST: "127.0.0.1",
	TIDEMARK_QUESTDB_PASSWORD: "quest",
	TIDEMARK_SNS_URL: "http://127.0.0.1:4566",
};

/** Pushes, and returns what was said. */
async function pushTo({ url }: FakeGrafana, options: Partial<PushOptions> = {}): Promise<string[]> {
	const lines: string[] = [];
	const say = (line: string) => lines.push(line);
	await push(grafanaAt(url, token), { store: "influxdb", alerts: true, environment, say, ...options });
	return lines;
}

const dashboards: Record<string, string[]> = {
	questdb: ["tidemark-questdb-market", "tidemark-questdb-symbol", "tidemark-questdb-pipeline"],
	influxdb: ["tidemark-influxdb-market", "tidemark-influxdb-symbol", "tidemark-pipeline", "tidemark-batch"],
	"live-analytics": [
		"tidemark-live-analytics-market",
		"tidemark-live-analytics-symbol",
		"tidemark-pipeline",
		"tidemark-batch",
	],
	athena: ["tidemark-athena-market", "tidemark-athena-symbol", "tidemark-pipeline", "tidemark-batch"],
};

describe("an empty Grafana", () => {
	test.each(["questdb", "influxdb", "live-analytics", "athena"] as const)("gets all that %s has", async (store) => {
		const grafana = await fakeGrafana();
		const lines = await pushTo(grafana, { store });
		expect([...grafana.folders.values()]).toEqual([{ uid: "tidemark", title: "Tidemark" }]);
		expect([...grafana.dashboards.keys()]).toEqual(dashboards[store]);
		expect([...grafana.ruleGroups.keys()]).toEqual(ruleGroups(store).map(({ title }) => title));
		expect(grafana.contactPoints.get("tidemark-sns")?.settings).toEqual({
			topic_arn: environment.TIDEMARK_ALERTS_TOPIC_ARN,
			sigv4: { region: "eu-west-1" },
			...(store === "questdb" ? { api_url: environment.TIDEMARK_SNS_URL } : {}),
		});
		expect(lines).toContain(
			`dashboard ${grafana.dashboards.get(dashboards[store]?.[0] ?? "")?.dashboard.title}: ${grafana.url}/d/${dashboards[store]?.[0]}/x`,
		);
	});

	test("gets data sources with the environment's addresses and tokens", async () => {
		const grafana = await fakeGrafana();
		await pushTo(grafana);
		expect([...grafana.dataSources.keys()]).toEqual(["tidemark-influxdb", "tidemark-athena", "tidemark-cloudwatch"]);
		expect(grafana.dataSources.get("tidemark-influxdb")).toMatchObject({
			url: "https://influx.example:8086",
			secureJsonData: { httpHeaderValue1: "Token secret" },
		});
		expect(grafana.dataSources.get("tidemark-cloudwatch")?.jsonData).toMatchObject({ defaultRegion: "eu-west-1" });
		expect(JSON.stringify([...grafana.dataSources.values(), ...grafana.contactPoints.values()])).not.toContain("$");
	});

	test("gets macros and labels as they are: what Grafana fills in later is none of the environment's", async () => {
		const grafana = await fakeGrafana();
		await pushTo(grafana, { store: "questdb" });
		expect(JSON.stringify([...grafana.ruleGroups.values()])).toContain("$__timeFilter(timestamp)");
		expect(JSON.stringify([...grafana.ruleGroups.values()])).toContain("{{ $labels.symbol }}");
		expect(JSON.stringify([...grafana.dashboards.values()])).toContain(use("symbol", "sqlstring"));
	});

	test("without alerts gets neither contact point nor rules, and needs no topic", async () => {
		const grafana = await fakeGrafana();
		const { TIDEMARK_ALERTS_TOPIC_ARN: _, ...others } = environment;
		await pushTo(grafana, { alerts: false, environment: others });
		expect(grafana.dashboards.size).toBe(4);
		expect(grafana.contactPoints.size + grafana.ruleGroups.size).toBe(0);
		expect(grafana.asked.filter((asked) => asked.includes("/provisioning/"))).toEqual([]);
	});
});

describe("a second push", () => {
	test("changes nothing, and says that it updates", async () => {
		const grafana = await fakeGrafana();
		await pushTo(grafana);
		const before = structuredClone([grafana.folders, grafana.dataSources, grafana.dashboards, grafana.ruleGroups]);
		const lines = await pushTo(grafana);
		expect([grafana.folders, grafana.dataSources, grafana.dashboards, grafana.ruleGroups]).toEqual(before);
		expect(lines.slice(0, 4)).toEqual([
			"data source Tidemark InfluxDB: updated",
			"data source Tidemark Athena: updated",
			"data source Tidemark CloudWatch: updated",
			"contact point Tidemark SNS: updated",
		]);
	});

	test("leaves what the environment no longer has as it is", async () => {
		const grafana = await fakeGrafana();
		await pushTo(grafana);
		const before = structuredClone(grafana.dataSources);
		const lines = await pushTo(grafana, { environment: { AWS_REGION: "eu-west-1" } });
		expect(grafana.dataSources).toEqual(before);
		expect(lines).toContain(
			"data source Tidemark InfluxDB: left as it is, without TIDEMARK_INFLUXDB_URL, TIDEMARK_INFLUXDB_TOKEN",
		);
		expect(lines).toContain("contact point Tidemark SNS: left as it is, without TIDEMARK_ALERTS_TOPIC_ARN");
	});

	test("overwrites what was edited in Grafana", async () => {
		const grafana = await fakeGrafana();
		await pushTo(grafana);
		const market = grafana.dashboards.get("tidemark-influxdb-market");
		const edited = { ...market, dashboard: { ...market?.dashboard, title: "Mine" } } as NonNullable<typeof market>;
		grafana.dashboards.set("tidemark-influxdb-market", edited);
		await pushTo(grafana);
		expect(grafana.dashboards.get("tidemark-influxdb-market")).toEqual(market);
	});
});

test("a data source that Grafana's own files say is left to them", async () => {
	const grafana = await fakeGrafana();
	await pushTo(grafana);
	const own = { ...grafana.dataSources.get("tidemark-influxdb"), url: "https://other.example", readOnly: true };
	grafana.dataSources.set("tidemark-influxdb", own as never);
	const lines = await pushTo(grafana);
	expect(lines).toContain("data source Tidemark InfluxDB: left as it is, as Grafana's own files have it");
	expect(grafana.dataSources.get("tidemark-influxdb")).toEqual(own);
});

test("what neither Grafana nor the environment has is one error with all names, before anything is written", async () => {
	const grafana = await fakeGrafana();
	await expect(
		pushTo(grafana, { environment: { AWS_REGION: "", TIDEMARK_INFLUXDB_URL: "https://influx.example" } }),
	).rejects.toThrow(
		[
			"Nothing was pushed, as the environment lacks what Grafana does not know yet (docs/grafana.md):",
			"data source Tidemark InfluxDB needs TIDEMARK_INFLUXDB_TOKEN",
			"data source Tidemark Athena needs AWS_REGION",
			"data source Tidemark CloudWatch needs AWS_REGION",
			"contact point Tidemark SNS needs TIDEMARK_ALERTS_TOPIC_ARN, AWS_REGION",
		].join("\n"),
	);
	expect(grafana.asked.filter((asked) => !asked.startsWith("GET "))).toEqual([]);
});
