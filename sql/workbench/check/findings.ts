import type { Problem } from "../types.ts";
import { spanOf, type Token } from "./tokens.ts";

/** Something that is wrong with the SQL, or that its author should know. */
export interface Finding extends Problem {
	/** An error stops the job from running as it should; a warning may be meant. */
	severity: "error" | "warning";
	/** What found it. */
	rule: Rule;
	/** What would be right there, or what to do about it. */
	expected?: string;
}

export type Rule =
	| "sql"
	| "file-name"
	| "placeholder"
	| "property"
	| "contract"
	| "unread"
	| "watermark"
	| "state"
	| "comment";

/** A finding at some tokens of a file. */
export function findingAt(
	file: string,
	tokens: readonly Token[],
	what: Pick<Finding, "severity" | "rule" | "message"> & { expected?: string },
): Finding {
	return { file, ...spanOf(tokens), ...what };
}

/**
 * A finding for people: its place and message, the line with a caret below where it is, and what was expected. `textOf`
 * gives the text of a file, undefined where there is none.
 */
export function sayFinding(finding: Finding, textOf: (file: string) => string | undefined): string {
	const { file, line, column, severity, message, expected } = finding;
	const place = [file, line, column].filter((part) => part !== null).join(":");
	const lines = [`${place === "" ? "" : `${place}: `}${severity}: ${message}`];
	const source = file !== null && line !== null ? textOf(file)?.split("\n")[line - 1] : undefined;
	if (source !== undefined && line !== null) {
		const number = String(line);
		lines.push(`  ${number} | ${source.replaceAll("\t", " ")}`);
		const under = underline(finding, source);
		if (under !== "") lines.push(`  ${" ".repeat(number.length)} | ${under}`);
	}
	if (expected !== undefined) lines.push(...expected.split("\n").map((each) => `  = ${each}`));
	return lines.join("\n");
}

function underline({ line, column, endLine, endColumn }: Finding, source: string): string {
	if (column === null) return "";
	// A statement as a whole is given by its line alone.
	const indent = column === 1 && endColumn === null ? source.length - source.trimStart().length : 0;
	const whole = indent > 0 || (endLine !== null && endLine !== line);
	const end = whole ? source.trimEnd().length : (endColumn ?? column);
	return " ".repeat(column - 1 + indent) + "^".repeat(Math.max(1, end - column - indent + 1));
}

/** By file and line, errors and warnings among one another; what has no place comes first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
	const compare = (a: Finding, b: Finding) =>
		(a.file ?? "") < (b.file ?? "") ? -1 : (a.file ?? "") > (b.file ?? "") ? 1 : (a.line ?? 0) - (b.line ?? 0);
	return [...findings].sort(compare);
}
