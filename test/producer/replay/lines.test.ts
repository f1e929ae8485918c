import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openBytes, readLines } from "../../../producer/replay/lines.ts";
import { flat, tempFile, tempFolder } from "../support.ts";

const linesOf = async (file: string) =>
	(await flat(readLines(file))).map(({ line, bytes }) => [line, bytes.toString("utf8")]);

describe("lines", () => {
	test("are numbered from 1, empty ones too, and the last needs no line feed", async () => {
		expect(await linesOf(tempFile("a.jsonl", "one\n\ntwo\n  \nthree"))).toEqual([
			[1, "one"],
			[3, "two"],
			[4, "  "],
			[5, "three"],
		]);
	});

	test("of a packed file are the same", async () => {
		expect(await linesOf(tempFile("a.jsonl.gz", "one\ntwo\n"))).toEqual([
			[1, "one"],
			[2, "two"],
		]);
	});

	test("keep every byte: what is no UTF-8, zeros, carriage returns", async () => {
		const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x0d, 0x0a, 0x80]);
		const [first, second] = await flat(readLines(tempFile("a.jsonl", bytes)));
		expect(first?.bytes).toEqual(bytes.subarray(0, 4));
		expect(second?.bytes).toEqual(bytes.subarray(5));
	});

	test("of an empty file are none", async () => {
		expect(await linesOf(tempFile("a.jsonl", ""))).toEqual([]);
		expect(await linesOf(tempFile("a.jsonl", "\n\n"))).toEqual([]);
	});

	test("longer than what is read at once stay whole", async () => {
		const long = "x".repeat(700_000);
		expect(await linesOf(tempFile("a.jsonl", `${long}\nshort\n${long}y`))).toEqual([
			[1, long],
			[2, "short"],
			[3, `${long}y`],
		]);
	});

	test("are those that split finds, whatever is in them", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.string({ unit: "binary" })), async (texts) => {
				const text = texts.join("\n");
				const expected = text
					.split("\n")
					.map((each, at) => [at + 1, each])
					.filter(([, each]) => each !== "");
				expect(await linesOf(tempFile("a.jsonl", text))).toEqual(expected);
			}),
			{ numRuns: 30 },
		);
	});
});

describe("a file that cannot be read is named, with the reason", () => {
	test("one that is not there", async () => {
		await expect(openBytes("no/such.csv")).rejects.toThrow(
			"Cannot read no/such.csv: there is no such file. Check the path; it is taken from the current folder.",
		);
	});

	test("a folder", async () => {
		const dir = tempFolder();
		await expect(openBytes(dir)).rejects.toThrow(`Cannot read ${dir}: it is not a file, but is read twice.`);
	});

	test("one that this user may not read", async () => {
		const file = tempFile("secret.csv", "a\n1\n");
		chmodSync(dirname(file), 0o755);
		chmodSync(file, 0o000);
		// Who runs tests as root may read everything, unless it is somebody else for a moment.
		const root = process.geteuid?.() === 0;
		if (root) process.seteuid?.(65_534);
		try {
			await expect(openBytes(file)).rejects.toThrow(
				`Cannot read ${file}: this user may not read it. Change its permissions, such as with chmod +r ${file}`,
			);
		} finally {
			if (root) process.seteuid?.(0);
		}
	});

	test("an empty one that should be packed", async () => {
		const file = tempFile("empty.jsonl", "");
		const { rename } = await import("node:fs/promises");
		await rename(file, `${file}.gz`);
		await expect(flat(readLines(`${file}.gz`))).rejects.toThrow(
			/empty\.jsonl\.gz broke off: unexpected end of file\. Is the file whole\?/,
		);
	});

	test("a packed file that ends in the middle", async () => {
		const whole = gzipSync(Buffer.from("a line of text\n".repeat(50_000)));
		const file = tempFile("torn.jsonl", whole.subarray(0, whole.length - 20));
		const { rename } = await import("node:fs/promises");
		await rename(file, `${file}.gz`);
		await expect(flat(readLines(`${file}.gz`))).rejects.toThrow(/Reading .*torn\.jsonl\.gz broke off: unexpected end/);
	});

	test("one that is not packed, though its name says so", async () => {
		const file = tempFile("plain.jsonl", "plain");
		const { rename } = await import("node:fs/promises");
		await rename(file, `${file}.gz`);
		await expect(flat(readLines(`${file}.gz`))).rejects.toMatchObject({ name: "UserError" });
	});
});
