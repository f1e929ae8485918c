import type { Problem } from "../types.ts";
import type { SqlFile } from "./files.ts";
import { nameOf, spanOf } from "./tokens.ts";

/** The first circle of views that read one another, with the place where it is closed. */
export function circleIn(files: readonly SqlFile[]): { names: string[]; place: Omit<Problem, "message"> } | undefined {
	const views = files.filter(({ creates }) => creates?.kind === "VIEW");
	const reads = new Map(views.map((view) => [view, readsOf(view, views)]));
	const visit = (path: SqlFile[]): SqlFile[] | undefined => {
		const last = path.at(-1) as SqlFile;
		for (const next of reads.get(last) ?? []) {
			if (path[0] === next) return path;
			const found = path.includes(next) ? undefined : visit([...path, next]);
			if (found) return found;
		}
		return undefined;
	};
	for (const view of views) {
		const path = visit([view]);
		if (path === undefined) continue;
		const last = path.at(-1) as SqlFile;
		const token = last.tokens.find((each, at) => at > 2 && nameOf(each) === path[0]?.creates?.name);
		const names = [...path, path[0] as SqlFile].map(({ creates }) => creates?.name ?? "");
		return { names, place: { file: last.file, ...spanOf([token]) } };
	}
	return undefined;
}

function readsOf({ tokens, file }: SqlFile, views: readonly SqlFile[]): SqlFile[] {
	return views.filter((other) =>
		tokens.some(
			(token, at) =>
				nameOf(token) === other.creates?.name &&
				["FROM", "JOIN", "TABLE", ","].includes(tokens[at - 1]?.value ?? "") &&
				(other.file !== file || at > 2),
		),
	);
}
