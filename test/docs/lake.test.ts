/** docs/lake.md against the DDL and the runner's options. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { relationsIn } from "../../docs/ddl.ts";
import { root } from "../../local/paths.ts";

const page = readFileSync(join(root, "docs", "lake.md"), "utf8");
const ddl = (name: string) => readFileSync(join(root, "sql", "3_sinks", "lake", `${name}.sql`), "utf8");
const option = (name: string, text: string) => new RegExp(`'${name}' = '([^']*)'`).exec(text)?.[1] ?? "";

/** The cells of every row of the page's tables. */
const rows = [...page.matchAll(/^\| (.*) \|$/gm)].map(([, cells = ""]) =>
	cells.split(" | ").map((cell) => cell.trim()),
);

describe("the tables", () => {
	const told = rows.filter(([layer = ""]) => /^(bronze|silver|gold|audit)$/.test(layer));

	test("are all those of sql/3_sinks/lake", () => {
		expect(told.map(([, name]) => `lake.${name?.replaceAll("`", "")}`).sort()).toEqual(
			relationsIn("3_sinks/lake").map(({ name }) => name),
		);
	});

	test.each(told.map((row) => [row[1]?.replaceAll("`", "") ?? "", row] as const))(
		"%s",
		(name, [layer, , , key, by]) => {
			const text = ddl(name);
			expect({ layer, key, by }).toEqual({
				layer: option("tidemark.layer", text),
				key: option("tidemark.key", text),
				by: option("tidemark.partitioned-by", text),
			});
			// What a row is in the words of its file, which say the layer too.
			expect(text.split("\n")[0]).toContain(`-- The lake table ${name} (${layer}): `);
		},
	);
});

test("every option that a file of the lake sets is described", () => {
	const described = rows.map(([name = ""]) => name.replaceAll("`", ""));
	const folder = join(root, "sql", "3_sinks", "lake");
	const set = readdirSync(folder).flatMap((file) =>
		[...readFileSync(join(folder, file), "utf8").matchAll(/'(tidemark\.[\w-]+)' =/g)].map(([, name]) => name),
	);
	expect([...new Set(set)].filter((name) => !described.includes(name ?? ""))).toEqual([]);
});

test("links to nothing that is not there", () => {
	const links = [...page.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = ""]) => join(root, "docs", path));
	expect(links.length).toBeGreaterThan(3);
	expect(links.filter((path) => !existsSync(path))).toEqual([]);
});
