import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { Command } from "commander";
import { graphFiles } from "./graph/document.ts";
import { sqlOption } from "./options.ts";
import { offlineProperties } from "./properties.ts";
import { withWorkbench } from "./with-workbench.ts";

const NOTES = `
Written are graph.svg and, between two markers, README.md in the SQL directory: what reads what, with the grain, key and
time that each file's leading comment says ("-- One row: … Key: … Time: …").`;

/** `tidemark sql graph`: the flow of relations as a picture. */
export function graphCommand(): Command {
	return new Command("graph")
		.description("draw the flow of relations (SVG and Mermaid) into the SQL directory's README.md")
		.addOption(sqlOption())
		.option("--check", "write nothing; exit with 1 if what is there is stale")
		.addHelpText("after", NOTES)
		.action(async ({ sql, check = false }: { sql: string; check?: boolean }) => {
			const compiled = await withWorkbench((workbench) =>
				workbench.compile({ sql, properties: offlineProperties(sql) }),
			);
			const files = await graphFiles(sql, compiled);
			for (const { path, text, stale } of files) {
				if (stale && !check) writeFileSync(path, text);
				const state = stale ? (check ? "stale: run tidemark sql graph" : "written") : "up to date";
				process.stdout.write(`${relative(process.cwd(), path)}: ${state}\n`);
			}
			process.exitCode = check && files.some(({ stale }) => stale) ? 1 : 0;
		});
}
