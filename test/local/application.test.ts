import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApplicationDetail } from "@aws-sdk/client-kinesis-analytics-v2";
import { describe, expect, test } from "vitest";
import { applicationOf, latenessOf, property, writeProperties } from "../../local/application.ts";
import { tempDir } from "./support.ts";

const detail = {
	ApplicationConfigurationDescription: {
		EnvironmentPropertyDescriptions: {
			PropertyGroupDescriptions: [
				{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": "s3://bucket/sql.zip" } },
				{ PropertyGroupId: "tidemark.sql", PropertyMap: { LATENESS_SECONDS: "0.5" } },
			],
		},
		FlinkApplicationConfigurationDescription: {
			CheckpointConfigurationDescription: { CheckpointInterval: 5_000 },
			ParallelismConfigurationDescription: { Parallelism: 2 },
		},
	},
} as unknown as ApplicationDetail;

const application = applicationOf(detail, "tidemark");

describe("the deployed application", () => {
	test("says how it is to be run", () => {
		expect(application).toMatchObject({ checkpointMs: 5_000, parallelism: 2 });
		expect(application.groups.map(({ PropertyGroupId }) => PropertyGroupId)).toEqual([
			"tidemark.runner",
			"tidemark.sql",
		]);
	});

	test("has each property in its group", () => {
		expect(property(application, "tidemark.runner", "sql.location")).toBe("s3://bucket/sql.zip");
		expect(() => property(application, "tidemark.sql", "sql.location")).toThrow(
			"The deployed application has no property sql.location in the group tidemark.sql: see infra/application-configuration.ts",
		);
	});

	test("that lacks settings is told with all of them", () => {
		expect(() => applicationOf(undefined, "tidemark")).toThrow(
			"The deployed application tidemark has no property groups, checkpointMs, parallelism",
		);
	});

	test("hands its properties over in the form of Managed Flink", () => {
		const file = join(tempDir(), "flink", "application_properties.json");
		writeProperties(file, application);
		expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
			{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": "s3://bucket/sql.zip" } },
			{ PropertyGroupId: "tidemark.sql", PropertyMap: { LATENESS_SECONDS: "0.5" } },
		]);
	});
});

describe("the lateness", () => {
	test("is read in seconds and given in milliseconds", () => expect(latenessOf(application)).toBe(500));

	test.each(["soon", "-1", "NaN"])("%j is refused with the value", (text) => {
		const groups = [{ PropertyGroupId: "tidemark.sql", PropertyMap: { LATENESS_SECONDS: text } }];
		expect(() => latenessOf({ ...application, groups })).toThrow(`LATENESS_SECONDS is ${JSON.stringify(text)}`);
	});
});
