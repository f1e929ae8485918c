import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { UserError } from "../../local/errors.ts";
import type { Feed, Outgoing } from "../../producer/index.ts";

const BATCH = 1_000;

/**
 * The lines of a file, also `.gz`, as records of whatever source a SQL directory has: as they are, in their order, and
 * counted as arrived just now. Throws {@link UserError} if there is no such file.
 */
export function recordsOf(file: string): Feed {
	if (!existsSync(file)) throw new UserError(`There is no file ${file}`);
	return { name: file, total: undefined, live: false, batches: () => batches(file) };
}

async function* batches(file: string): AsyncIterable<Outgoing[]> {
	const bytes = createReadStream(file);
	const lines = createInterface({ input: file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes });
	const time = Date.now();
	let batch: Outgoing[] = [];
	for await (const line of lines) {
		if (line.trim() === "") continue;
		batch.push({ key: "", time, data: Buffer.from(line) });
		if (batch.length === BATCH) {
			yield batch;
			batch = [];
		}
	}
	if (batch.length > 0) yield batch;
}
