/** `tidemark alerts backtest` as a user calls it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { succeed, tidemark } from "../../../e2e/cli.ts";
import { tempDir } from "../../../local/support.ts";
import { minutes } from "./support.ts";

/** A file of minute bars of two symbols, and one of rules. */
function files() {
	const dir = tempDir();
	const bars = ["AAPL", "IBM"].flatMap((symbol) => minutes("14:00", [99, 101, 99, 103, 99], { symbol }));
	const records = join(dir, "records.jsonl");
	writeFileSync(records, bars.map((bar) => JSON.stringify(bar)).join("\n"));
	const rules = (level: number, name = `above-${level}.yaml`) => {
		const path = join(dir, name);
		const rule = {
			name: "high",
			on: "1m",
			when: `close > ${level}`,
			cooldown: "2m",
			subject: "{{ symbol }} high",
			message: "m",
		};
		writeFileSync(path, JSON.stringify({ rules: [rule] }));
		return path;
	};
	return { dir, records, rules };
}

describe("over records of a file", () => {
	test("counts, lists, says what changes, and writes the page under .tidemark", async () => {
		const { dir, records, rules } = files();
		const args = [
			"alerts",
			"backtest",
			"--records",
			records,
			"--rules",
			rules(100),
			"--against",
			rules(102),
			"--symbols",
			"AAPL",
		];
		const { code, stdout, stderr } = await tidemark(dir, args).finished;
		const page = join(dir, "backtest", "index.html");
		expect({ code, stderr }).toEqual({ code: 0, stderr: `The charts are in ${page}\n` });
		const lines = stdout.split("\n").map((line) => line.replace(/ +/g, " "));
		expect(lines[0]).toBe(`${records}: 2013-10-07 14:00 to 2013-10-07 14:04 UTC, 1 trading day`);
		expect(lines.slice(2, 6)).toEqual([
			"rule symbol fired told resolved told/day",
			expect.stringMatching(/^─/),
			"high AAPL 2 2 2 2",
			"(1 row)",
		]);
		expect(lines).toContain("2013-10-07T14:02:00.000Z high AAPL warning AAPL high");
		expect(lines).toContain("2 alerts in 2 messages, no storm");
		expect(lines).toContain(`Against ${rules(102)}: 1 new, 0 gone, 1 the same`);
		expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);
	});

	test("as JSON it is one line with everything", async () => {
		const { dir, records, rules } = files();
		const out = join(dir, "here");
		const args = ["--records", records, "--rules", rules(100), "--to", "2013-10-07T14:03", "--out", out, "--json"];
		const stdout = await succeed(dir, ["alerts", "backtest", ...args]);
		expect(stdout.trim().split("\n")).toHaveLength(1);
		expect(JSON.parse(stdout)).toMatchObject({
			source: records,
			...{ days: 1, alerts: 2, messages: 1, held: 0, storms: [], not_run: [], suppressed: [] },
			counts: [
				{ rule: "high", symbol: "AAPL", fired: 1, told: 1 },
				{ rule: "high", symbol: "IBM", fired: 1, told: 1 },
			],
			notifications: [
				{ alert_id: "high|AAPL|1m|2013-10-07T14:02:00.000Z", state: "firing", held: false },
				{ symbol: "IBM" },
			],
		});
		expect(existsSync(join(out, "index.html"))).toBe(true);
		expect(existsSync(join(dir, "backtest"))).toBe(false);
	});
});

describe("an expected failure is one message and exit code 1:", () => {
	test.each([
		["two kinds of records", ["--records", "a", "--replay", "b"], "tidemark: Choose one of --replay and --records\n"],
		["no lake", [], "tidemark: There is nothing to read yet"],
		["a run that there is not", ["--run", "none"], 'tidemark: There is no run "none"'],
		["records that there are not", ["--records", "/no/such.jsonl"], "tidemark: There is no file /no/such.jsonl\n"],
		[
			"a rule that there is not",
			["--rule", "fast-mov"],
			"tidemark: alerting/rules.yaml has no rule fast-mov; is fast-move meant?\n",
		],
		["rules that there are not", ["--rules", "/no/such.yaml"], "tidemark: The alerting rules cannot be read: ENOENT"],
		[
			"a time that is none",
			["--from", "soon"],
			"error: option '--from <when>' argument 'soon' is invalid. --from takes a day or a time",
		],
		["an option that it has not", ["--loop"], "error: unknown option '--loop'"],
	])("%s", async (_, args, message) => {
		const { code, stdout, stderr } = await tidemark(tempDir(), ["alerts", "backtest", ...args]).finished;
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr.slice(0, message.length)).toBe(message);
		expect(stderr).not.toMatch(/^\s+at /m);
	});
});

test.each(["check", "test", "backtest"])("%s has a help with examples", async (name) => {
	const help = await succeed(tempDir(), ["alerts", name, "--help"]);
	expect(help).toContain(`Usage: tidemark alerts ${name}`);
	expect(help).toMatch(new RegExp(`Examples:\n {2}\\$ npx tidemark alerts ${name}`));
});

test("a command that there is not is helped with", async () => {
	const { code, stderr } = await tidemark(tempDir(), ["alerts", "backtset"]).finished;
	expect(code).toBe(1);
	expect(stderr).toContain("Did you mean backtest?");
});
