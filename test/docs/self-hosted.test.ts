/** docs/self-hosted.md against the manifest, the commands and the files that it names. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { sqlCommand } from "../../sql/workbench/command.ts";
import { readManifest } from "../support/manifest.ts";

const text = readFileSync(join(root, "docs", "self-hosted.md"), "utf8");
const { ConfigMap, FlinkDeployment } = readManifest();
const { flinkConfiguration: config, job } = FlinkDeployment.spec;

test("links to nothing that is not there", () => {
	const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = ""]) => join(root, "docs", path));
	expect(links.length).toBeGreaterThan(4);
	expect(links.filter((path) => !existsSync(path))).toEqual([]);
});

describe("what it says of the manifest", () => {
	test("settings that it names are set there, but for those that it calls defaults", () => {
		const known = ["classloader.resolve-order", "heartbeat.timeout"];
		const elsewhere = ["env.java.opts.client", "parallelism.default", "state.backend.rocksdb.writebuffer.size"];
		const named = [...text.matchAll(/`(?!bin\/)([a-z-]+\.[a-z.-]+[a-z])/g)].map(([, name = ""]) => name);
		const families = new Set(Object.keys(config).map((key) => key.split(".")[0]));
		const settings = new Set(named.filter((name) => families.has(name.split(".")[0] ?? "")));
		for (const name of [...known, ...elsewhere]) settings.delete(name);
		expect(settings.size).toBeGreaterThanOrEqual(5);
		const isSet = (name: string) => Object.keys(config).some((key) => key === name || key.startsWith(`${name}.`));
		expect([...settings].filter((name) => !isSet(name))).toEqual([]);
	});

	test("values too", () => {
		expect(text).toContain(`at port ${config["metrics.reporter.prom.port"]}`);
		expect(text).toContain(`jvm-metaspace.size: ${config["taskmanager.memory.jvm-metaspace.size"]}`);
		expect(text).toContain(`high-availability.type: ${config["high-availability.type"]}`);
		expect(text).toContain(`--job-classname ${job.entryClass}`);
		expect(ConfigMap.metadata.name).toBe("tidemark-properties-1");
		expect(text).toContain("`tidemark-properties-2`");
	});
});

test("the options of `sql release` that it shows are those that there are", () => {
	const release = sqlCommand().commands.find((command) => command.name() === "release");
	const options = release?.options.map(({ long }) => long) ?? [];
	const shown = [...text.matchAll(/^npx tidemark sql release (.*)$/gm)].map(([, words = ""]) =>
		words.match(/--[a-z-]+/g),
	);
	expect(shown.length).toBe(2);
	for (const option of [...shown.flat(), "--accept-state-loss"]) expect(options).toContain(option);
});
