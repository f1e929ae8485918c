import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readLines } from "./lines.ts";
import { BATCH, merge } from "./merge.ts";

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
