/** The manifest for Kubernetes against what the operator, Flink's image, the runner and the SQL want of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "../../infra/config.ts";
import { sqlProperties } from "../../infra/properties.ts";
import { root } from "../../local/paths.ts";
import { opensOf } from "../../sql/workbench/jvm.ts";
import { sqlFiles } from "../../sql/workbench/sql-files.ts";
import { groupsOf, manifestFile, readManifest } from "../support/manifest.ts";

const { ConfigMap, FlinkDeployment, kinds } = readManifest();
const { spec } = FlinkDeployment;
const config = spec.flinkConfiguration;
const pom = readFileSync(join(root, "sql", "runner", "pom.xml"), "utf8");
const dockerfile = readFileSync(join(root, "infra", "kubernetes", "Dockerfile"), "utf8");

/**
 * What flinkdeployments.flink.apache.org (v1beta1, operator 1.15) says of the fields that the manifest uses. A field that is
 * not here is a mistake: the API server drops what the schema does not know, without a word.
 */
const Resource = z.strictObject({ cpu: z.number().positive(), memory: z.string().regex(/^\d+m$/) });
const Pod = z.strictObject({
	spec: z.strictObject({
		containers: z.array(
			z.strictObject({
				// The container that the operator adds Flink to has this name.
				name: z.literal("flink-main-container"),
				volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string().startsWith("/") })),
			}),
		),
		volumes: z.array(z.strictObject({ name: z.string(), configMap: z.strictObject({ name: z.string() }) })),
	}),
});
const Deployment = z.strictObject({
	apiVersion: z.literal("flink.apache.org/v1beta1"),
	kind: z.literal("FlinkDeployment"),
	metadata: z.strictObject({ name: z.string().regex(/^[a-z]([-a-z\d]{0,43}[a-z\d])?$/) }),
	spec: z.strictObject({
		image: z.string().regex(/^\S+:\S+$/),
		flinkVersion: z.enum(["v1_17", "v1_18", "v1_19", "v1_20", "v2_0", "v2_1", "v2_2"]),
		mode: z.enum(["native", "standalone"]),
		serviceAccount: z.string(),
		// A map of texts, as operators before 1.13 have it; later ones take numbers too.
		flinkConfiguration: z.record(z.string(), z.string()),
		jobManager: z.strictObject({ replicas: z.int().positive(), resource: Resource, podTemplate: Pod }),
		taskManager: z.strictObject({ resource: Resource }),
		job: z.strictObject({
			jarURI: z.string(),
			entryClass: z.string(),
			parallelism: z.int().positive(),
			state: z.enum(["running", "suspended"]),
			upgradeMode: z.enum(["savepoint", "last-state", "stateless"]),
			allowNonRestoredState: z.boolean(),
		}),
	}),
});
type Deployed = z.infer<typeof Deployment>;

