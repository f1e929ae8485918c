import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Disk, requireRoom, watchDisk } from "../../local/disk.ts";
import { tempDir } from "./support.ts";

const MIB = 2 ** 20;

/** A disk of `/data` that has as much free as the test says. */
function watched(mib: number) {
	const ended = new AbortController();
	onTestFinished(() => ended.abort());
	const said: string[] = [];
	const seen = { mib, held: 0, looks: 0, broken: false };
	const disk: Disk = watchDisk({
		dir: "/data",
		say: (text) => said.push(text),
		onShort: async () => {
			seen.held += 1;
		},
		signal: ended.signal,
		everyMs: 1,
		free: async () => {
			seen.looks += 1;
			if (seen.broken) throw new Error("EIO");
			return seen.mib * MIB;
		},
	});
	const look = async () => {
		const { looks } = seen;
		while (seen.looks < looks + 2) await sleep(1);
	};
	return { disk, said, seen, look, end: () => ended.abort() };
}

test("a disk with room is not spoken of", async () => {
	const { disk, said, seen, look } = watched(512);
	await look();
	expect(said).toEqual([]);
	expect(seen.held).toBe(0);
	expect(disk.shortage()).toBeUndefined();
	expect(await disk.room()).toBe(false);
	await disk.roomToSave();
	expect(said).toEqual([]);
});

test("a shortage holds the job once, and says what to do", async () => {
	const { disk, said, seen, look } = watched(511.9);
	await look();
	await look();
	expect(seen.held).toBe(1);
	expect(said).toEqual([
		"The disk of /data has only 511 MiB free. The job is held: trades stay in the stream meanwhile and nothing is lost. It goes on when 640 MiB are free: free some, and leave the stack up",
	]);
	expect(disk.shortage()).toBe("the disk of /data has only 511 MiB free; the job goes on when 640 MiB are");
});

test("who waits for room gets it when there is clearly more, and learns once that it was short", async () => {
	const { disk, said, seen, look } = watched(100);
	await look();
	let there: boolean | undefined;
	const waiting = disk.room().then((was) => {
		there = was;
	});
	seen.mib = 639;
	await look();
	await sleep(60);
	expect(there).toBeUndefined();
	seen.mib = 640;
	await waiting;
	expect(there).toBe(true);
	expect(said.at(-1)).toBe("The disk of /data has room again: 640 MiB");
	expect(disk.shortage()).toBeUndefined();
	expect(await disk.room()).toBe(false);
});

test("a shortage that came and went before anybody asked is told", async () => {
	const { disk, seen, look } = watched(100);
	await look();
	seen.mib = 2_000;
	await look();
	expect(await disk.room()).toBe(true);
});

test("each shortage is one of its own", async () => {
	const { said, seen, look } = watched(100);
	for (const mib of [1_000, 200, 1_000]) {
		await look();
		seen.mib = mib;
	}
	await look();
	expect(seen.held).toBe(2);
	expect(said.map((text) => text.split(" ").slice(4, 7).join(" "))).toEqual([
		"has only 100",
		"has room again:",
		"has only 200",
		"has room again:",
	]);
});

test("who waits for room is let go when all is stopped", async () => {
	const { disk, look, end } = watched(100);
	await look();
	const waiting = disk.room();
	end();
	expect(await waiting).toBe(true);
});

test("a stream is saved when there is room for it, which is said", async () => {
	const { disk, said, seen, look, end } = watched(255);
	await look();
	end();
	const before = said.length;
	let saved = false;
	const saving = disk.roomToSave().then(() => {
		saved = true;
	});
	await sleep(30);
	expect(saved).toBe(false);
	expect(said.slice(before)).toEqual([
		"The disk of /data has only 255 MiB free, and the stream is saved there when it is stopped: free 256 MiB and it is stopped then; Ctrl-C again would lose what is in the stream",
	]);
	seen.mib = 256;
	await saving;
});

test("a disk that cannot be asked is asked again", async () => {
	const { disk, said, seen, look } = watched(1_000);
	seen.broken = true;
	await look();
	expect(said[0]).toBe("The disk of /data cannot be watched: Error: EIO");
	seen.broken = false;
	seen.mib = 10;
	await look();
	await look();
	expect(disk.shortage()).toContain("only 10 MiB");
});

test("a stack is not started on a disk that is nearly full", async () => {
	await expect(requireRoom("/data", async () => 1023.5 * MIB)).rejects.toThrow(
		"The disk of /data has 1023 MiB free, and a stack needs 1024 MiB: free some (npm run clean removes old runs), or set TIDEMARK_STATE to a directory on another disk",
	);
	await expect(requireRoom("/data", async () => 1024 * MIB)).resolves.toBeUndefined();
});

test("what is free is asked of the directory's own disk", async () => {
	await expect(requireRoom(tempDir())).resolves.toBeUndefined();
	await expect(requireRoom("/proc")).rejects.toThrow("The disk of /proc has 0 MiB free");
});
