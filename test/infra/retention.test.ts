import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everything } from "./configurations.ts";
import { synthesis, type Templates } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
let dev: Templates;
let prod: Templates;
beforeAll(() => {
	begin();
	dev = synthesize(everything);
	prod = synthesize(everything, "prod");
}, 600_000);
afterAll(end);

type Resource = {
	Type: string;
	DeletionPolicy?: string;
	UpdateReplacePolicy?: string;
	Properties: { [key: string]: unknown };
};
const resourcesOf = (templates: Templates): (Resource & { id: string })[] =>
	Object.entries(templates).flatMap(([stack, template]) =>
		Object.entries((template as Template).toJSON().Resources as Record<string, Resource>).map(([id, resource]) => ({
			...resource,
			id: `${stack} ${id}`,
		})),
	);

/** By what these types are called, so that a new kind of store is not forgotten. */
const storesData =
	/Stream$|::Bucket$|(?<!Route)Table$|Database$|::Queue$|LogGroup$|::Key$|::Secret$|DBInstance$|::Application$/;

describe("in prod", () => {
	test("all that holds data outlives its stack and its replacement", () => {
		const holding = resourcesOf(prod).filter(({ Type }) => storesData.test(Type));
		expect(holding.length).toBeGreaterThan(20);
		const lost = holding.filter((each) => each.DeletionPolicy !== "Retain" || each.UpdateReplacePolicy !== "Retain");
		expect(lost.map(({ id }) => id)).toEqual([]);
	});

	test("nothing at all says that it is to be deleted with its data", () => {
		const policies = resourcesOf(prod).flatMap(({ id, DeletionPolicy, UpdateReplacePolicy }) =>
			[DeletionPolicy, UpdateReplacePolicy].includes("Delete") ? [id] : [],
		);
		expect(policies).toEqual([]);
	});

	test("logs and streams are kept for as long as the environment says", () => {
		const groups = resourcesOf(prod).filter(({ Type }) => Type === "AWS::Logs::LogGroup");
		expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(groups.map(() => 90));
		expect(groups.length).toBeGreaterThan(5);
		const hours = resourcesOf(prod)
			.filter(({ Type }) => Type === "AWS::Kinesis::Stream")
			.map(({ Properties }) => [Properties.Name, Properties.RetentionPeriodHours]);
		expect(Object.fromEntries(hours)).toEqual({
			"tidemark-prod-trades": 168,
			"tidemark-prod-bars": 72,
			"tidemark-prod-ticks": 72,
			"tidemark-prod-hits": 72,
		});
	});
});

describe("in dev", () => {
	test("a deleted stack leaves its buckets and keys behind, and nothing that would be in the way of the next", () => {
		const kept = resourcesOf(dev).filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
		expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(["AWS::S3::Bucket", "AWS::KMS::Key"]));
		for (const { Properties } of kept) expect(Properties).not.toHaveProperty("BucketName");
	});

	test("another name for the lake's database forgets no table", () => {
		const [database] = resourcesOf(dev).filter(({ Type }) => Type === "AWS::Glue::Database");
		expect(database).toMatchObject({ DeletionPolicy: "Delete", UpdateReplacePolicy: "Retain" });
	});

	test("logs are kept for a month", () => {
		const groups = resourcesOf(dev).filter(({ Type }) => Type === "AWS::Logs::LogGroup");
		expect(new Set(groups.map(({ Properties }) => Properties.RetentionInDays))).toEqual(new Set([30]));
	});
});

describe("both in one account", () => {
	const names = [
		"Name",
		"StreamName",
		"FunctionName",
		"TopicName",
		"ApplicationName",
		"AlarmName",
		"DashboardName",
		"RoleName",
		"ManagedPolicyName",
		"ServiceName",
		"Family",
		"DatabaseName",
		"BucketName",
		"QueueName",
		"TableName",
	];
	const namesIn = (templates: Templates) =>
		resourcesOf(templates).flatMap(({ Type, Properties }) => {
			const input = (Properties?.DatabaseInput ?? {}) as { Name?: unknown };
			const found = [...names.map((name) => Properties?.[name]), input.Name];
			// A named query is one of its workgroup, a table one of its database.
			const local = Type === "AWS::Athena::NamedQuery" || Type === "AWS::Timestream::Table";
			return local
				? []
				: found.filter((name): name is string => typeof name === "string").map((name) => `${Type} ${name}`);
		});

	test("no resource has a name that one of the other environment has", () => {
		const inDev = namesIn(dev);
		expect(inDev.length).toBeGreaterThan(30);
		expect(namesIn(prod).filter((name) => inDev.includes(name))).toEqual([]);
	});

	test("no stack exports what a stack of the other environment exports", () => {
		const exports = (templates: Templates) =>
			Object.values(templates).flatMap((template) =>
				Object.values((template as Template).findOutputs("*")).flatMap(({ Export }) =>
					Export ? [JSON.stringify(Export.Name)] : [],
				),
			);
		const inDev = exports(dev);
		expect(inDev.length).toBeGreaterThan(10);
		expect(exports(prod).filter((name) => inDev.includes(name))).toEqual([]);
	});
});