describe("the deployment", () => {
	test("has the fields that the operator's definition knows, of their types", () => {
		expect(kinds).toEqual(["ConfigMap", "FlinkDeployment"]);
		expect(Deployment.safeParse(FlinkDeployment).error?.issues).toBeUndefined();
	});

	test("the operator's own checks hold: what it keeps to itself is not set, and savepoints have a place", () => {
		for (const key of ["kubernetes.namespace", "kubernetes.cluster-id", "high-availability.cluster-id"])
			expect(config).not.toHaveProperty([key]);
		const { job, mode } = spec as Deployed["spec"];
		expect([job.upgradeMode, job.state, mode]).toEqual(["savepoint", "running", "standalone"]);
		for (const key of [
			"execution.checkpointing.dir",
			"execution.checkpointing.savepoint-dir",
			"high-availability.storageDir",
		])
			expect(config[key], key).toMatch(/^s3:\/\/YOUR-BUCKET\/flink\/\w+$/);
		expect(config["high-availability.type"]).toBe("kubernetes");
		expect(job.allowNonRestoredState).toBe(false);
	});

	test("is for the Flink that the runner is built for, with its main class and its jar where the image has it", () => {
		const version = /<flink\.version>([^<]+)</.exec(pom)?.[1] as string;
		expect(spec.flinkVersion).toBe(`v${version.split(".").slice(0, 2).join("_")}`);
		expect(dockerfile).toContain(`FROM flink:${version}-java`);
		expect(dockerfile).toContain(`flink-s3-fs-presto-${version}.jar`);
		const { jarURI, entryClass } = (spec as Deployed["spec"]).job;
		expect(entryClass).toBe(/<mainClass>([^<]+)</.exec(pom)?.[1]);
		const jar = /<finalName>([^<]+)</.exec(pom)?.[1];
		// The official image's working directory is /opt/flink.
		expect(dockerfile).toContain(`COPY ${jar}.jar usrlib/\n`);
		expect(jarURI).toBe(`local:///opt/flink/usrlib/${jar}.jar`);
	});

	test("opens to Flink and Iceberg what the runner's own tests open", () => {
		const opens = config["env.java.opts.all"]?.split(" ");
		expect(opens).toEqual(opensOf(pom));
	});

	test("has slots for the parallelism, and no more memory for one than a KPU has", () => {
		const { taskManager, job } = spec as Deployed["spec"];
		const slots = Number(config["taskmanager.numberOfTaskSlots"]);
		expect(job.parallelism % slots, "no slot of the last TaskManager is without work").toBe(0);
		expect(Number.parseInt(taskManager.resource.memory, 10) / slots).toBeLessThanOrEqual(4096);
	});

	test("takes the program's properties from the ConfigMap that it mounts", () => {
		const [file] = Object.keys(ConfigMap.data);
		const { podTemplate } = (spec as Deployed["spec"]).jobManager;
		const [volume] = podTemplate.spec.volumes;
		const [mount] = podTemplate.spec.containers[0]?.volumeMounts ?? [];
		expect(volume?.configMap.name).toBe(ConfigMap.metadata.name);
		expect(mount?.name).toBe(volume?.name);
		expect(config["env.java.opts.jobmanager"]).toBe(`-Dtidemark.properties=${mount?.mountPath}/${file}`);
		// What changes gets another name: the operator looks at the deployment alone.
		expect(ConfigMap.immutable).toBe(true);
	});
});

describe("the property groups", () => {
	const groups = groupsOf(ConfigMap);
	const placeholders = groups.find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ?? {};

	test("are those that the runner asks for", () => {
		const main = readFileSync(join(root, "sql/runner/src/main/java/io/tidemark/runner/Main.java"), "utf8");
		const asked = [...main.matchAll(/PropertyGroups\.group\(groups, "([^"]+)"\)/g)].map(([, name]) => name);
		expect(asked.length).toBeGreaterThan(0);
		expect(groups.map(({ PropertyGroupId }) => PropertyGroupId)).toEqual(asked);
		expect(Object.keys(groups[0]?.PropertyMap ?? {})).toEqual(["sql.location"]);
	});

	test("have every placeholder of the SQL, and none that no file uses, which the runner would refuse", () => {
		const text = sqlFiles(join(root, "sql")).map((file) => readFileSync(join(root, "sql", file), "utf8"));
		const used = new Set([...text.join("\n").matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name));
		expect(used.size).toBeGreaterThan(10);
		expect(Object.keys(placeholders).sort()).toEqual([...used].sort());
	});

	test("are what the stacks on AWS give to Managed Flink", () => {
		const stacks = readConfig({});
		const { prefix, lakeDatabase } = stacks;
		const there = sqlProperties(stacks, {
			region: "YOUR-REGION",
			endpoint: (service) => `https://${service}.YOUR-REGION.amazonaws.com`,
			streams: {
				trades: `${prefix}-trades`,
				bars: `${prefix}-bars`,
				ticks: `${prefix}-ticks`,
				hits: `${prefix}-hits`,
			},
			lake: { warehouse: "s3://YOUR-BUCKET/lake", database: lakeDatabase },
		});
		expect(placeholders).toEqual(there);
	});
});

test("whatever is to be replaced is named in the manifest's first lines", () => {
	const text = readFileSync(manifestFile, "utf8");
	const [head = ""] = text.split("apiVersion");
	const capitals = new Set(text.slice(head.length).match(/YOUR-[A-Z]+/g));
	expect([...capitals].sort()).toEqual(["YOUR-BUCKET", "YOUR-REGION", "YOUR-REGISTRY"]);
	for (const word of capitals) expect(head).toContain(word);
	expect(parse(text.split("\n---\n")[1] ?? "")).toHaveProperty("kind");
});
