import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { UserError } from "../errors.ts";

/** One line of a file: its number, from 1, and its bytes without the line feed. */
export interface Line {
	readonly line: number;
	readonly bytes: Buffer;
}

/** @throws if there is no such file, it is none, or it may not be read */
export async function checkFile(file: string): Promise<void> {
	const found = await stat(file).catch((cause) => {
		throw unreadable(file, cause);
	});
	if (!found.isFile()) throw new UserError(`Cannot read ${file}: it is not a file, but is read twice.`);
	const opened = await open(file).catch((cause) => {
		throw unreadable(file, cause);
	});
	await opened.close();
}

function unreadable(file: string, cause: NodeJS.ErrnoException): UserError {
	const paths = "Check the path; it is taken from the current folder.";
	const why =
		cause.code === "ENOENT"
			? `there is no ${/[*?]/.test(file) ? "file of this pattern" : "such file"}. ${paths}`
			: cause.code === "EACCES"
				? `this user may not read it. Change its permissions, such as with chmod +r ${file}`
				: `${cause.message}. ${paths}`;
	return new UserError(`Cannot read ${file}: ${why}`, { cause });
}

/**
 * The bytes of a file as a stream, unpacked if its name ends in `.gz`.
 * @throws if there is no such file, it is none, or it may not be read
 */
export async function openBytes(file: string): Promise<Readable> {
	await checkFile(file);
	const bytes = createReadStream(file, { highWaterMark: 1 << 16 });
	if (!file.endsWith(".gz")) return bytes;
	const unpacked = createGunzip({ chunkSize: 1 << 16 });
	bytes.once("error", (error) => unpacked.destroy(error));
	unpacked.once("close", () => bytes.destroy());
	return bytes.pipe(unpacked);
}

/** The lines of a file in batches, in memory no more than a batch at once; empty lines are skipped, but numbered. */
export async function* readLines(file: string): AsyncGenerator<Line[]> {
	let rest: Buffer[] = [];
	let line = 0;
	const take = (bytes: Buffer): Line | undefined => {
		const whole = rest.length === 0 ? bytes : Buffer.concat([...rest, bytes]);
		rest = [];
		line++;
		return whole.length === 0 ? undefined : { line, bytes: whole };
	};
	for await (const chunk of naming<Buffer>(file, await openBytes(file))) {
		const batch: Line[] = [];
		let start = 0;
		for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
			const one = take(chunk.subarray(start, end));
			if (one) batch.push(one);
			start = end + 1;
		}
		if (start < chunk.length) rest.push(chunk.subarray(start));
		if (batch.length > 0) yield batch;
	}
	const last = rest.length > 0 ? take(Buffer.alloc(0)) : undefined;
	if (last) yield [last];
}

/** The same chunks; an error on the way, such as a torn gzip file, says which file it was. */
export async function* naming<T>(file: string, bytes: AsyncIterable<T>): AsyncGenerator<T> {
	try {
		yield* bytes;
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new UserError(`Reading ${file} broke off: ${why}. Is the file whole?`, { cause });
	}
}
