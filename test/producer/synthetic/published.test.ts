/** The whole way into Kinesis: what its reader counts is what the truth says, whatever fails under way. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { deaggregate } from "../../../producer/publish/aggregate.ts";
import { publish } from "../../../producer/publish/publish.ts";
import { openSynthetic } from "../../../producer/synthetic/synthetic.ts";
import { FakeKinesis } from "../support.ts";
import { readShards } from "./reader.ts";

const dir = mkdtempSync(join(tmpdir(), "published-"));
afterAll(() => rmSync(dir, { recursive: true }));

const shardsOf = (kinesis: FakeKinesis) =>
	kinesis.shards.all.map(({ id }) =>
		kinesis.landed
			.filter(({ shard }) => shard === id)
			.flatMap((each) => deaggregate(each))
			.map(({ key, data }) => ({ key, text: data.toString("utf8") })),
	);
const linesOf = (file: string) =>
	readFileSync(file, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));

test.each([
	["off", 3, 0.003],
	["auto", 2, 0.1],
	["on", 3, 0.1],
] as const)("with aggregation %s and %i shards, where %f of all fails at first", async (aggregate, shards, failing) => {
	const truth = join(dir, `${aggregate}-${shards}.jsonl`);
	const faults = {
		duplicates: 0.05,
		disorderMs: 900,
		late: 0.03,
		malformed: 0.05,
		burst: { times: 10, everyMs: 10_000 },
	};
	const start = Date.parse("2026-03-02T15:00:00.000Z");
	const feed = openSynthetic({ kind: "synthetic", start, rate: 60, count: 2500, faults, truth, seed: shards });
	const kinesis = new FakeKinesis(shards, { records: failing, requests: failing, seed: shards });
	const result = await publish(feed, { stream: "s", client: kinesis.client, aggregate });

	const totals = linesOf(truth).at(-1);
	expect(result).toMatchObject({ read: totals.records, sent: totals.records, failed: 0 });
	expect(result.firstEventTime).toBe(totals.first_event_time);
	expect(result.lastEventTime).toBe(totals.last_event_time);
	const { trades, duplicates, late, malformed, symbols } = totals;
	expect(Math.min(duplicates, late, malformed)).toBeGreaterThan(50);
	for (const seed of [1, 2, 3]) {
		const tally = readShards(shardsOf(kinesis), 2000, seed);
		expect(tally).toEqual({ trades, duplicates, late, malformed, symbols, behind: 0 });
	}
	// What is malformed is there as it stands in the truth.
	const landed = shardsOf(kinesis).flatMap((shard) => shard.map(({ text }) => text));
	for (const line of linesOf(truth)) if (line.kind === "malformed") expect(landed).toContain(line.payload);
});

test("stopped in the middle, all that the truth counts was sent", async () => {
	const truth = join(dir, "stopped.jsonl");
	const feed = openSynthetic({ kind: "synthetic", rate: 2000, faults: { duplicates: 0.1, malformed: 0.1 }, truth });
	const kinesis = new FakeKinesis(2);
	const stop = new AbortController();
	kinesis.before = () => {
		if (kinesis.landed.length > 300) stop.abort();
	};
	const result = await publish(feed, { stream: "s", client: kinesis.client, aggregate: "off", signal: stop.signal });
	const totals = linesOf(truth).at(-1);
	expect(totals).toMatchObject({ kind: "totals", records: result.sent });
	expect(totals.trades + totals.duplicates + totals.malformed).toBe(result.sent);
	expect(result.sent).toBeGreaterThan(300);
	expect(linesOf(truth)).toHaveLength(totals.duplicates + totals.malformed + 2);
});
