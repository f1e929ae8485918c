import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { graphFiles, withGraph } from "../../../../sql/workbench/graph/document.ts";
import { flowOf } from "../../../../sql/workbench/graph/flow.ts";
import { toMermaid } from "../../../../sql/workbench/graph/mermaid.ts";
import { wrap } from "../../../../sql/workbench/graph/palette.ts";
import { toSvg } from "../../../../sql/workbench/graph/svg.ts";
import { tempDir } from "../../../local/support.ts";
import { insert, relation } from "../relations.ts";

const compiled = {
	relations: [
		relation("trades", { kind: "source", comment: "One row: a trade. Key: trade_id. Time: event_time." }),
		relation("bars", { reads: ["trades"], comment: 'One row: a "bar" <of 1 minute> & more. Key: symbol.' }),
		relation("streams.bars", { kind: "sink" }),
	],
	inserts: [insert("streams.bars", ["bars"])],
};

test("Mermaid gets each relation with its grain, key and time in the shape and colour of its kind", () => {
	expect(toMermaid(flowOf(compiled))).toBe(`flowchart TB
  trades(["<b>trades</b><br/>a trade<br/><i>key: trade_id</i><br/><i>time: event_time</i>"]):::source
  bars["<b>bars</b><br/>a #quot;bar#quot; #lt;of 1 minute#gt; & more<br/><i>key: symbol</i>"]:::view
  streams_bars[("<b>streams.bars</b><br/><i>key: symbol</i>")]:::sink
  bars --> streams_bars
  trades --> bars
  classDef source fill:#dbeafe,stroke:#2563eb,color:#0f172a
  classDef view fill:#f8fafc,stroke:#64748b,color:#0f172a
  classDef sink fill:#dcfce7,stroke:#16a34a,color:#0f172a`);
});

test("the SVG is the same each time, and says what the relations are", async () => {
	const svg = await toSvg(flowOf(compiled));
	expect(await toSvg(flowOf(compiled))).toBe(svg);
	const text = svg.replaceAll("&#160;", " ").replaceAll(/<[^>]*>/g, "");
	for (const said of ["trades", "a trade", "key: trade_id", "time: event_time", "&quot;bar&quot; &lt;of 1 minute&gt;"])
		expect(text).toContain(said);
	expect(svg.match(/class="edge"/g)).toHaveLength(2);
	// The three colours, each on one relation.
	for (const fill of ["#dbeafe", "#f8fafc", "#dcfce7"]) expect(svg.split(`fill="${fill}"`)).toHaveLength(2);
});

test("lines are broken between words", () => {
	expect(wrap("one record of the stream", 10)).toEqual(["one record", "of the", "stream"]);
	expect(wrap("sub_sequence_number", 5)).toEqual(["sub_sequence_number"]);
});

describe("the README", () => {
	const graph = (markdown: string) => withGraph(markdown, "flowchart TB", "README.md");

	test("gets the graph at its end, and the next one in its place", () => {
		const first = graph("# SQL\n\nWords.\n");
		expect(first).toMatch(/^# SQL\n\nWords\.\n\n<!-- graph: /);
		expect(first).toContain("```mermaid\nflowchart TB\n```");
		expect(graph(`${first}\nMore words.\n`)).toBe(`${first}\nMore words.\n`);
	});

	test("with half of the markers is refused", () => {
		expect(() => graph("# SQL\n<!-- /graph -->\n")).toThrow(/README\.md has one of the markers .* without the other/);
	});

	test("is stale when it, or a relation, has changed", async () => {
		const dir = tempDir();
		const stale = async (from = compiled) => (await graphFiles(dir, from)).map((file) => file.stale);
		expect(await stale()).toEqual([true, true]);
		for (const { path, text } of await graphFiles(dir, compiled)) writeFileSync(path, text);
		expect(await stale()).toEqual([false, false]);
		expect(readFileSync(join(dir, "README.md"), "utf8")).toMatch(/^# SQL\n/);
		const more = { ...compiled, relations: [...compiled.relations, relation("ticks", { reads: ["trades"] })] };
		expect(await stale(more)).toEqual([true, true]);
	});
});
