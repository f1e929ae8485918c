import type { OperatorOutcome, Outcome } from "./verdict.ts";
import { list } from "./words.ts";

/** An outcome for a reader: the verdict with its reasons, then what became of each operator that keeps state. */
export function reportOf({ verdict, reasons, operators }: Outcome): string {
	const notes = new Map<string, string[]>();
	for (const { what, for: sinks, notes: own } of operators) {
		for (const note of own) notes.set(note, [...(notes.get(note) ?? []), `${what}${leading(sinks)}`]);
	}
	const counts = (["kept", "changed", "new", "lost"] as const)
		.map((outcome) => [outcome, operators.filter((each) => each.outcome === outcome).length] as const)
		.filter(([, count]) => count > 0)
		.map(([outcome, count]) => `${count} ${outcome}`);
	return [
		`${verdict}: ${counts.join(", ")} of the operators that keep state`,
		...reasons.map((reason) => `  - ${reason}`),
		"",
		...operators.map(line),
		...(notes.size > 0 ? ["", "To know:"] : []),
		...[...notes].map(([note, whose]) => `  - ${note} (${list(whose, 3)})`),
	].join("\n");
}

function line({ outcome, what, for: sinks }: OperatorOutcome): string {
	return `${outcome.padEnd(8)}${what}${leading(sinks)}`;
}

function leading(sinks: string[]): string {
	return sinks.length > 0 ? ` → ${list(sinks, 3)}` : "";
}
