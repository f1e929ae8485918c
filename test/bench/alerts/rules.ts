import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { root } from "../../../local/paths.ts";

/** The rules that Tidemark comes with, but each move is told at once, however many there are. */
export function everyMove(): string {
	const document = parseDocument(readFileSync(join(root, "alerting/rules.yaml"), "utf8"));
	// The most that the breaker lets through.
	document.set("storm", { more_than: 100, within: "1s" });
	const rules = document.get("rules", true) as unknown as {
		items: { get(key: string): unknown; set(key: string, value: unknown): void }[];
	};
	for (const rule of rules.items) {
		if (rule.get("name") !== "move") continue;
		rule.set("group", "0");
		rule.set("cooldown", "0");
	}
	return document.toString();
}
