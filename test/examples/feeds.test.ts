/** What docs/feeds.md and the examples' READMEs show is what there is. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { produceCommand } from "../../producer/command.ts";

const PAGES = ["docs/feeds.md", "examples/websocket/README.md"];
const text = (page: string) => readFileSync(join(root, page), "utf8");
/** The code of a language on a page. */
const code = (page: string, language: string) =>
	[...text(page).matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, block = ""]) => block);

const commands = code("docs/feeds.md", "sh")
	.flatMap((block) => block.trim().split("\n"))
	.map((line) => line.replace(/ +#.*$/, ""));

describe("the commands of docs/feeds.md", () => {
	test("are there for every feed", () => {
		const feeds = new Set(commands.map((line) => line.split(" ")[3]));
		expect(feeds).toEqual(new Set(["replay", "yahoo", "synthetic"]));
	});

	test.each(commands)("%s", async (line) => {
		const [npx, tidemark, produce, ...args] = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
		expect([npx, tidemark, produce]).toEqual(["npx", "tidemark", "produce"]);
		await parsed(args);
	});

	test("would not pass with an option that there is not", async () => {
		await expect(parsed(["replay", "a.csv", "--sped", "1"])).rejects.toThrow("unknown option '--sped'");
		await expect(parsed(["replay"])).rejects.toThrow("missing required argument 'files'");
	});
});

test("the help of a replay shows commands that it takes", async () => {
	const replay = produceCommand().commands.find((command) => command.name() === "replay") as Command;
	let help = "";
	replay.configureOutput({ writeOut: (part) => (help += part) }).outputHelp();
	const lines = [...help.matchAll(/\$ tidemark produce (.*)/g)].map(([, line = ""]) => line);
	expect(lines.length).toBeGreaterThan(5);
	for (const line of lines) await parsed(line.split(" "));
});

test("the feed in docs/feeds.md is that of the example, word for word", () => {
	const [feed = ""] = code("docs/feeds.md", "ts");
	expect(text("examples/websocket/feed.ts")).toContain(feed);
	expect(feed.trim().split("\n").length).toBeLessThanOrEqual(20);
});

test.each(PAGES)("the links of %s lead to a file, and to a heading of it", (page) => {
	const links = [...text(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
	expect(links.length).toBeGreaterThan(2);
	for (const link of links.filter((each) => !each.startsWith("http"))) {
		const [path = "", heading] = link.split("#");
		const file = path === "" ? page : join(dirname(page), path);
		expect(existsSync(join(root, file)), link).toBe(true);
		if (heading === undefined) continue;
		const headings = [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, each = ""]) => each);
		const names = headings.map((each) =>
			each
				.toLowerCase()
				.replaceAll(/[^\w -]/g, "")
				.replaceAll(" ", "-"),
		);
		expect(names, link).toContain(heading);
	}
});

test("every example has a README", () => {
	for (const name of readdirSync(join(root, "examples"))) {
		if (name === "guide") continue;
		expect(existsSync(join(root, "examples", name, "README.md")), name).toBe(true);
	}
});

/** Parses arguments of `tidemark produce` and does nothing. */
async function parsed(args: string[]): Promise<void> {
	const command = produceCommand();
	for (const each of command.commands) {
		each
			.exitOverride()
			.configureOutput({ writeErr: () => {} })
			.action(() => {});
	}
	await command.parseAsync(args, { from: "user" });
}
