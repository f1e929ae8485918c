import { expect, test } from "vitest";
import { PRICES, type Price, READ, REGION } from "../../../infra/cost/prices.ts";
import { costOf as athenaCost, DOLLARS_PER_TB } from "../../../local/athena/cost.ts";

const all = Object.entries(PRICES) as [string, Price][];

test("every price says for what, from which page of AWS, and how it was found", () => {
	for (const [name, { usd, unit, page, seen, where }] of all) {
		expect(usd, name).toBeGreaterThan(0);
		expect(unit, name).not.toBe("");
		expect(page, name).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/pricing\/[\w-]*\/?$/);
		expect(["aws", "quoted", "unconfirmed"], name).toContain(seen);
		expect(where, name).not.toBe("");
	}
});

test("the table is of one region and one day", () => {
	expect(REGION).toBe("us-east-1");
	expect(READ).toMatch(/^\d{4}-\d{2}-\d{2}$/);
	expect(Number.isNaN(Date.parse(READ))).toBe(false);
});

test("what could not be confirmed is called so", () => {
	const names = all.filter(([, { seen }]) => seen === "unconfirmed").map(([name]) => name);
	expect(names).toEqual([
		"shardRetention",
		"streamRetention",
		"longRetention",
		"influxHour",
		"influxStorage",
		"endpointHour",
		"logsKept",
		"dashboards",
	]);
});

test("Athena's price is the one that tidemark athena uses", () => {
	expect(PRICES.athenaScan.usd).toBe(DOLLARS_PER_TB);
	expect(athenaCost(2 ** 40)).toBe(PRICES.athenaScan.usd);
});
