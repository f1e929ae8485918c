/** The requests to Glue, answered by a server of the test's own in the shapes of Glue's API: the emulator knows none of them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { isSet, optimizerSettings } from "../../../local/lake/optimizer-settings.ts";
import { optimizeOnAws, sayOptimizers } from "../../../local/lake/optimizers.ts";

const ROLE = "arn:aws:iam::123456789012:role/TidemarkLake-MaintenanceRole";
const day = 86_400_000;

interface Asked {
	action: string;
	// biome-ignore lint/suspicious/noExplicitAny: whatever was sent
	body: any;
}

/** A Glue with two tables, and optimizers by `table/type`; `hidden` ones exist and are not shown. */
async function glue({
	optimizers = {},
	hidden = [],
	refuse,
	role = ROLE,
}: {
	optimizers?: Record<string, object>;
	hidden?: string[];
	refuse?: string;
	role?: string;
} = {}): Promise<Asked[]> {
	const asked: Asked[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const action = String(request.headers["x-amz-target"] ?? "").replace("AWSGlue.", "");
		if (action === "") return response.end(describeStacks(role));
		const body = JSON.parse(text);
		asked.push({ action, body });
		const key = `${body.TableName}/${body.Type}`;
		const fail = (name: string) => {
			response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
			response.end(JSON.stringify({ __type: name, message: `${name} of the test` }));
		};
		if (action === refuse) return fail("AccessDeniedException");
		if (action === "GetTables") {
			const iceberg = (Name: string) => {
				const metadata_location = `s3://lake/${Name}/metadata/00001.metadata.json`;
				return { Name, Parameters: { table_type: "ICEBERG", metadata_location } };
			};
			// A page for each, as Glue may give them.
			const pages = [[iceberg("trades")], [{ Name: "other" }], [iceberg("bars")]];
			const page = Number(body.NextToken ?? 0);
			const next = page + 1 < pages.length ? { NextToken: String(page + 1) } : {};
			return response.end(JSON.stringify({ TableList: pages[page], ...next }));
		}
		if (action === "GetTableOptimizer") {
			if (!optimizers[key]) return fail("EntityNotFoundException");
			return response.end(JSON.stringify({ TableName: body.TableName, TableOptimizer: optimizers[key] }));
		}
		if (action === "CreateTableOptimizer" && hidden.includes(key)) return fail("AlreadyExistsException");
		optimizers[key] = { configuration: body.TableOptimizerConfiguration };
		response.end("{}");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const settings: Record<string, string> = {
		AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		AWS_ACCESS_KEY_ID: "test",
		AWS_SECRET_ACCESS_KEY: "test",
		AWS_REGION: "us-east-1",
		AWS_MAX_ATTEMPTS: "1",
	};
	const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, settings);
	onTestFinished(() => {
		server.close();
		for (const [name, value] of before)
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
	});
	return asked;
}

