import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readLines } from "./lines.ts";

/** Something with a time, as text without line feeds, so that it can wait in a file. */
export interface Timed {
	readonly time: number;
	readonly text: string;
}

export interface SortLimits {
	/** Characters kept in memory before a sorted run goes to a temporary file; default 96 Mi. */
	readonly runSize?: number;
	/** Runs merged at once; default 64. */
	readonly fanIn?: number;
	/** Where temporary files go; default: the system's folder for them. */
	readonly folder?: string;
}

const BATCH = 512;

/**
 * Everything in `source` by time; what has the same time stays in its order. Sorts in memory what fits there; else it
 * writes sorted runs to temporary files and merges them, so that memory does not grow with the input. The files are gone
 * when it ends, whether it was read to its end, failed or was left early.
 */
export async function* sortByTime(
	source: AsyncIterable<readonly Timed[]>,
	limits: SortLimits = {},
): AsyncGenerator<readonly Timed[]> {
	const { runSize = 96 * 1024 * 1024, fanIn = 64, folder = tmpdir() } = limits;
	let dir: string | undefined;
	let [runs, files, chunk, size]: [string[], number, Timed[], number] = [[], 0, [], 0];
	const write = async (batches: AsyncIterable<readonly Timed[]> | Iterable<readonly Timed[]>): Promise<string> => {
		dir ??= await mkdtemp(join(folder, "tidemark-sort-"));
		const file = join(dir, `${files++}.run`);
		await writeRun(file, batches);
		return file;
	};
	try {
		for await (const batch of source) {
			for (const item of batch) {
				chunk.push(item);
				size += item.text.length;
			}
			if (size < runSize) continue;
			runs.push(await write(inBatches(sorted(chunk))));
			[chunk, size] = [[], 0];
		}
		// Neighbours are merged first: the order of the runs is the order of the source, which settles ties.
		while (runs.length > fanIn) {
			const next: string[] = [];
			for (let at = 0; at < runs.length; at += fanIn) {
				const group = runs.slice(at, at + fanIn);
				next.push(await write(merge(group.map(readRun))));
				for (const file of group) await rm(file);
			}
			runs = next;
		}
		const rest = inBatches(sorted(chunk));
		if (runs.length === 0) yield* rest;
		else yield* merge([...runs.map(readRun), toAsync(rest)]);
	} finally {
		if (dir) await rm(dir, { recursive: true, force: true });
	}
}

function sorted(items: Timed[]): Timed[] {
	return items.sort((a, b) => a.time - b.time);
}

function* inBatches(items: readonly Timed[]): Generator<readonly Timed[]> {
	for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}

async function* toAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
	yield* items;
}

async function writeRun(file: string, batches: AsyncIterable<readonly Timed[]> | Iterable<readonly Timed[]>) {
	await pipeline(async function* () {
		for await (const batch of batches) yield batch.map(({ time, text }) => `${time} ${text}\n`).join("");
	}, createWriteStream(file));
}

async function* readRun(file: string): AsyncGenerator<Timed[]> {
	for await (const lines of readLines(file)) {
		yield lines.map(({ bytes }) => {
			const line = bytes.toString("utf8");
			const space = line.indexOf(" ");
			return { time: Number(line.slice(0, space)), text: line.slice(space + 1) };
		});
	}
}

interface Head {
	readonly run: number;
	readonly rest: AsyncIterator<readonly Timed[]>;
	batch: readonly Timed[];
	at: number;
}

/** Merges sorted runs; of equal times the earlier run's come first. */
async function* merge(runs: readonly AsyncGenerator<readonly Timed[]>[]): AsyncGenerator<readonly Timed[]> {
	const heap: Head[] = [];
	const time = (head: Head): number => (head.batch[head.at] as Timed).time;
	const before = (a: Head, b: Head): boolean => time(a) < time(b) || (time(a) === time(b) && a.run < b.run);
	const swap = (a: number, b: number): void => {
		[heap[a], heap[b]] = [heap[b] as Head, heap[a] as Head];
	};
	const sink = (from: number): void => {
		for (let at = from; ; ) {
			let least = at;
			for (const child of [2 * at + 1, 2 * at + 2]) {
				if (child < heap.length && before(heap[child] as Head, heap[least] as Head)) least = child;
			}
			if (least === at) return;
			swap(at, least);
			at = least;
		}
	};
	const refill = async (head: Head): Promise<boolean> => {
		do {
			const { value, done } = await head.rest.next();
			if (done) return false;
			head.batch = value;
			head.at = 0;
		} while (head.batch.length === 0);
		return true;
	};
	try {
		for (const [run, rest] of runs.entries()) {
			const head: Head = { run, rest, batch: [], at: 0 };
			if (await refill(head)) heap.push(head);
		}
		for (let at = heap.length >> 1; at >= 0; at--) sink(at);
		let out: Timed[] = [];
		for (let head = heap[0]; head !== undefined; head = heap[0]) {
			out.push(head.batch[head.at++] as Timed);
			if (head.at === head.batch.length && !(await refill(head))) {
				const last = heap.pop() as Head;
				if (heap.length > 0) heap[0] = last;
			}
			sink(0);
			if (out.length === BATCH) {
				yield out;
				out = [];
			}
		}
		if (out.length > 0) yield out;
	} finally {
		for (const { rest } of heap) await rest.return?.();
	}
}
