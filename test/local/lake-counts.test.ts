import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { copyLakeCounts, LakeCountsCopy } from "../../local/lake-counts.ts";
import { ask } from "../../local/questdb.ts";
import { lakeWith } from "../grafana/stores.ts";
import { type TestStore, testStore } from "../support/questdb.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const count = (time: string, symbol: string, duplicates: number, out_of_order: number) => ({
	...{ symbol, window_start: at(time), trades: 9, duplicates, out_of_order, day: "2013-10-07" },
});
const reject = (time: string, reason: string, sequence: number) => ({
	...{ reason, payload: "{}", detail: "a test", shard_id: "shardId-000000000000", sequence_number: String(sequence) },
	...{ sub_sequence_number: 0, arrived_at: at(time), day: "2013-10-07" },
});

let store: TestStore;
beforeAll(async () => {
	store = await testStore({ grafana: true });
});
afterAll(() => store?.[Symbol.asyncDispose]());
beforeEach(() => ask(store.url, "TRUNCATE TABLE lake_counts").then(() => {}));

async function lakeOf(tables: Record<string, object[]>) {
	const { lake, ...opened } = await lakeWith(tables);
	onTestFinished(() => opened[Symbol.asyncDispose]());
	return lake;
}

const stored = () => store.rows("SELECT timestamp, what, records FROM lake_counts ORDER BY timestamp, what");
const row = (time: string, what: string, records: number) => ({
	...{ timestamp: `2013-10-07T${time}.000000Z`, what, records },
});

describe("the lake's counts in QuestDB", () => {
	test("are those of each minute: of all symbols, and by reason", async () => {
		const lake = await lakeOf({
			counts: [count("13:30:00", "SPY", 2, 5), count("13:30:00", "IBM", 1, 0), count("13:31:00", "SPY", 0, 1)],
			rejects: [
				reject("13:30:00.100", "late", 1),
				reject("13:30:59.999", "late", 2),
				reject("13:31:00", "late", 3),
				reject("13:30:30", "malformed", 4),
			],
		});
		expect(await new LakeCountsCopy(store.url).copy(lake)).toBe(7);
		expect(await stored()).toEqual([
			row("13:30:00", "duplicates", 3),
			row("13:30:00", "late", 2),
			row("13:30:00", "malformed", 1),
			row("13:30:00", "out_of_order", 5),
			row("13:31:00", "duplicates", 0),
			row("13:31:00", "late", 1),
			row("13:31:00", "out_of_order", 1),
		]);
	});

	test("follow the lake, without a double, and are written only where they have changed", async () => {
		const lake = await lakeOf({ counts: [count("13:30:00", "SPY", 2, 0)], rejects: [reject("13:30:00", "late", 1)] });
		const copy = new LakeCountsCopy(store.url);
		expect(await copy.copy(lake)).toBe(3);
		expect(await copy.copy(lake)).toBe(0);
		await lake.connection.run(
			`INSERT INTO counts BY NAME SELECT 'IBM' AS symbol, TIMESTAMPTZ '2013-10-07 13:30:00Z' AS window_start, 4 AS duplicates,
			0 AS out_of_order`,
		);
		expect(await copy.copy(lake)).toBe(1);
		// Another start knows nothing of what was written.
		expect(await new LakeCountsCopy(store.url).copy(lake)).toBe(3);
		expect(await stored()).toEqual([
			row("13:30:00", "duplicates", 6),
			row("13:30:00", "late", 1),
			row("13:30:00", "out_of_order", 0),
		]);
	});

	test("are none of an empty lake, nor of one whose job has not made its tables yet", async () => {
		const lake = await lakeOf({});
		expect(await new LakeCountsCopy(store.url).copy(lake)).toBe(0);
		await lake.connection.run("DROP TABLE counts");
		expect(await new LakeCountsCopy(store.url).copy({ ...lake, tables: ["rejects"] })).toBe(0);
		expect(await stored()).toEqual([]);
	});

	test("that the store refuses are an error with its words, and are written the next time", async () => {
		const lake = await lakeOf({ counts: [count("13:30:00", "SPY", 2, 0)] });
		const copy = new LakeCountsCopy(store.url);
		await ask(store.url, "RENAME TABLE lake_counts TO elsewhere");
		try {
			await expect(copy.copy(lake)).rejects.toThrow(/QuestDB refuses the lake's counts: .*lake_counts/s);
		} finally {
			await ask(store.url, "RENAME TABLE elsewhere TO lake_counts");
		}
		expect(await copy.copy(lake)).toBe(2);
		expect(await stored()).toHaveLength(2);
	});
});

describe("copying", () => {
	test("goes on after failures, which are told once they last, and ends when it is told to", async () => {
		const lake = await lakeOf({ counts: [count("13:30:00", "SPY", 2, 0)] });
		const leaving = new AbortController();
		const said: string[] = [];
		let asked = 0;
		const copying = copyLakeCounts(
			store.url,
			async () => {
				asked += 1;
				if (asked <= 20) throw new Error("the lake does not answer", { cause: new Error("Glue") });
				return lake;
			},
			{ signal: leaving.signal, say: (text) => said.push(text), everyMs: 1 },
		);
		await expect.poll(stored, { timeout: 20_000 }).toHaveLength(2);
		expect(said).toEqual(["Grafana does not get the lake's counts just now: the lake does not answer: Glue"]);
		leaving.abort();
		await copying;
		const before = asked;
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(asked).toBe(before);
	});
});