function describeStacks(role: string): string {
	const output = (key: string, value: string) =>
		`<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
	return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
		<StackName>TidemarkLake</StackName><Outputs>${output("LakeDatabase", "tidemark")}${role && output("LakeMaintenanceRole", role)}</Outputs>
		</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

const options = { tables: [], keepMs: 5 * day, dryRun: false, enabled: true };

describe("Glue's optimizers", () => {
	test("are made for every table, three each, with settings that take nothing from a restored job", async () => {
		const asked = await glue();
		const done = await optimizeOnAws(options);
		expect(done.map(({ table, optimizer, state }) => `${table} ${optimizer} ${state}`)).toEqual([
			"bars compaction created",
			"bars retention created",
			"bars orphan_file_deletion created",
			"trades compaction created",
			"trades retention created",
			"trades orphan_file_deletion created",
		]);
		const created = asked.filter(({ action }) => action === "CreateTableOptimizer").map(({ body }) => body);
		expect(created.slice(0, 3)).toEqual([
			{
				CatalogId: "123456789012",
				DatabaseName: "tidemark",
				TableName: "bars",
				Type: "compaction",
				TableOptimizerConfiguration: {
					roleArn: ROLE,
					enabled: true,
					compactionConfiguration: { icebergConfiguration: { strategy: "binpack" } },
				},
			},
			{
				CatalogId: "123456789012",
				DatabaseName: "tidemark",
				TableName: "bars",
				Type: "retention",
				TableOptimizerConfiguration: {
					roleArn: ROLE,
					enabled: true,
					retentionConfiguration: {
						icebergConfiguration: {
							snapshotRetentionPeriodInDays: 5,
							numberOfSnapshotsToRetain: 100,
							cleanExpiredFiles: true,
						},
					},
				},
			},
			{
				CatalogId: "123456789012",
				DatabaseName: "tidemark",
				TableName: "bars",
				Type: "orphan_file_deletion",
				TableOptimizerConfiguration: {
					roleArn: ROLE,
					enabled: true,
					orphanFileDeletionConfiguration: { icebergConfiguration: { orphanFileRetentionPeriodInDays: 7 } },
				},
			},
		]);
		expect((await optimizeOnAws(options)).map(({ state }) => state)).toEqual(Array(6).fill("unchanged"));
	});

	test("are updated where they differ, and show their last run", async () => {
		const lastRun = { eventType: "failed", startTimestamp: 1_770_000_000, error: "Access denied" };
		const asked = await glue({
			optimizers: {
				"bars/compaction": {
					type: "compaction",
					configuration: { ...optimizerSettings(ROLE, { ...options, retentionHours: 24 }).compaction, enabled: false },
					lastRun,
				},
			},
		});
		const [compaction] = await optimizeOnAws({ ...options, tables: ["bars"] });
		expect(compaction).toEqual({
			table: "bars",
			optimizer: "compaction",
			state: "updated",
			enabled: true,
			lastRun: { startedAt: "2026-02-02T02:40:00.000Z", event: "failed", error: "Access denied" },
		});
		expect(asked.filter(({ action }) => action === "UpdateTableOptimizer")).toHaveLength(1);
	});

	test("are updated where Glue hides one that was switched off", async () => {
		const asked = await glue({ hidden: ["bars/retention"] });
		const done = await optimizeOnAws({ ...options, tables: ["bars"] });
		expect(done.map(({ state }) => state)).toEqual(["created", "updated", "created"]);
		expect(asked.filter(({ action }) => action === "UpdateTableOptimizer").map(({ body }) => body.Type)).toEqual([
			"retention",
		]);
	});

	test("are switched off, and not made for that", async () => {
		const asked = await glue();
		await optimizeOnAws({ ...options, tables: ["bars"] });
		expect((await optimizeOnAws({ ...options, enabled: false })).map(({ state }) => state)).toEqual([
			...Array(3).fill("updated"),
			...Array(3).fill("unchanged"),
		]);
		expect(asked.filter(({ action }) => action === "CreateTableOptimizer")).toHaveLength(3);
	});

	test("are only looked at in a dry run", async () => {
		const asked = await glue();
		const done = await optimizeOnAws({ ...options, dryRun: true });
		expect(done.every(({ state, enabled }) => state === "missing" && !enabled)).toBe(true);
		expect([...new Set(asked.map(({ action }) => action))]).toEqual(["GetTables", "GetTableOptimizer"]);
		const text = sayOptimizers(done, true);
		expect(text.split("\n")[2]?.split(/ {2,}/)).toEqual(["bars", "compaction", "off", "missing", "none yet"]);
		expect(text).toContain("Nothing was changed");
	});

	test("say what they need where Glue refuses, and that a table is not there", async () => {
		await glue({ refuse: "CreateTableOptimizer" });
		await expect(optimizeOnAws(options)).rejects.toThrow(
			/AccessDeniedException of the test.*iam:PassRole for arn:aws:iam/,
		);
		await expect(optimizeOnAws({ ...options, tables: ["candles"] })).rejects.toThrow(
			"The lake of the database tidemark has no table candles. There are: bars, trades",
		);
	});

	test("need the stack of the environment, as it is now", async () => {
		await glue({ role: "" });
		await expect(optimizeOnAws(options)).rejects.toThrow("The stack TidemarkLake has no role for");
		await expect(optimizeOnAws({ ...options, env: "prod" })).rejects.toThrow(
			"The stack TidemarkProdLake has no role for",
		);
	});
});

describe("the settings", () => {
	test("keep snapshots a day longer than the stream its records, whatever is asked for", () => {
		const days = (keepMs: number, retentionHours: number) => {
			const { retention, orphan_file_deletion } = optimizerSettings(ROLE, { keepMs, retentionHours, enabled: true });
			return [
				retention.retentionConfiguration?.icebergConfiguration?.snapshotRetentionPeriodInDays,
				orphan_file_deletion.orphanFileDeletionConfiguration?.icebergConfiguration?.orphanFileRetentionPeriodInDays,
			];
		};
		expect(days(day / 24, 24)).toEqual([2, 4]);
		expect(days(5 * day, 24)).toEqual([5, 7]);
		expect(days(5 * day + 1, 24)).toEqual([6, 8]);
		expect(days(5 * day, 168)).toEqual([8, 10]);
	});

	test("are set where all that is wanted is there", () => {
		expect(isSet({ a: { b: 1, c: 2 }, d: true }, { a: { b: 1 } })).toBe(true);
		expect(isSet({ a: { b: 1 } }, { a: { b: 2 } })).toBe(false);
		expect(isSet({}, { a: { b: 2 } })).toBe(false);
		expect(isSet(undefined, { a: 1 })).toBe(false);
	});
});
