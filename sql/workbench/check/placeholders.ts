import type { SqlFile } from "./files.ts";
import type { Finding } from "./findings.ts";
import { didYouMean, nearest } from "./nearest.ts";

const PLACEHOLDER = /\$\{([^}\n']*)(\}?)/g;

/** What is wrong with `${NAME}` and the properties that are to take their place. */
export function checkPlaceholders(files: readonly SqlFile[], properties: Record<string, string>): Finding[] {
	const names = Object.keys(properties).sort();
	const used = new Set<string>();
	const findings: Finding[] = [];
	for (const { file, text } of files) {
		for (const match of text.matchAll(PLACEHOLDER)) {
			const [whole, name = "", close] = match;
			used.add(name);
			const wrong = problemWith(file, name, close !== "", names);
			if (wrong) findings.push({ ...placeOf(text, match.index, whole.length), file, severity: "error", ...wrong });
		}
	}
	const missed = new Set([...used].map((name) => nearest(name, names)));
	// One that a misspelled placeholder meant is not unused.
	for (const name of names.filter((name) => !used.has(name) && !missed.has(name)))
		findings.push({
			file: null,
			line: null,
			column: null,
			endLine: null,
			endColumn: null,
			severity: "error",
			rule: "property",
			message: `No source and no sink uses the property ${name}`,
			expected: `\${${name}} in a file of 1_sources or 3_sinks, or no such property (infra/properties.ts, or properties.json of another directory)`,
		});
	return findings;
}

/** The properties that the files use, each with a value of its own or its name as one, so that planning can go on. */
export function usedProperties(files: readonly SqlFile[], properties: Record<string, string>): Record<string, string> {
	const names = files.flatMap(({ text }) => [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name));
	return Object.fromEntries(names.map((name) => [name, properties[name] ?? (/SECONDS|_MS$/.test(name) ? "1" : name)]));
}

function problemWith(file: string, name: string, closed: boolean, names: string[]) {
	if (!/^[13]_/.test(file))
		return {
			rule: "placeholder" as const,
			message: `\${${name}}: a placeholder can stand in 1_sources and 3_sinks only`,
			expected: "the value itself, or a column of a source",
		};
	if (!closed)
		return { rule: "placeholder" as const, message: `\${${name} is not closed`, expected: `\${${name}} with a }` };
	if (names.includes(name)) return undefined;
	return {
		rule: "placeholder" as const,
		message: `There is no property ${name}`,
		expected: didYouMean(name, names) ?? `one of ${names.join(", ")}, or a new one in infra/properties.ts`,
	};
}

function placeOf(text: string, offset: number, length: number) {
	const line = text.slice(0, offset).split("\n").length;
	const column = offset - text.lastIndexOf("\n", offset - 1);
	return { line, column, endLine: line, endColumn: column + length - 1 };
}
