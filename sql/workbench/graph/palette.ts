import type { FlowNode } from "./flow.ts";

/** The colours of each kind of relation, which read on a light and on a dark page. */
export const palette: Record<FlowNode["kind"], { title: string; fill: string; line: string }> = {
	source: { title: "source", fill: "#dbeafe", line: "#2563eb" },
	view: { title: "view", fill: "#f8fafc", line: "#64748b" },
	sink: { title: "sink", fill: "#dcfce7", line: "#16a34a" },
};

/** The colour of text. */
export const ink = { strong: "#0f172a", faint: "#475569" };

/** Breaks a text into lines of at most `width` characters, between words. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(" ")) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines;
}
