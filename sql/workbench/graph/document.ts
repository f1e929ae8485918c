import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../local/errors.ts";
import type { Compilation } from "../types.ts";
import { flowOf } from "./flow.ts";
import { toMermaid } from "./mermaid.ts";
import { toSvg } from "./svg.ts";

const BEGIN = "<!-- graph: written by `tidemark sql graph` -->";
const END = "<!-- /graph -->";

/** A file of the graph, as it is to be. */
export interface GraphFile {
	path: string;
	text: string;
	/** Whether what is on disk differs. */
	stale: boolean;
}

/** `README.md`, with the graph between its markers, and `graph.svg` of a SQL directory. */
export async function graphFiles(sql: string, compiled: Compilation): Promise<GraphFile[]> {
	const flow = flowOf(compiled);
	const readme = join(sql, "README.md");
	const before = existsSync(readme) ? readFileSync(readme, "utf8") : "# SQL\n";
	return [file(readme, withGraph(before, toMermaid(flow), readme)), file(join(sql, "graph.svg"), await toSvg(flow))];
}

/** Markdown with the graph between its markers, which are added at the end where there are none. */
export function withGraph(markdown: string, mermaid: string, path: string): string {
	const start = markdown.indexOf(BEGIN);
	const end = markdown.indexOf(END);
	if (start < 0 !== end < 0 || end < start)
		throw new UserError(`${path} has one of the markers ${BEGIN} and ${END} without the other: add it, or remove both`);
	const graph = `${BEGIN}

![What reads what: sources in blue, views in grey, sinks in green](graph.svg)

<details><summary>The same as text (Mermaid)</summary>

\`\`\`mermaid
${mermaid}
\`\`\`

</details>

${END}`;
	if (start < 0) return `${markdown.trimEnd()}\n\n${graph}\n`;
	return markdown.slice(0, start) + graph + markdown.slice(end + END.length);
}

function file(path: string, text: string): GraphFile {
	return { path, text, stale: !existsSync(path) || readFileSync(path, "utf8") !== text };
}
