/** docs/cost.md and the README against `tidemark cost` and its prices. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { costCommand } from "../../infra/cost/command.ts";
import { costOf } from "../../infra/cost/cost.ts";
import { PRICES, READ, REGION } from "../../infra/cost/prices.ts";
import { reportOf } from "../../infra/cost/report.ts";
import { root } from "../../local/paths.ts";
import { demand } from "../infra/cost/demand.ts";

const page = readFileSync(join(root, "docs", "cost.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");
const shown = (text: string) =>
	/^```\n\$ npx tidemark cost --trades-per-second 1000 --symbols 100\n(.*?)\n```$/ms.exec(text)?.[1];

describe("what is shown of 1,000 trades/s", () => {
	const report = reportOf(demand());

	test("is the command's output, in the page all of it", () => {
		expect(shown(page)).toBe(report);
	});

	test("is its beginning in the README: the services and the total", () => {
		expect(shown(readme)).toBe(report.split("\n\n").slice(0, 2).join("\n\n"));
	});
});

test("the page has each price as it is counted", () => {
	const rows = Object.values(PRICES).map(
		({ service, usd, unit, seen, where, page: source }) =>
			`| [${service}](${source}) | ${unit} | ${usd} | ${seen} | ${where} |`,
	);
	const [, table = ""] = page.split("|---|---|--:|---|---|\n");
	expect(table.split("\n\n")[0]?.split("\n")).toEqual(rows);
	expect(page).toContain(`${REGION}, in US dollars, looked up on ${READ}.`);
});

test("the page has each option", () => {
	const told = new Set([...page.matchAll(/`(--[a-z-]+)`/g)].map(([, name]) => name));
	for (const { long } of costCommand().options) expect(told).toContain(long);
});

test("the page has each service that can be on the bill", () => {
	const { lines } = costOf(demand({ stores: ["influxdb", "dynamodb", "live-analytics"] }));
	const [, counted = ""] = page.split("## What is counted");
	for (const service of new Set(lines.map((line) => line.service))) expect(counted).toContain(service);
});
