/** Each alarm leads to a paragraph that is there, and the list of alarms is of those that there are. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { program } from "../../local/cli.ts";
import { root } from "../../local/paths.ts";
import { synthesis } from "../infra/synthesis.ts";

const text = readFileSync(join(root, "docs/operating.md"), "utf8");
const { begin, end, synthesize } = synthesis();
let alarms: { AlarmName: string; AlarmDescription: string }[];
beforeAll(() => {
	begin();
	const template = synthesize({ stores: ["dynamodb"] }).operations;
	alarms = Object.values(template?.findResources("AWS::CloudWatch::Alarm") ?? {}).map(({ Properties }) => Properties);
	expect(alarms.length).toBeGreaterThan(20);
});
afterAll(end);

/** As GitHub makes them of headings. */
const anchorsOf = (page: string) =>
	[...page.matchAll(/^##+ (.+)$/gm)].map(([, title = ""]) =>
		title
			.toLowerCase()
			.replace(/[^\w\- ]/g, "")
			.replaceAll(" ", "-"),
	);
const anchors = anchorsOf(text);

describe("the runbook", () => {
	test("has the paragraph that each alarm names", () => {
		for (const { AlarmName, AlarmDescription } of alarms) {
			const anchor = /docs\/operating\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1];
			expect(anchors, AlarmName).toContain(anchor);
		}
	});

	test("has no link of its own to a paragraph that is not there", () => {
		const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
		expect(links.length).toBeGreaterThan(3);
		for (const link of links) expect(anchors).toContain(link);
	});

	test("lists every alarm", () => {
		const listed = [...text.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = ""]) => cell).join("\n");
		for (const { AlarmName } of alarms) {
			const name = AlarmName.replace(/^tidemark-/, "");
			const known =
				listed.includes(`PREFIX-${name}\``) ||
				(/-throttled$/.test(name) && listed.includes("PREFIX-STREAM-throttled")) ||
				(/^(landing|alerting)-.*-(errors|throttles|behind)$/.test(name) && listed.includes("PREFIX-FUNCTION-errors")) ||
				(/^(landing|alerting)-dead-letters$/.test(name) && listed.includes("`landing-`, `alerting-dead-letters`"));
			expect(known, name).toBe(true);
		}
	});
});

/** What the commands are that the procedures name: each `npx tidemark …` up to the end of its code. */
const commands = [...text.matchAll(/`npx tidemark ([^`]+)`/g)].map(([, words = ""]) => words.split(/\s+/));

describe("the procedures", () => {
	let whole: Command;
	// Every module of the command line is read.
	beforeAll(async () => {
		whole = await program();
	}, 300_000);

	test("name commands and options that there are", () => {
		expect(commands.length).toBeGreaterThan(15);
		for (const words of commands) {
			const [name = ""] = words;
			let command: Command = whole;
			for (let next = inside(command, words[0]); next; next = inside(command, words[0])) {
				command = next;
				words.shift();
			}
			expect(command, `tidemark ${name}`).not.toBe(whole);
			for (const option of words.filter((word) => word.startsWith("--") && word !== "--help")) {
				const known = command.options.map(({ long }) => long);
				expect(known, `tidemark ${name} … ${option}`).toContain(option);
			}
		}
	});

	test("link to tests and pages that there are, with their paragraphs", () => {
		const links = [...text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, link = ""]) => link);
		expect(links.filter((link) => /test/i.test(link)).length).toBeGreaterThan(10);
		for (const link of links) {
			const [file = "", anchor] = link.split("#");
			const path = join(dirname(join(root, "docs/operating.md")), file);
			expect(existsSync(path), link).toBe(true);
			if (anchor !== undefined) expect(anchorsOf(readFileSync(path, "utf8")), link).toContain(anchor);
		}
	});

	test("say of each way back what runs it, or that nothing does", () => {
		const ways = text
			.split(/^## /m)
			.filter((part) => /^(Restore from|A store is lost|A table of|The region|A record breaks|Wrong bars)/.test(part));
		expect(ways).toHaveLength(8);
		for (const way of ways) {
			expect(way, way.slice(0, 40)).toMatch(/^(Tests: |No test runs this one\.$)/m);
			expect(way, way.slice(0, 40)).toMatch(/^1\. /m);
		}
	});

	test("state what is lost with the periods that the configuration has", () => {
		const { checkpointMs, retentionHours, resultsRetentionHours } = readConfig();
		const prod = readConfig({}, "prod");
		const stated = text.replaceAll(/\s+/g, " ");
		expect(stated).toContain(
			`\`checkpointMs\` is ${checkpointMs / 1000} s, \`retentionHours\` ${retentionHours} (${prod.retentionHours} in prod), \`resultsRetentionHours\` ${resultsRetentionHours} (${prod.resultsRetentionHours} in prod)`,
		);
		expect(prod.checkpointMs).toBe(checkpointMs);
	});
});

function inside(command: Command, name: string | undefined): Command | undefined {
	return command.commands.find((each) => each.name() === name);
}
