import { join } from "node:path";
import { type App, CfnResource, Stack } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Overrides } from "../../infra/config.ts";
import type { Environment } from "../../infra/environments.ts";
import { deployed, everything } from "./configurations.ts";
import { grantsOf, grantsText, openings } from "./grants.ts";
import { synthesis, type Templates } from "./synthesis.ts";

const update =
	"See what changed in the diff; if it is meant: npx vitest run --project unit test/infra/grants.test.ts -u";
const { begin, end, synthesize, appOf } = synthesis();
beforeAll(() => {
	begin();
	// Synthesized here, where there is time.
	for (const [overrides, environment] of configurations) synthesize(overrides, environment);
}, 600_000);
afterAll(end);

const configurations: [Overrides, Environment][] = [
	[deployed.dev, "dev"],
	[deployed.prod, "prod"],
	[everything, "prod"],
];
const grants = (overrides: Overrides, environment: Environment) => {
	const templates = synthesize(overrides, environment);
	return grantsOf(templates, constructsOf(appOf(overrides, environment), templates));
};

describe.each<[string, Overrides, Environment]>([
	["dev", deployed.dev, "dev"],
	["prod", deployed.prod, "prod"],
	["everything", everything, "prod"],
])("%s", (name, overrides, environment) => {
	test("gives the rights that were reviewed", async () => {
		const text = grantsText(
			`Who may do what: ${name}`,
			grants(overrides, environment),
			openings(synthesize(overrides, environment)),
		);
		await expect(text, update).toMatchFileSnapshot(join(import.meta.dirname, "grants", `${name}.md`));
	});

	test("gives nobody every action of a service, and has a reason for each *", () => {
		const all = grants(overrides, environment);
		expect(all.length).toBeGreaterThan(15);
		for (const { actions } of all) for (const action of actions) expect(action).not.toMatch(/^(\*|[\w-]+:\*)$/);
		const unexplained = all.flatMap(({ who, wildcards }) =>
			wildcards.filter(({ reason }) => reason === undefined).map(({ found }) => `${who}: ${found}`),
		);
		expect(unexplained).toEqual([]);
	});

	test("lets no other account in, and nobody without TLS", () => {
		const opened = openings(synthesize(overrides, environment));
		expect(opened.filter((line) => /: anybody may (?!not)/.test(line))).toEqual([]);
		const owners = opened.filter((line) => line.includes(":iam::") && !line.includes("<AccountId>"));
		expect(owners).toEqual([]);
	});
});

test("a * without a reason is found", () => {
	const all = grants(deployed.prod, "prod");
	const wildcards = all.flatMap(({ wildcards }) => wildcards);
	expect(wildcards.length).toBeGreaterThan(5);
	// Without the constructs there is no reason for any of them.
	const without = grantsOf(synthesize(deployed.prod, "prod"), new Map()).flatMap(({ wildcards }) => wildcards);
	expect(without.map(({ found }) => found)).toEqual(wildcards.map(({ found }) => found));
	expect(without.every(({ reason }) => reason === undefined)).toBe(true);
});

/** The resources' constructs by "stack id", as the templates are named. */
function constructsOf(app: App, templates: Templates): Map<string, CfnResource> {
	const resources = app.node.findAll().filter((each): each is CfnResource => CfnResource.isCfnResource(each));
	return new Map(
		resources.map((each) => {
			const { stackName } = Stack.of(each);
			const stack = Object.keys(templates).find((name) => stackName.toLowerCase().endsWith(name));
			return [`${stack} ${Stack.of(each).resolve(each.logicalId)}`, each];
		}),
	);
}
