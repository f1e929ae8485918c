import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { type Feed, isRejected } from "../../producer/index.ts";

type Row = Record<string, unknown>;

/** A quiet second means that what was there before has been read. */
const QUIET_MS = 1_000;

/** See {@link Following}; times in epoch ms. */
export interface FollowingOptions {
	last: number;
	since: number;
	timeOf: (row: Row) => number;
	out: (row: Row, change: 1 | -1) => void;
}

/**
 * Passes on the newest `last` rows of those that are there already, and then each as it comes, as `tail -f` does. They are
 * there already while a row's time, as `timeOf` reads it, is before `since`, until a second without a row.
 */
export class Following {
	readonly #kept: [Row, 1 | -1][] = [];
	readonly #options: FollowingOptions;
	#live = false;
	#quiet: NodeJS.Timeout | undefined;

	constructor(options: FollowingOptions) {
		this.#options = options;
	}

	take(row: Row, change: 1 | -1): void {
		const { last, since, timeOf, out } = this.#options;
		if (!this.#live && timeOf(row) >= since) this.flush();
		if (this.#live) {
			out(row, change);
			return;
		}
		this.#kept.push([row, change]);
		if (this.#kept.length > last) this.#kept.shift();
		clearTimeout(this.#quiet);
		this.#quiet = setTimeout(() => this.flush(), QUIET_MS);
	}

	/** What was kept goes out, and everything after it at once. */
	flush(): void {
		clearTimeout(this.#quiet);
		this.#live = true;
		for (const [row, change] of this.#kept.splice(0)) this.#options.out(row, change);
	}
}

/** The latest time in any column of a row but `emitted_at`, which is now; epoch ms, -Infinity where it has none. */
export function latestTime(row: Row): number {
	const times = Object.entries(row).map(([name, value]) =>
		name !== "emitted_at" && typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(value)
			? Date.parse(value.endsWith("Z") ? value : `${value}Z`)
			: Number.NaN,
	);
	return Math.max(Number.NEGATIVE_INFINITY, ...times.filter((time) => !Number.isNaN(time)));
}

/**
 * Writes a feed as rows of the stream for the workbench, as if each record had arrived at its event time, and removes the
 * file after `work`.
 */
export async function withRecords<T>(feed: Feed, signal: AbortSignal, work: (file: string) => Promise<T>): Promise<T> {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-tail-"));
	const file = join(dir, "rows.jsonl");
	try {
		const out = createWriteStream(file);
		let count = 0;
		for await (const batch of feed.batches(signal)) {
			const lines = batch.flatMap((item) => {
				if (isRejected(item)) return [];
				const { time, data } = item;
				count += 1;
				const arrived_at = new Date(time ?? 0).toISOString();
				const values = { arrived_at, shard_id: "file", sequence_number: String(count), sub_sequence_number: 0 };
				return `${JSON.stringify({ values, record: data.toString() })}\n`;
			});
			if (!out.write(lines.join(""))) await new Promise<void>((resolve) => out.once("drain", () => resolve()));
		}
		out.end();
		await finished(out);
		return await work(file);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/** A row as aligned text: a column is as wide as the widest value so far; `null` is empty. */
export function rowPrinter(columns: readonly string[]): {
	head: () => string;
	line: (row: Row, change: 1 | -1) => string;
} {
	const widths = columns.map((name) => name.length);
	const cell = (value: unknown) =>
		value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
	const join_ = (cells: string[]) =>
		cells
			.map((text, i) => text.padEnd(widths[i] as number))
			.join("  ")
			.trimEnd();
	return {
		head: () => `  ${join_([...columns])}`,
		line(row, change) {
			const cells = columns.map((name) => cell(row[name]));
			for (const [i, text] of cells.entries()) widths[i] = Math.max(widths[i] as number, text.length);
			return `${change === 1 ? " " : "-"} ${join_(cells)}`;
		},
	};
}
