import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { environments } from "../../infra/environments.ts";
import { program } from "../../local/cli.ts";
import { root } from "../../local/paths.ts";

const folder = join(root, ".github", "workflows");
const Step = z.strictObject({
	uses: z.string().optional(),
	run: z.string().optional(),
	with: z.record(z.string(), z.unknown()).optional(),
	env: z.record(z.string(), z.string()).optional(),
});
const Workflow = z.strictObject({
	name: z.string(),
	on: z.record(z.string(), z.unknown()),
	permissions: z.record(z.string(), z.enum(["read", "write"])),
	concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() }),
	jobs: z.record(
		z.string(),
		z.strictObject({
			"runs-on": z.string(),
			"timeout-minutes": z.int(),
			environment: z.string().optional(),
			env: z.record(z.string(), z.string()).optional(),
			steps: z.array(Step),
		}),
	),
});
const read = (file: string) => Workflow.parse(parse(readFileSync(join(folder, file), "utf8")));
const files = readdirSync(folder);
const stepsOf = (file: string) => Object.values(read(file).jobs).flatMap(({ steps }) => steps);
const commandsIn = (file: string) =>
	stepsOf(file).flatMap(({ run }) => (run ?? "").split(/\n|&&/).flatMap((each) => each.trim() || []));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** What is wrong with a command, if something is. */
async function mistakeIn(line: string): Promise<string | undefined> {
	const [command, ...words] = line.split(/\s+/);
	if (command === "npm") {
		const script = words[0] === "run" ? words[1] : words[0];
		return words[0] === "ci" || (script && scripts[script]) ? undefined : `package.json has no script ${script}`;
	}
	if (command === "npx" && words[0] === "tidemark") {
		let at = await program();
		for (const word of words.slice(1)) {
			if (word.startsWith("-")) {
				if (!at.options.some(({ long }) => long === word)) return `tidemark ${at.name()} has no ${word}`;
			} else if (at.commands.length > 0) {
				const next = at.commands.find((each) => each.name() === word);
				if (!next) return `there is no command ${word}`;
				at = next;
			}
		}
		return undefined;
	}
	if (command === "mvn")
		return existsSync(join(root, words[words.indexOf("--file") + 1] ?? "")) ? undefined : "no such project";
	return command === "sudo" && words[0] === "apt-get" ? undefined : "what is it?";
}

test("there is one that tests, one for what takes longer, and one that deploys", () => {
	expect(files.sort()).toEqual(["apart.yml", "deploy.yml", "test.yml"]);
});

describe.each(files)("%s", (file) => {
	test("runs commands that there are", async () => {
		const commands = commandsIn(file);
		expect(commands.length).toBeGreaterThan(1);
		const mistakes = await Promise.all(commands.map(async (line) => [line, await mistakeIn(line)] as const));
		expect(mistakes.filter(([, mistake]) => mistake !== undefined)).toEqual([]);
	});

	test("uses actions of a fixed version, of publishers that are known", () => {
		const used = stepsOf(file).flatMap(({ uses }) => uses ?? []);
		expect(used.length).toBeGreaterThan(2);
		for (const each of used) expect(each).toMatch(/^(actions|aws-actions)\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
	});

	test("has no key and no secret in it", () => {
		expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/secrets\.|AKIA|aws-access-key|password/i);
	});

	test("puts nothing that somebody typed into a command", () => {
		for (const line of commandsIn(file)) expect(line).not.toContain("${{");
	});
});

describe("what a workflow may do", () => {
	test("is to read the code where it tests", () => {
		expect(read("test.yml").permissions).toEqual({ contents: "read" });
	});

	test("is, where it deploys, to say who it is besides", () => {
		const { permissions, concurrency, jobs } = read("deploy.yml");
		expect(permissions).toEqual({ contents: "read", "id-token": "write" });
		expect(concurrency["cancel-in-progress"]).toBe(false);
		expect(jobs.deploy?.environment).toContain("inputs.environment");
		const credentials = stepsOf("deploy.yml").find(({ uses }) => uses?.startsWith("aws-actions/"));
		expect(credentials?.with).toMatchObject({ "role-to-assume": expect.stringContaining("vars.AWS_ROLE_ARN") });
	});

	test("deploys to the environments that there are", () => {
		const { workflow_dispatch } = read("deploy.yml").on as {
			workflow_dispatch: { inputs: { environment: { options: string[] } } };
		};
		expect(workflow_dispatch.inputs.environment.options).toEqual(Object.keys(environments));
	});
});

test.each([
	["npm run nothing", "package.json has no script nothing"],
	["npx tidemark destroy", "there is no command destroy"],
	["npx tidemark cost --never", "tidemark cost has no --never"],
	["curl https://example.com", "what is it?"],
])("a mistake is seen: %s", async (line, mistake) => {
	expect(await mistakeIn(line)).toBe(mistake);
});
