/** The runbook's way back for a table of the lake that is gone: docs/operating.md#a-table-of-the-lake-is-gone, step by step. */
import { join } from "node:path";
import { DeleteTableCommand, GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { drain } from "../../local/drain.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { testEmulator } from "../support/emulator.ts";
import type { Cluster } from "./cluster.ts";
import { halfHour, released } from "./half_hour.ts";
import { nameAgain } from "./named_again.ts";
import { makePlaces, names } from "./places.ts";
import { expectLake, readOver } from "./results.ts";

const GONE = ["bars", "trades", "raw_trades"];

test("tables that are dropped while the job rests are there again with all their rows, and the job goes on with its state", async () => {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	const { java } = await findPrerequisites(["jdk"]);
	const { rows, parts, expected, send } = await halfHour(dir);
	await makePlaces(endpoint, 1);
	const start = await released(dir, endpoint, java);
	const glue = new GlueClient(emulated(endpoint));
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	let running: Cluster | undefined;
	try {
		running = await start("first");
		const first = await send(0, endpoint, false);
		await readOver(running.rest, parts[0].length);
		const savepoint = await running.stopWithSavepoint(join(dir, "savepoints"));

		for (const Name of GONE) await glue.send(new DeleteTableCommand({ DatabaseName: names.LAKE_DATABASE, Name }));
		for (const name of GONE) await nameAgain(glue, s3, name);

		running = await start("second", savepoint);
		const last = await send(1, endpoint, true);
		const all = {
			records: rows.length,
			clocks: first.clocks + last.clocks,
			closedAt: Date.parse(last.closedAt as string),
		};
		const patience = { everyMs: 1_000, stuckMs: 300_000 };
		const lateness = Number(names.LATENESS_SECONDS) * 1000;
		expect(await drain(running.rest, all, lateness, patience)).toMatchObject({ recordsRead: rows.length });
		await expectLake(endpoint, rows.length, expected.bars);
	} finally {
		await running?.kill();
		for (const client of [glue, s3]) client.destroy();
	}
});
