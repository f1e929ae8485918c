import { describe, expect, test } from "vitest";
import { Notices } from "../../../producer/publish/notices.ts";
import { Spool } from "../../../producer/publish/spool.ts";
import { outgoing, tempFolder } from "../support.ts";

function saying(spool?: Spool) {
	const lines: string[] = [];
	return { lines, notices: new Notices((line) => lines.push(line), spool) };
}

describe("what is told", () => {
	test("of a service that takes nothing comes once, and again when it does", () => {
		const { lines, notices } = saying();
		notices.reachable();
		notices.unreachable(new Error("refused"));
		notices.unreachable(new Error("refused"));
		notices.reachable();
		notices.reachable();
		notices.unreachable(new Error("throttled"));
		expect(lines).toEqual([
			"Kinesis takes nothing: refused. The feed is held back until it does.",
			"Kinesis takes records again.",
			"Kinesis takes nothing: throttled. The feed is held back until it does.",
		]);
	});

	test("of the spool says where it is, what is in it, and why it is full", () => {
		const dir = tempFolder();
		const spool = new Spool({ dir, maxBytes: 5000 });
		const { lines, notices } = saying(spool);
		notices.recovered();
		spool.append([outgoing("SPY", 1)]);
		notices.recovered();
		notices.unreachable(new Error("refused"));
		notices.full(spool, undefined);
		notices.full(spool, new Error("database or disk is full"));
		const then = "the feed is held back until Kinesis takes records again. Give it more room with --spool-max.";
		expect(lines).toEqual([
			`1 records that an earlier run left in ${dir} go first.`,
			`Kinesis takes nothing: refused. What memory does not hold goes to ${dir} until it does.`,
			`The spool ${dir} is full (holds 1 records, all of its 5000 bytes): ${then}`,
			`The spool ${dir} is full (database or disk is full): ${then}`,
		]);
		spool.close();
	});

	test("of a shard that stalls names the times of the trades, of any number, and nothing where there are none", () => {
		const { lines, notices } = saying();
		notices.stalled([{ ...outgoing("SPY", 1), time: undefined }], 6000);
		expect(lines).toEqual([]);
		const many = Array.from({ length: 200_000 }, (_, at) => ({ ...outgoing("SPY", 0), time: 200_000 - at }));
		notices.stalled(many, 6049);
		expect(lines).toEqual([
			"A shard took nothing for 6.0 s while others did: trades from 1970-01-01T00:00:00.001Z to 1970-01-01T00:03:20.000Z may be late.",
		]);
	});

	test("goes nowhere if nobody listens", () => {
		expect(() => new Notices(undefined, undefined).say("anything")).not.toThrow();
	});
});
