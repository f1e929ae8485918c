/** Each alarm leads to a paragraph that is there, and the list of alarms is of those that there are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
const anchors = [...text.matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
	title
		.toLowerCase()
		.replace(/[^\w\- ]/g, "")
		.replaceAll(" ", "-"),
);

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
