import { mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { reasonOf, UserError } from "../errors.ts";
import type { Outgoing } from "../feed.ts";

export interface SpoolPlace {
	/** The folder; it is made if it is not there. One for each stream: what is in it goes to that stream. */
	readonly dir: string;
	/** Bytes of records that it holds at most; default 1 GiB. */
	readonly maxBytes?: number | undefined;
}

export const DEFAULT_SPOOL_BYTES = 1024 ** 3;
/** What a record takes beside its data: row, index and page overhead, roughly. */
const ROW_BYTES = 48;

/** A record with its place among all that go through the spool, or past it. */
export interface Numbered extends Outgoing {
	readonly seq: number;
	/** Whether it is on disk. */
	readonly stored: boolean;
}

/**
 * Records on disk in the order in which they are to be sent: a SQLite file, so that a process that is killed loses none
 * that were appended. Each stays until it is removed, which is when it was acknowledged. One process at a time.
 */
export class Spool {
	readonly dir: string;
	readonly maxBytes: number;
	readonly #db: DatabaseSync;
	readonly #file: string;
	readonly #insert: StatementSync;
	readonly #select: StatementSync;
	readonly #delete: StatementSync;
	#length: number;
	#bytes: number;
	#next: number;
	/** The first that was not read yet. */
	#cursor = 0;

	/** @throws if the folder cannot be written, if another process has it, or if something else than a spool is there */
	constructor({ dir, maxBytes = DEFAULT_SPOOL_BYTES }: SpoolPlace) {
		this.dir = dir;
		this.maxBytes = maxBytes;
		this.#file = join(dir, "spool.db");
		this.#db = open(dir, this.#file);
		const { count, bytes, last } = this.#db
			.prepare(
				`SELECT count(*) AS count, coalesce(sum(length(data) + length(key) + ${ROW_BYTES}), 0) AS bytes, max(seq) AS last FROM records`,
			)
			.get() as { count: number; bytes: number; last: number | null };
		[this.#length, this.#bytes] = [count, bytes];
		this.#next = last === null ? 0 : last + 1;
		this.#insert = this.#db.prepare("INSERT INTO records (seq, key, time, data) VALUES (?, ?, ?, ?)");
		this.#select = this.#db.prepare("SELECT seq, key, time, data FROM records WHERE seq >= ? ORDER BY seq LIMIT ?");
		this.#delete = this.#db.prepare("DELETE FROM records WHERE seq = ?");
	}

	/** Records in it, those that were read but not removed among them. */
	get length(): number {
		return this.#length;
	}

	/** Whether there is one that was not read since the spool was opened. */
	get unread(): boolean {
		return this.#cursor < this.#next;
	}

	/** Whether these can be appended without going over the bound. */
	hasRoomFor(records: readonly Outgoing[]): boolean {
		return this.#bytes + sizeOf(records) <= this.maxBytes;
	}

	/** Adds records behind all others. @throws if the disk is full */
	append(records: readonly Outgoing[]): void {
		const next = this.#next;
		this.store(records.map((record, at) => ({ ...record, seq: next + at, stored: false })));
		this.#next = next + records.length;
	}

	/** Gives records that stay in memory their place behind all others; nothing on disk may be unread then. */
	number(records: readonly Outgoing[]): Numbered[] {
		const next = this.#next;
		this.#next += records.length;
		this.#cursor = this.#next;
		return records.map(({ key, time, data }, at) => ({ key, time, data, seq: next + at, stored: false }));
	}

	/** Puts numbered records into their places on disk, whether the bound allows it or not. @throws if the disk is full */
	store(records: readonly Numbered[]): void {
		this.#transaction(() => {
			for (const { seq, key, time, data } of records) this.#insert.run(seq, key, time ?? null, data);
		});
		this.#length += records.length;
		this.#bytes += sizeOf(records);
	}

	/** The next ones that were not read yet, so many at most. */
	read(limit: number): Numbered[] {
		const rows = this.#select.all(this.#cursor, limit) as unknown as Row[];
		const last = rows.at(-1);
		this.#cursor = last === undefined ? this.#next : last.seq + 1;
		return rows.map(({ seq, key, time, data }) => ({
			seq,
			stored: true,
			key,
			time: time ?? undefined,
			data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
		}));
	}

	/** Removes these, which are acknowledged. */
	remove(records: readonly Numbered[]): void {
		if (records.length === 0) return;
		this.#transaction(() => {
			for (const { seq } of records) this.#delete.run(seq);
		});
		this.#length -= records.length;
		this.#bytes -= sizeOf(records);
		// The file shrinks only where nothing is left in it: that costs nothing then.
		if (this.#length === 0) this.#db.exec("VACUUM");
	}

	/** The oldest event time in it, epoch milliseconds; undefined if there is none. */
	oldest(): number | undefined {
		if (this.#length === 0) return undefined;
		const { oldest } = this.#db.prepare("SELECT min(time) AS oldest FROM records").get() as { oldest: number | null };
		return oldest ?? undefined;
	}

	/** Lets go of the file; an empty one is gone, and its folder too if nothing else is in it. */
	close(): void {
		const empty = this.#length === 0;
		this.#db.close();
		if (!empty) return;
		for (const end of ["", "-wal", "-shm"]) rmSync(this.#file + end, { force: true });
		try {
			rmdirSync(this.dir);
		} catch {
			// Something else is in it.
		}
	}

	#transaction(work: () => void): void {
		this.#db.exec("BEGIN");
		try {
			work();
			this.#db.exec("COMMIT");
		} catch (error) {
			this.#db.exec("ROLLBACK");
			throw error;
		}
	}
}

interface Row {
	readonly seq: number;
	readonly key: string;
	readonly time: number | null;
	readonly data: Uint8Array;
}

function sizeOf(records: readonly Outgoing[]): number {
	return records.reduce((sum, { key, data }) => sum + data.length + key.length + ROW_BYTES, 0);
}

function open(dir: string, file: string): DatabaseSync {
	let db: DatabaseSync | undefined;
	try {
		mkdirSync(dir, { recursive: true });
		db = new DatabaseSync(file);
		// Exclusive from the first write on, until it is closed. A crash of this process loses nothing that was committed.
		db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
		db.exec(
			"CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, time INTEGER, data BLOB NOT NULL)",
		);
		db.exec("CREATE INDEX IF NOT EXISTS records_by_time ON records (time) WHERE time IS NOT NULL");
		return db;
	} catch (cause) {
		db?.close();
		throw new UserError(whyNot(dir, file, cause), { cause });
	}
}

const [BUSY, NOT_A_DATABASE] = [5, 26];

function whyNot(dir: string, file: string, cause: unknown): string {
	const { errcode } = Object(cause) as { errcode?: number };
	if (errcode === BUSY) {
		return `Another producer has the spool ${dir}, and sends to the same stream. Stop it, or give this one its own: --spool DIR, or --spool off.`;
	}
	if (errcode === NOT_A_DATABASE && statSync(file).size > 0) {
		return `${file} is no spool. Move it away, or name another folder: --spool DIR.`;
	}
	return `Cannot keep a spool in ${dir}: ${reasonOf(cause)}. Name a folder that can be written: --spool DIR, or --spool off.`;
}
