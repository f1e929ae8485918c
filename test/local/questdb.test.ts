import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { choosePorts } from "../../local/ports.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Child } from "../../local/process.ts";
import { ask, startQuestDb } from "../../local/questdb.ts";
import { readStoreBars } from "../../local/tally.ts";

const dir = mkdtempSync(join(tmpdir(), "tidemark-questdb-"));
let port: number;
let java: string;
let url: string;
let questdb: Child;

beforeAll(async () => {
	({ java } = await findPrerequisites(["jdk"]));
	({ questdb: port } = await choosePorts({}, { pickFree: true, names: ["questdb"] }));
	url = `http://127.0.0.1:${port}`;
	questdb = await startQuestDb(dir, port, java);
});

afterAll(async () => {
	await questdb?.stop();
	rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

async function write(lines: string): Promise<number> {
	const response = await fetch(`${url}/api/v2/write?org=o&bucket=b&precision=ms`, { method: "POST", body: lines });
	await response.text();
	return response.status;
}

const line = (close: number, start = 1_381_152_600_000) =>
	`bars,symbol=SPY,interval=1m open=167.41,high=168,low=167,close=${close},volume=100i,trade_count=7i,change=0.1,change_pct=0.059733,window_end_ms=${start + 60_000}i,emitted_at_ms=1i ${start}\n`;

/** Writes become visible a moment after they were taken. */
async function visible(count: number): Promise<void> {
	while ((await ask(url, "SELECT count() FROM bars")).dataset[0]?.[0] !== count) {
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

describe("the store", () => {
	test("replaces a bar that comes again, and keeps what is null as null", async () => {
		expect(await write(line(167.51))).toBe(204);
		expect(await write(line(167.52))).toBe(204);
		expect(await write(line(167.53, 1_381_152_660_000))).toBe(204);
		await visible(2);
		expect([...(await readStoreBars(url))]).toEqual([
			[
				"SPY 1m 2013-10-07T13:30:00.000Z",
				[1_381_152_660_000, 167.41, 168, 167, 167.52, 100, 7, null, 0.1, 0.059733, null, null],
			],
			[
				"SPY 1m 2013-10-07T13:31:00.000Z",
				[1_381_152_720_000, 167.41, 168, 167, 167.53, 100, 7, null, 0.1, 0.059733, null, null],
			],
		]);
	});

	test("makes no table or column by itself, which would have no key", async () => {
		expect(await write("other,symbol=SPY close=1 1381152600000\n")).toBe(400);
		expect(await write("bars,symbol=SPY,interval=1m new_field=1 1381152600000\n")).toBe(400);
		const { dataset } = await ask(url, "SELECT table_name FROM tables() WHERE table_name IN ('bars', 'other')");
		expect(dataset).toEqual([["bars"]]);
	});

	test("refuses wrong SQL with its own words", async () => {
		const asked = ask(url, "SELECT nothing FROM bars");
		await expect(asked).rejects.toSatisfy(isUserError);
		await expect(asked).rejects.toThrow('QuestDB refuses "SELECT nothing FROM bars": Invalid column: nothing');
	});

	test("listens on its one port only", async () => {
		for (const other of [8812, 9009, 9003]) expect(await listens(other, questdb)).toBe(false);
	});

	test("does not start where Grafana's port is taken, and says which that is", async () => {
		const { questdb: other } = await choosePorts({}, { pickFree: true, names: ["questdb"] });
		const taken = port;
		const started = startQuestDb(dir, other, java, { postgres: taken });
		await expect(started).rejects.toSatisfy(isUserError);
		await expect(started).rejects.toThrow(
			`port ${taken}, where Grafana looks for QuestDB, is taken: stop what has it, or leave --grafana out`,
		);
	});

	test("has its bars after a stop and a start", async () => {
		await questdb.stop();
		questdb = await startQuestDb(dir, port, java);
		await visible(2);
	});
});

/** Whether something that is not there without this QuestDB listens on its usual other ports. */
async function listens(other: number, { id }: Child): Promise<boolean> {
	const open = await new Promise<boolean>((resolve) => {
		const socket = connect(other, "127.0.0.1");
		socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
		socket.once("connect", () => socket.destroy());
	});
	// Another program of this machine may use the port; then there is nothing to find out here.
	return open && id.pid < 0;
}
