import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { costCommand } from "../../../infra/cost/command.ts";
import { reportOf } from "../../../infra/cost/report.ts";
import { main } from "../../../local/cli.ts";
import { demand } from "./demand.ts";

afterEach(() => vi.restoreAllMocks());

/** Runs `tidemark cost` with these words. */
async function cost(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	const said = { stdout: "", stderr: "" };
	for (const name of ["stdout", "stderr"] as const) {
		vi.spyOn(process[name], "write").mockImplementation((text) => {
			said[name] += String(text);
			return true;
		});
	}
	return { code: await main(["cost", ...words]), ...said };
}

describe("tidemark cost", () => {
	test("is 1,000 trades/s of 100 symbols with the configuration's defaults and InfluxDB", async () => {
		expect(await cost()).toEqual({ code: 0, stdout: `${reportOf(demand())}\n`, stderr: "" });
	});

	test("takes another load, a market's hours and stores", async () => {
		const words =
			"--trades-per-second 5000 --symbols 20 --hours-per-day 6.5 --days-per-month 21 --stores dynamodb,influxdb";
		const { code, stdout } = await cost(...words.split(" "));
		expect(code).toBe(0);
		expect(stdout).toContain("5,000 trades/s, 20 symbols, 136.5 of 730 hours; stores: dynamodb, influxdb\n");
		expect(stdout).toContain("the Flink application stopped");
	});

	test("takes settings as the stacks do, their stores too", async () => {
		const { stdout } = await cost("--config", '{"shards":4,"stores":["dynamodb"]}');
		expect(stdout).toContain("shards (provisioned): trades 4");
		expect(stdout).toContain("stores: dynamodb\n");
		expect((await cost("--config", '{"stores":["dynamodb"]}', "--stores", "none")).stdout).toContain(
			"none but the lake",
		);
	});

	test("takes an environment's settings, before anybody is named who hears its alarms, and what is given before them", async () => {
		const { stdout, code } = await cost("--env", "prod", "--items");
		expect(code).toBe(0);
		expect(stdout).toContain("parallelism 4, 4 KPU");
		expect(stdout).toContain("stores: influxdb\n");
		expect(stdout).toContain("kept for more than a day");
		expect((await cost("--items")).stdout).not.toContain("kept for more than a day");
		expect((await cost("--env", "prod", "--config", '{"parallelism":5}')).stdout).toContain("parallelism 5, 5 KPU");
	});

	test("prints each item, or all of it as JSON", async () => {
		expect((await cost("--items")).stdout).toContain("1 KPU for orchestration");
		const { stdout } = await cost("--json", "--trades-per-second", "0");
		const answer = JSON.parse(stdout);
		expect(answer).toMatchObject({
			region: "us-east-1",
			demand: { tradesPerSecond: 0, symbols: 100, stores: ["influxdb"] },
			capacity: { mode: "on-demand", kpus: 1 },
		});
		expect(answer.demand.hours).toBeCloseTo(730, 9);
		expect(answer.perRecordMonthly).toBeCloseTo(29.2, 9);
		expect(answer.rates.map((row: { tradesPerSecond: number }) => row.tradesPerSecond)).toEqual([
			10, 100, 1_000, 10_000, 100_000,
		]);
		const sum = answer.lines.reduce((all: number, line: { monthly: number }) => all + line.monthly, 0);
		expect(answer.monthly).toBeCloseTo(sum, 6);
		for (const line of answer.lines) expect(line.source.page).toMatch(/^https:\/\/aws\.amazon\.com\//);
	});
});

describe("an error names the option, what was given and what to give:", () => {
	test.each([
		[
			["--trades-per-second", "many"],
			"'--trades-per-second <n>' argument 'many' is invalid. Give a number, 0 or more.",
		],
		[["--trades-per-second", "-1"], "argument '-1' is invalid. Give a number, 0 or more."],
		[["--trades-per-second", "1e9"], "argument '1e9' is invalid. Give trades in a second, 10,000,000 at most."],
		[["--symbols", "0"], "'--symbols <n>' argument '0' is invalid. Give a whole number, at least 1."],
		[["--symbols", "1.5"], "argument '1.5' is invalid. Give a whole number, at least 1."],
		[["--hours-per-day", "25"], "argument '25' is invalid. Give a number above 0, 24 at most."],
		[["--days-per-month", "0"], "argument '0' is invalid. Give a number above 0, 31 at most."],
		[["--stores", "mysql"], "There is no store mysql. Give some of influxdb, dynamodb, live-analytics, or none."],
		[["--env", "staging"], "Allowed choices are dev, prod"],
		[["--config", "{"], "--config is no JSON: {. Write it as --config"],
		[["--config", '{"shard":4}'], "infra/config.ts lists the settings: prefix, shards, "],
		[["--config", '{"shards":0}'], "at shards"],
	])("%j", async (words, message) => {
		const { code, stdout, stderr } = await cost(...words);
		expect(code).toBe(1);
		expect(stdout).toBe("");
		expect(stderr).toContain(message);
		expect(stderr).not.toMatch(/^\s+at \S+ \(/m);
	});
});

test("its help has examples", () => {
	const help: string[] = [];
	const command = new Command().addCommand(costCommand().configureOutput({ writeOut: (text) => void help.push(text) }));
	command.commands[0]?.outputHelp();
	expect(help.join("")).toContain("$ npx tidemark cost --trades-per-second 1000 --symbols 100");
});
