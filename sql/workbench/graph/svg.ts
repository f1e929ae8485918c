import { instance } from "@viz-js/viz";
import type { Flow, FlowNode } from "./flow.ts";
import { ink, palette, wrap } from "./palette.ts";

const WIDTH = 35;

/** The flow as an SVG picture, from top to bottom: each relation with its grain, key and time, coloured by its kind. */
export async function toSvg(flow: Flow): Promise<string> {
	const viz = await instance();
	return `${viz.renderString(toDot(flow), { format: "svg" }).trimEnd()}\n`;
}

/** The flow in Graphviz' language. */
export function toDot({ nodes, edges }: Flow): string {
	return [
		"digraph flow {",
		'\tgraph [rankdir=TB, bgcolor="white", fontname="Arial", nodesep=0.25, ranksep=0.35, pad=0.3]',
		'\tnode [shape=plain, fontname="Arial", fontsize=11]',
		'\tedge [color="#94a3b8", arrowsize=0.7]',
		...nodes.map((node) => `\t${quote(node.name)} [label=<${label(node)}>, tooltip=${quote(node.file)}]`),
		...edges.map(({ from, to }) => `\t${quote(from)} -> ${quote(to)}`),
		"}",
	].join("\n");
}

function label({ name, kind, row, key, time }: FlowNode): string {
	const { fill, line, title } = palette[kind];
	const says = (prefix: string, text: string | undefined) =>
		text === undefined ? [] : wrap(`${prefix}${text}`, WIDTH).map((each) => faint(each));
	const rows = [
		cell(
			`<FONT POINT-SIZE="13" COLOR="${ink.strong}"><B>${asXml(name)}</B></FONT>` +
				(kind === "view" ? "" : `<FONT POINT-SIZE="10" COLOR="${line}">  ${title}</FONT>`),
		),
		...(row === undefined
			? []
			: wrap(row, WIDTH).map((each) => cell(`<FONT COLOR="${ink.strong}">${asXml(each)}</FONT>`))),
		...says("key: ", key),
		...says("time: ", time),
	];
	const table = `<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" STYLE="ROUNDED" COLOR="${line}" BGCOLOR="${fill}">`;
	return `${table}${rows.join("")}</TABLE>`;
}

function faint(text: string): string {
	return cell(`<FONT POINT-SIZE="10" COLOR="${ink.faint}">${asXml(text)}</FONT>`);
}

function cell(content: string): string {
	// Browsers set text a little wider than Graphviz reckons, bold above all: the blanks are room for that.
	return `<TR><TD ALIGN="LEFT">&#160;${content}&#160;&#160;</TD></TR>`;
}

function quote(text: string): string {
	return JSON.stringify(text);
}

function asXml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
