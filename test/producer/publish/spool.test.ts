import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { Spool } from "../../../producer/publish/spool.ts";
import { outgoing, tempFolder } from "../support.ts";

const records = (...times: number[]) => times.map((time) => outgoing("SPY", time));
const times = (list: readonly { time: number | undefined }[]) => list.map(({ time }) => time);

function open(dir = tempFolder(), maxBytes?: number): Spool {
	const spool = new Spool({ dir, maxBytes });
	onTestFinished(() => spool.close());
	return spool;
}

describe("the spool", () => {
	test("gives in order what was appended, byte for byte, once", () => {
		const spool = open();
		const binary = { key: "Ä", time: undefined, data: Buffer.from([0, 255, 10, 13]) };
		spool.append([...records(5, 3), binary]);
		spool.append(records(4));
		expect(spool.length).toBe(4);
		const first = spool.read(3);
		expect(times(first)).toEqual([5, 3, undefined]);
		expect(first[2]).toMatchObject(binary);
		expect(first[0]?.data).toEqual(outgoing("SPY", 5).data);
		expect(spool.unread).toBe(true);
		expect(times(spool.read(3))).toEqual([4]);
		expect(spool.unread).toBe(false);
		expect(spool.read(3)).toEqual([]);
	});

	test("keeps what was not removed for the next time, in order, and leaves no file when there is nothing", () => {
		const dir = tempFolder();
		const before = new Spool({ dir });
		before.append(records(1, 2, 3, 4));
		before.remove(before.read(2));
		expect(before.length).toBe(2);
		before.close();

		const after = new Spool({ dir });
		expect(after.length).toBe(2);
		expect(after.unread).toBe(true);
		after.append(records(5));
		const all = after.read(10);
		expect(times(all)).toEqual([3, 4, 5]);
		after.remove(all);
		expect(after.length).toBe(0);
		after.close();
		expect(existsSync(join(dir, "spool.db"))).toBe(false);
	});

	test("puts what waited in memory into its place between what is on disk", () => {
		const dir = tempFolder();
		const spool = new Spool({ dir });
		const early = spool.number(records(1, 2));
		spool.append(records(3));
		const onDisk = spool.read(1);
		const late = spool.number(records(4));
		spool.append(records(5));
		expect(times(onDisk)).toEqual([3]);
		spool.store([...late, ...early.slice(1)]);
		spool.close();
		expect(times(open(dir).read(10))).toEqual([2, 3, 4, 5]);
	});

	test("knows its oldest time, which need not be its first, as long as it is there", () => {
		const spool = open();
		expect(spool.oldest()).toBeUndefined();
		spool.append([{ key: "x", time: undefined, data: Buffer.from("x") }]);
		expect(spool.oldest()).toBeUndefined();
		spool.append(records(7, 5, 6));
		expect(spool.oldest()).toBe(5);
		spool.remove(spool.read(3));
		expect(spool.oldest()).toBe(6);
	});

	test("says when there is no room, and has it again after a removal", () => {
		const spool = open(tempFolder(), 1000);
		const [one] = records(1);
		const each = (one?.data.length ?? 0) + 3 + 48;
		const fitting = Math.floor(1000 / each);
		expect(fitting).toBeGreaterThan(2);
		const many = Array.from({ length: fitting }, (_, at) => outgoing("SPY", at % 10));
		expect(spool.hasRoomFor(many)).toBe(true);
		spool.append(many);
		expect(spool.hasRoomFor(records(1))).toBe(false);
		spool.remove(spool.read(1));
		expect(spool.hasRoomFor(records(1))).toBe(true);
	});

	test("loses nothing that was appended when its process is not closed properly", () => {
		const dir = tempFolder();
		const script = join(import.meta.dirname, "../../../producer/publish/spool.ts");
		const code = `
			const { Spool } = await import(${JSON.stringify(script)});
			const spool = new Spool({ dir: ${JSON.stringify(dir)} });
			spool.append(Array.from({ length: 5000 }, (_, at) => ({ key: "k", time: at, data: Buffer.from(String(at)) })));
			spool.remove(spool.read(1000));
			process.kill(process.pid, "SIGKILL");`;
		const { spawnSync } = process.getBuiltinModule("node:child_process");
		const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
		expect(signal).toBe("SIGKILL");
		expect(times(open(dir).read(10_000))).toEqual(Array.from({ length: 4000 }, (_, at) => at + 1000));
	});

	test("is a queue, whatever is done in whatever order", () => {
		const step = fc.oneof(
			fc.record({ append: fc.integer({ min: 1, max: 5 }) }),
			fc.record({ read: fc.integer({ min: 1, max: 5 }) }),
			fc.constant({ reopen: true as const }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
				const dir = tempFolder();
				let [spool, next, removed] = [new Spool({ dir }), 0, 0];
				for (const each of steps) {
					if ("append" in each) spool.append(Array.from({ length: each.append }, () => outgoing("a", next++)));
					else if ("read" in each) {
						const got = spool.read(each.read);
						expect(times(got)).toEqual(Array.from({ length: got.length }, (_, at) => removed + at));
						spool.remove(got);
						removed += got.length;
					} else {
						spool.close();
						spool = new Spool({ dir });
					}
					expect(spool.length).toBe(next - removed);
					expect(spool.unread).toBe(next > removed);
				}
				spool.close();
			}),
			{ numRuns: 25 },
		);
	});
});

describe("a spool that cannot be kept says why, and what to do", () => {
	test("another producer has it", () => {
		const dir = tempFolder();
		open(dir);
		expect(() => new Spool({ dir })).toThrow(
			`Another producer has the spool ${dir}, and sends to the same stream. Stop it, or give this one its own: --spool DIR, or --spool off.`,
		);
	});

	test("something else is there", () => {
		const dir = tempFolder();
		writeFileSync(join(dir, "spool.db"), "this is a text of somebody's, and no database at all. ".repeat(30));
		expect(() => new Spool({ dir })).toThrow(
			`${join(dir, "spool.db")} is no spool. Move it away, or name another folder: --spool DIR.`,
		);
	});

	test("the folder cannot be made", () => {
		const file = join(tempFolder(), "file");
		writeFileSync(file, "");
		expect(() => new Spool({ dir: join(file, "spool") })).toThrow(
			new RegExp(
				`^Cannot keep a spool in ${join(file, "spool")}: .*ENOTDIR.*Name a folder that can be written: --spool DIR`,
			),
		);
		mkdirSync(join(tempFolder(), "spool.db"), { recursive: true });
	});
});
