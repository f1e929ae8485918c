import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Stage } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { build } from "./bundle-cache.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * The entry (from the repository's root) and all that it imports as one file, `index.mjs`, with `files` beside it by the
 * names that they are to have; returns the folder that holds them, beside the templates. esbuild is called as a library:
 * NodejsFunction starts it through npx, which takes a second a function, and a local start waits for that.
 */
export function bundle(scope: Construct, name: string, entry: string, files: Record<string, string> = {}): string {
	const folder = join(Stage.of(scope)?.outdir ?? "cdk.out", "bundles", name);
	mkdirSync(folder, { recursive: true });
	const made = build({
		cache: join(root, "node_modules", ".cache", "bundles"),
		options: {
			absWorkingDir: root,
			entryPoints: [entry],
			outfile: join(root, "index.mjs"),
			bundle: true,
			platform: "node",
			target: "node24",
			format: "esm",
			mainFields: ["module", "main"],
			sourcemap: true,
			sourcesContent: false,
			// Packages that are still CommonJS ask for a require. Others import createRequire: this one has a name of its own.
			banner: {
				js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
			},
			logLevel: "error",
		},
	});
	for (const [file, content] of Object.entries(made)) writeFileSync(join(folder, file), content);
	for (const [file, from] of Object.entries(files)) copyFileSync(resolve(root, from), join(folder, file));
	return folder;
}
