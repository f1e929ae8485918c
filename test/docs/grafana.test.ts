/** What docs/grafana.md says of stores, dashboards and rules is what there is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ruleGroups } from "../../grafana/alerts.ts";
import { dashboards } from "../../grafana/dashboards.ts";
import { snsContactPoint } from "../../grafana/provisioning.ts";
import { fillIn } from "../../grafana/push/environment.ts";
import { sourcesOf } from "../../grafana/sources.ts";
import { stores } from "../../grafana/stores.ts";
import { root } from "../../local/paths.ts";

const page = readFileSync(join(root, "docs", "grafana.md"), "utf8");
const rowOf = (first: string) => page.split("\n").find((line) => line.startsWith(`| ${first} |`)) ?? "";
const names = (text: string) => [...text.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name ?? "");

describe.each(stores)("of %s", (store) => {
	test("it names what the environment has to have for the data sources", () => {
		expect(names(rowOf(`\`${store}\``)).sort()).toEqual(fillIn(sourcesOf(store), {}).missing.sort());
	});

	test("it names what the contact point needs", () => {
		const known = ["TIDEMARK_ALERTS_TOPIC_ARN", "AWS_REGION", ...(store === "questdb" ? ["TIDEMARK_SNS_URL"] : [])];
		expect(fillIn(snsContactPoint(store), {}).missing.sort()).toEqual(known.sort());
		for (const name of known) expect(page).toContain(`\`${name}\``);
	});

	test("it has each alert rule", () => {
		const titles = ruleGroups(store).flatMap(({ rules = [] }) => rules.map(({ title }) => title));
		expect(titles.length).toBeGreaterThan(2);
		for (const title of titles) expect(rowOf(title)).not.toBe("");
	});
});

test("it has each dashboard", () => {
	const all = new Set([...stores, "aws" as const].flatMap((group) => Object.keys(dashboards(group))));
	expect([...all].sort()).toEqual(["batch", "market", "pipeline", "symbol"]);
	for (const name of all) expect(rowOf(`*${name[0]?.toUpperCase()}${name.slice(1)}*`)).not.toBe("");
});

test("its links lead somewhere", () => {
	const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link ?? "");
	expect(links.length).toBeGreaterThan(4);
	for (const link of links) expect([link, existsSync(join(root, "docs", link))]).toEqual([link, true]);
});
