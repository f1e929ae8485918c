import { describe, expect, test } from "vitest";
import type { Maintained } from "../../../local/lake/maintain.ts";
import { sayChange, type Upkeep, upkeep } from "../../../local/lake/upkeep.ts";

const stack = { id: "live" } as Upkeep["stack"];
const done: Maintained[] = [{ table: "trades", rewrittenFiles: 700, expiredSnapshots: 720, seconds: 3.6 }];

/** Runs it until `count` runs began, each of which does `work`; what was said. */
async function run(
	count: number,
	work: (run: number) => Promise<Maintained[]>,
): Promise<{ said: string[]; keep: number }> {
	const stop = new AbortController();
	const said: string[] = [];
	let runs = 0;
	let keep = 0;
	await upkeep({
		stack,
		java: "java",
		say: (text) => said.push(text),
		signal: stop.signal,
		firstMs: 1,
		everyMs: 1,
		work: async (_stack, _java, { keepMs }) => {
			keep = keepMs;
			runs += 1;
			if (runs === count) stop.abort();
			return work(runs);
		},
	});
	expect(runs).toBe(count);
	return { said, keep };
}

describe("the lake of a live stack", () => {
	test("is maintained again and again, and only what changed is said", async () => {
		const { said, keep } = await run(3, async (run) => (run === 2 ? [] : done));
		const line = "The lake was maintained: 700 small files compacted, 720 snapshots expired, in 4 s";
		expect(said).toEqual([line, line]);
		expect(keep).toBe(43_200_000);
	});

	test("is maintained after a failure too, which is said", async () => {
		const { said } = await run(3, async (run) => {
			if (run === 1) throw new Error("no memory");
			return [];
		});
		expect(said).toEqual(["The lake could not be maintained, which is tried again later: no memory"]);
	});

	test("is left alone while it must not be written, which is said", async () => {
		const stop = new AbortController();
		const said: string[] = [];
		await upkeep({
			stack,
			java: "java",
			say: (text) => {
				said.push(text);
				stop.abort();
			},
			signal: stop.signal,
			firstMs: 1,
			notNow: () => "the disk is full",
			work: () => Promise.reject(new Error("was maintained")),
		});
		expect(said).toEqual(["The lake could not be maintained, which is tried again later: the disk is full"]);
	});

	test("is left in peace when the stack stops, without a word", async () => {
		const { said } = await run(1, async () => {
			throw new Error("killed");
		});
		expect(said).toEqual([]);
	});
});

test("a line says what failed beside what was done", () => {
	expect(sayChange([...done, { table: "hits", failed: "CommitFailedException" }])).toBe(
		"The lake was maintained: 700 small files compacted, 720 snapshots expired, hits failed: CommitFailedException, in 4 s",
	);
	expect(sayChange([{ table: "trades", rewrittenFiles: 0, expiredSnapshots: 0, seconds: 1 }])).toBe("");
});
