/** A Markdown table: the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = head.map((_, at) => Math.max(...[head, ...rows].map((cells) => (cells[at] as string).length)));
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell, at) => (at < 1 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
	const rule = `| ${widths.map((width, at) => (at < 1 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
	return [line(head), rule, ...rows.map(line)].join("\n");
}
