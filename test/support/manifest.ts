import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Application } from "../../local/application.ts";
import { root } from "../../local/paths.ts";

/** The manifest for Kubernetes, as it is in the repository. */
export const manifestFile = join(root, "infra", "kubernetes", "tidemark.yaml");

/** What the tests read of the FlinkDeployment. */
export interface Deployment {
	metadata: { name: string };
	spec: Record<string, unknown> & {
		flinkConfiguration: Record<string, string>;
		job: { entryClass: string; parallelism: number };
	};
}

export interface ConfigMap {
	metadata: { name: string };
	immutable: boolean;
	data: Record<string, string>;
}

/** The objects of the manifest by their kind. Throws where the text is no YAML, and where a key is there twice. */
export function readManifest(): { ConfigMap: ConfigMap; FlinkDeployment: Deployment; kinds: string[] } {
	const documents = parseAllDocuments(readFileSync(manifestFile, "utf8"), { uniqueKeys: true });
	if (!Array.isArray(documents)) throw new Error(`${manifestFile} is empty`);
	const objects = documents.map((document) => {
		for (const problem of [...document.errors, ...document.warnings]) throw problem;
		return document.toJS() as { kind: string };
	});
	const byKind = Object.fromEntries(objects.map((object) => [object.kind, object]));
	return { ...byKind, kinds: objects.map(({ kind }) => kind) } as unknown as ReturnType<typeof readManifest>;
}

/** The property groups in the manifest's ConfigMap. */
export function groupsOf({ data }: ConfigMap): Application["groups"] {
	return JSON.parse(data["application_properties.json"] ?? "") as Application["groups"];
}
