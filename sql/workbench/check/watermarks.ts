import type { SqlFile } from "./files.ts";
import { type Finding, findingAt } from "./findings.ts";
import { nameOf } from "./tokens.ts";

/** Sources without a watermark, whose windows never close. A table that is only looked up needs none. */
export function checkWatermarks(files: readonly SqlFile[]): Finding[] {
	return files.flatMap(({ file, tokens, creates }) => {
		if (!file.startsWith("1_sources/") || creates?.kind !== "TABLE") return [];
		if (tokens.some(({ value, kind }) => kind === "word" && value === "WATERMARK")) return [];
		if (!readAsStream(creates.name, files)) return [];
		const time = tokens.findIndex(({ value }) => /^TIMESTAMP/.test(value));
		const column = nameOf(tokens[time - 1]) ?? "event_time";
		return [
			findingAt(file, creates.tokens, {
				severity: "warning",
				rule: "watermark",
				message: `The source ${creates.name} has no watermark: no window over it ever closes`,
				expected: `WATERMARK FOR ${column} AS ${column} - INTERVAL '2' SECOND, after its columns`,
			}),
		];
	});
}

/** Whether something reads it otherwise than by FOR SYSTEM_TIME AS OF. */
function readAsStream(name: string, files: readonly SqlFile[]): boolean {
	return files.some(({ file, tokens }) =>
		tokens.some((token, at) => {
			if (file.startsWith("1_") || nameOf(token) !== name) return false;
			const before = tokens[at - 1]?.value ?? "";
			return ["FROM", "JOIN", "TABLE", ","].includes(before) && tokens[at + 2]?.value !== "SYSTEM_TIME";
		}),
	);
}
