import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { sqlProperties } from "../../infra/properties.ts";
import { UserError } from "../../local/errors.ts";
import { root } from "../../local/paths.ts";

/** The repository's own SQL. */
export const sqlDir = join(root, "sql");

/**
 * A value for every placeholder of a SQL directory, for work that reaches nothing: the names that the deployed
 * application has, and addresses at which nobody answers. A directory other than the repository's says its own in
 * `properties.json`. Throws {@link UserError} where that cannot be read.
 */
export function offlineProperties(dir = sqlDir, overrides: Overrides = {}): Record<string, string> {
	const file = join(dir, "properties.json");
	if (resolve(dir) !== sqlDir && existsSync(file)) return readProperties(file);
	return sqlProperties(readConfig({ ...overrides, endpoints: { aws: "http://127.0.0.1:9" } }), {
		region: "us-east-1",
		endpoint: () => "http://127.0.0.1:9",
		streams: { trades: "trades", bars: "bars", ticks: "ticks", hits: "hits" },
		lake: { warehouse: "s3://lake/lake", database: "tidemark" },
	});
}

function readProperties(file: string): Record<string, string> {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(file, "utf8"));
	} catch (cause) {
		throw new UserError(`${file} is no JSON: it holds the placeholders' values, as {"NAME": "value"}`, { cause });
	}
	const entries = Object.entries(value ?? {});
	const wrong = entries.find(([, each]) => typeof each !== "string");
	if (wrong || typeof value !== "object" || Array.isArray(value))
		throw new UserError(
			`${file}: ${wrong ? `${wrong[0]} is no text` : "this is no object"}; it holds {"NAME": "value"}`,
		);
	return Object.fromEntries(entries) as Record<string, string>;
}
