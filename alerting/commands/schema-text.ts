import { rulesJsonSchema } from "../rules/load.ts";

/** Columns of a line, and of a tab in it, as biome.json and Biome's default have them. */
const WIDEST = 120;
const TAB = 2;

/** The JSON schema of rules files as it stands in alerting/rules.schema.json. */
export function schemaText(): string {
	return formatJson(rulesJsonSchema());
}

/** A value as Biome formats JSON: with tabs, and a list of plain values on one line where it fits. */
export function formatJson(value: unknown): string {
	const lines = JSON.stringify(value, null, "\t").split("\n");
	const formatted: string[] = [];
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i] as string;
		const end = line.endsWith("[") ? lines.findIndex((other, j) => j > i && /^\t*\],?$/.test(other)) : -1;
		const items = lines.slice(i + 1, end);
		const inOne = `${line}${items.map((item) => item.trim()).join(" ")}${lines[end]?.trim()}`;
		const plain = end > i && items.every((item) => !/[[{]$/.test(item));
		const width = inOne.replace(/^\t*/, (tabs) => " ".repeat(TAB * tabs.length)).length;
		if (plain && width <= WIDEST) {
			formatted.push(inOne);
			i = end;
		} else formatted.push(line);
	}
	return `${formatted.join("\n")}\n`;
}
