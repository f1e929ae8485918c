/** A release as a directory that the runner reads: the job's files, `plan.json`, and `release.json` for the next release. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { UserError } from "../../local/errors.ts";
import { sqlFiles } from "./sql-files.ts";

const Facts = z.object({
	/** The placeholders' values that the plan was compiled with. */
	properties: z.record(z.string(), z.string()),
	/** The highest id that any operator had so far. */
	highest: z.int().nonnegative(),
	/** ISO 8601, UTC. */
	at: z.string(),
});
const Groups = z.array(z.object({ PropertyGroupId: z.string(), PropertyMap: z.record(z.string(), z.string()) }));
/** The name that the runner's file has in a ConfigMap. */
const KEY = "application_properties.json";
const GROUP = "tidemark.sql";

/** A plan with what it was made from, and what the next one needs to know of it. */
export interface ReleaseDir extends z.infer<typeof Facts> {
	/** The compiled plan: JSON. */
	plan: string;
}

/** Reads a release. Throws {@link UserError} where the directory holds none. */
export function readReleaseDir(dir: string): ReleaseDir {
	const [plan, facts] = ["plan.json", "release.json"].map((name) => {
		const file = join(dir, name);
		if (!existsSync(file)) throw new UserError(`${dir} is no release, it has no ${name}: name what sql release made`);
		return readFileSync(file, "utf8");
	}) as [string, string];
	try {
		return { plan, ...Facts.parse(JSON.parse(facts)) };
	} catch (cause) {
		throw new UserError(`${join(dir, "release.json")} is not as sql release writes it`, { cause });
	}
}

/** Writes a release into a directory that is not there, or empty: the plan last, since a release without one is none. */
export function writeReleaseDir(dir: string, sql: string, { plan, ...facts }: ReleaseDir): void {
	for (const file of sqlFiles(sql)) {
		mkdirSync(dirname(join(dir, file)), { recursive: true });
		cpSync(join(sql, file), join(dir, file));
	}
	writeFileSync(join(dir, "release.json"), `${JSON.stringify(facts, null, "\t")}\n`);
	writeFileSync(join(dir, "plan.json"), plan);
}

/** Throws {@link UserError} where a directory holds something: a release is never changed. */
export function requireEmpty(dir: string): void {
	if (existsSync(dir) && readdirSync(dir).length > 0) {
		throw new UserError(`${dir} is there already: a release is never changed, so give this one another name`);
	}
}

/**
 * The placeholders' values in a file: the property groups as the runner reads them, or a manifest with a ConfigMap that has
 * them as `application_properties.json`. Throws {@link UserError} where there are none.
 */
export function placeholdersIn(file: string): Record<string, string> {
	const groups = groupsIn(file).find(({ PropertyGroupId }) => PropertyGroupId === GROUP);
	if (groups) return groups.PropertyMap;
	throw new UserError(`${file} has no property group ${GROUP}, which holds the placeholders' values`);
}

function groupsIn(file: string): z.infer<typeof Groups> {
	if (!existsSync(file)) throw new UserError(`--properties ${file}: there is no such file`);
	try {
		// JSON is YAML.
		const documents = [...parseAllDocuments(readFileSync(file, "utf8"))].map((document) => {
			if (document.errors[0]) throw document.errors[0];
			return document.toJS() as { data?: Record<string, string> } | null;
		});
		const text = documents.flatMap((document) => document?.data?.[KEY] ?? [])[0];
		return Groups.parse(text === undefined ? documents[0] : JSON.parse(text));
	} catch (cause) {
		throw new UserError(
			`${file} has no property groups: it holds [{"PropertyGroupId": …, "PropertyMap": {…}}], or a ConfigMap with them as ${KEY}`,
			{ cause },
		);
	}
}
