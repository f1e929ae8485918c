import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Rejects } from "../../producer/rejects.ts";
import { tempFolder } from "./support.ts";

const NOON = Date.parse("2026-01-05T12:00:00Z");

describe("rejects", () => {
	test("go to the file with reason, payload as it came, and time, behind what is there", () => {
		const file = join(tempFolder(), "rejects.jsonl");
		for (const payload of ['{"a":"line\\nfeed"}', "\u0000 broken {"]) {
			const rejects = new Rejects(file, () => {});
			rejects.add({ rejected: `price "x": no number`, payload }, NOON);
			rejects.close();
		}
		const lines = readFileSync(file, "utf8").trimEnd().split("\n");
		expect(lines.map((line) => JSON.parse(line))).toEqual([
			{ reason: 'price "x": no number', payload: '{"a":"line\\nfeed"}', at: "2026-01-05T12:00:00.000Z" },
			{ reason: 'price "x": no number', payload: "\u0000 broken {", at: "2026-01-05T12:00:00.000Z" },
		]);
	});

	test("are told one by one, then every ten seconds, and at the end", () => {
		const told: string[] = [];
		const rejects = new Rejects(undefined, (line) => told.push(line));
		for (let at = 0; at < 30; at++) rejects.add({ rejected: `reason ${at}`, payload: "" }, NOON + at * 1000);
		rejects.close();
		expect(told).toEqual([
			...[0, 1, 2, 3, 4].map((at) => `Rejected: reason ${at}`),
			"15 rejected so far, now: reason 14",
			"25 rejected so far, now: reason 24",
			"30 rejected in all: --rejects FILE keeps them.",
		]);
	});

	test("are not spoken of where there are none; the file is there nevertheless", () => {
		const told: string[] = [];
		const file = join(tempFolder(), "none.jsonl");
		new Rejects(file, (line) => told.push(line)).close();
		expect(told).toEqual([]);
		expect(readFileSync(file, "utf8")).toBe("");
	});

	test("need a file that can be written", () => {
		const dir = tempFolder();
		mkdirSync(join(dir, "taken"));
		expect(() => new Rejects(join(dir, "taken"), () => {})).toThrow(
			/^Cannot write rejects to .*taken: EISDIR.* Name another file: --rejects FILE\.$/,
		);
	});
});
