import { join } from "node:path";
import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { deployed, everything } from "./configurations.ts";
import { synthesis } from "./synthesis.ts";

const update =
	"See what changed in the diff; if it is meant: npx vitest run --project unit test/infra/templates.test.ts -u";
const { begin, end, synthesize } = synthesis();
beforeAll(() => {
	begin();
	synthesize(deployed.dev, "dev");
	synthesize(deployed.prod, "prod");
	synthesize(everything, "prod");
}, 600_000);
afterAll(end);

describe.each(["dev", "prod"] as const)("the templates of %s are those that were reviewed", (environment) => {
	test("each stack's", async () => {
		const templates = Object.entries(synthesize(deployed[environment], environment));
		expect(templates.length).toBeGreaterThanOrEqual(8);
		for (const [stack, template] of templates) {
			const file = join(import.meta.dirname, "templates", environment, `${stack}.yaml`);
			await expect(textOf(template), update).toMatchFileSnapshot(file);
		}
	});
});

describe("in no template", () => {
	const all = () =>
		(
			[
				[deployed.dev, "dev"],
				[deployed.prod, "prod"],
				[everything, "prod"],
			] as const
		).flatMap(([overrides, environment]) => Object.values(synthesize(overrides, environment)) as Template[]);

	test("is a secret: what has to be known comes by a reference that is followed when it is used", () => {
		const found = all().flatMap((template) => secretsIn(template.toJSON()));
		expect(found).toEqual([]);
	});

	test("would one be overlooked", () => {
		const password = { Resources: { Store: { Properties: { Username: "tidemark", Password: "abc123" } } } };
		expect(secretsIn(password)).toEqual(["Password: abc123"]);
		const token = { Resources: { Land: { Properties: { Environment: { Variables: { STORE_TOKEN: "v1.abc" } } } } } };
		expect(secretsIn(token)).toEqual(["STORE_TOKEN: v1.abc"]);
		expect(secretsIn({ url: "https://me:secret@store.example" })).toEqual(["url: https://me:secret@store.example"]);
		expect(secretsIn({ key: "AKIAIOSFODNN7EXAMPLE" })).toHaveLength(1);
	});

	test("is an address of what ran when it was made", () => {
		for (const template of all())
			expect(JSON.stringify(template.toJSON())).not.toMatch(/127\.0\.0\.1|localhost|\/home\/|\/tmp\//);
	});
});

/** The template as it is read: without hashes of files, which change with every line of code. */
function textOf(template: Template): string {
	const { Parameters: _, Rules: __, ...rest } = template.toJSON();
	const short = (key: string, value: unknown) => (key === "QueryString" ? "(the file of sql/athena)" : value);
	const text = JSON.stringify(rest, (key, value) => (key === "Metadata" ? undefined : short(key, value)));
	return stringify(JSON.parse(text.replaceAll(/[0-9a-f]{64}/g, "HASH")), {
		lineWidth: 0,
		aliasDuplicateObjects: false,
	});
}

/** Values that are secrets by what they are called or by what they look like, and no reference. */
function secretsIn(value: unknown, name = ""): string[] {
	if (Array.isArray(value)) return value.flatMap((each) => secretsIn(each, name));
	if (typeof value === "object" && value !== null)
		return Object.entries(value).flatMap(([key, each]) => secretsIn(each, key));
	if (typeof value !== "string" || value.startsWith("{{resolve:")) return [];
	const called =
		/password|token(?!\.actions)|apikey|privatekey/i.test(name) && !/secret$|policy|template|generate/i.test(name);
	const looks = /AKIA[0-9A-Z]{16}|-----BEGIN|:\/\/[^/\s:]+:[^/\s@]+@/.test(value);
	return called || looks ? [`${name}: ${value}`] : [];
}
