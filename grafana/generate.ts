/** Writes grafana/generated: `npm run grafana`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { dashboards } from "./dashboards.ts";
import { provisioning } from "./provisioning.ts";
import { stores } from "./stores.ts";

/** Where the generated files are. */
export const generatedDir = join(import.meta.dirname, "generated");

const notice = "# Made by npm run grafana from grafana/*.ts: edit those.\n";

/** Every generated file, by its path below grafana/generated. */
export function generated(): Map<string, string> {
	const files = new Map<string, string>();
	for (const group of [...stores, "aws"] as const)
		for (const [name, dashboard] of Object.entries(dashboards(group)))
			files.set(`dashboards/${group}/${name}.json`, `${JSON.stringify(dashboard, null, "\t")}\n`);
	for (const store of stores)
		for (const [path, content] of Object.entries(provisioning(store))) {
			// What has no JSON, such as the SDK's marks, is not for a file either.
			const plain = JSON.parse(JSON.stringify(content));
			const text = stringify(plain, { lineWidth: 0, aliasDuplicateObjects: false });
			files.set(`provisioning/${store}/${path}`, notice + text);
		}
	return files;
}

if (process.argv[1] === import.meta.filename) {
	rmSync(generatedDir, { recursive: true, force: true });
	for (const [path, text] of generated()) {
		const file = join(generatedDir, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	}
}
