import type { Flow, FlowNode } from "./flow.ts";
import { ink, palette } from "./palette.ts";

const SHAPES: Record<FlowNode["kind"], [string, string]> = {
	source: ["([", "])"],
	view: ["[", "]"],
	sink: ["[(", ")]"],
};

/** The flow as a Mermaid flowchart, which GitHub draws in Markdown. */
export function toMermaid({ nodes, edges }: Flow): string {
	const ids = new Map(nodes.map(({ name }) => [name, name.replace(/\W/g, "_")]));
	return [
		"flowchart TB",
		...nodes.map((node) => {
			const [open, close] = SHAPES[node.kind];
			return `  ${ids.get(node.name)}${open}"${label(node)}"${close}:::${node.kind}`;
		}),
		...edges.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`),
		...Object.entries(palette).map(
			([kind, { fill, line }]) => `  classDef ${kind} fill:${fill},stroke:${line},color:${ink.strong}`,
		),
	].join("\n");
}

function label({ name, row, key, time }: FlowNode): string {
	const says = [
		`<b>${name}</b>`,
		...(row ? [text(row)] : []),
		...(key ? [`<i>key: ${text(key)}</i>`] : []),
		...(time ? [`<i>time: ${text(time)}</i>`] : []),
	];
	return says.join("<br/>");
}

// Mermaid's own entities: quotes end a label, and # begins one.
function text(words: string): string {
	return words.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}
