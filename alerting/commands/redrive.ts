/** Brings what dead letters are about back into the streams. */
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import { messageOf } from "../../local/errors.ts";
import { LetterQueue } from "./letter-queue.ts";
import { type Letter, readLetter, type StreamRecord, type Stretch } from "./letters.ts";
import { type Put, putBack, readAgain } from "./stream-records.ts";

export interface RedriveOptions {
	queueUrl: string;
	/** Most letters to take. */
	max?: number | undefined;
	/** Only says what would be brought back. */
	dryRun?: boolean | undefined;
}

/** What became of a queue's letters. */
export interface Redriven {
	/** Letters whose records are all back, and that are no longer in the queue. */
	letters: number;
	/** Records that are back, by stream. */
	records: Map<string, number>;
	/** Notes that a group was complete, which are deleted: the schedule sends what still waits. */
	groupEnds: number;
	/** Letters that stay in the queue. */
	left: { about: string; why: string }[];
}

/** Letters that are brought back in the order of their records: what lay in a shard in one order comes back in it. */
const ROUND = 100;
const STAGED_BYTES = 4 * 2 ** 20;

/**
 * Puts the records of a queue's letters back into their streams, and deletes a letter when Kinesis has acknowledged all of
 * its records. Others may do the same at the same time. A letter that comes of a record that was put back here is left.
 */
export async function redrive(
	clients: { sqs: SQSClient; kinesis: KinesisClient },
	{ queueUrl, max = Number.POSITIVE_INFINITY, dryRun = false }: RedriveOptions,
): Promise<Redriven> {
	const queue = new LetterQueue(clients.sqs, queueUrl);
	const run = new Run(queue, clients.kinesis, dryRun);
	try {
		for (let taken = 0; taken < max; ) {
			const messages = await queue.take(Math.min(ROUND, max - taken));
			if (messages.length === 0) break;
			taken += messages.length;
			await run.bringBack(messages);
		}
	} finally {
		await queue.release(run.kept);
	}
	return run.done;
}

/** A letter with the records that it is about, as far as there are any. */
interface Found {
	message: Message;
	at: Stretch;
	records: StreamRecord[];
	lost: number;
}

class Run {
	readonly done: Redriven = { letters: 0, records: new Map(), groupEnds: 0, left: [] };
	/** The letters that stay. */
	readonly kept: Message[] = [];
	/** Sequence numbers of what was put back, by shard. */
	readonly #ours = new Map<string, bigint[]>();
	readonly #queue: LetterQueue;
	readonly #kinesis: KinesisClient;
	readonly #dryRun: boolean;

	constructor(queue: LetterQueue, kinesis: KinesisClient, dryRun: boolean) {
		this.#queue = queue;
		this.#kinesis = kinesis;
		this.#dryRun = dryRun;
	}

	async bringBack(messages: readonly Message[]): Promise<void> {
		const letters = messages.map((message) => ({ message, letter: readLetter(message.Body ?? "") }));
		const ends = letters.filter(({ letter }) => letter.kind === "group end").map(({ message }) => message);
		this.done.groupEnds += await this.#remove(ends, () => "the end of a group");
		let staged: Found[] = [];
		for (const { message, letter } of letters.toSorted((a, b) => inOrder(a.letter, b.letter))) {
			const found = await this.#find(message, letter);
			if (!found) continue;
			const [first] = staged;
			if (first && (first.at.stream !== found.at.stream || sizeOf(staged) + sizeOf([found]) > STAGED_BYTES)) {
				await this.#put(first.at.stream, staged);
				staged = [];
			}
			staged.push(found);
		}
		if (staged[0]) await this.#put(staged[0].at.stream, staged);
	}

	/** The records of a letter; undefined where there are none to be brought back, which is noted. */
	async #find(message: Message, letter: Letter): Promise<Found | undefined> {
		if (letter.kind === "group end") return undefined;
		if (letter.kind === "unreadable") {
			return this.#leave(message, `message ${message.MessageId}`, "is no dead letter that Tidemark or Lambda writes");
		}
		const { at, why } = letter;
		if (this.#isOurs(at)) return this.#leave(message, inWords(at), `was just brought back and is still broken: ${why}`);
		if (letter.kind === "record") return { message, at, records: [letter.record], lost: 0 };
		try {
			const records = await readAgain(this.#kinesis, at);
			if (records.length > 0) return { message, at, records, lost: Math.max(0, letter.count - records.length) };
			return this.#leave(message, inWords(at), "has to be read from the stream again, which no longer has it");
		} catch (error) {
			return this.#leave(message, inWords(at), `cannot be read from the stream again: ${messageOf(error)}`);
		}
	}

	/** Puts records of some letters into their stream, and deletes the letters. */
	async #put(stream: string, letters: readonly Found[]): Promise<void> {
		const all = letters.flatMap(({ records }) => records);
		const results = this.#dryRun ? [] : await putBack(this.#kinesis, stream, all);
		const back = new Map<Message, Stretch>();
		let start = 0;
		for (const { message, at, records, lost } of letters) {
			const own = results.slice(start, start + records.length);
			start += records.length;
			this.#count(stream, records.length, own);
			const failure = own.find((put) => put instanceof Error);
			if (failure) this.#leave(message, inWords(at), `was not taken by Kinesis: ${messageOf(failure)}`);
			else if (lost > 0)
				this.#leave(message, inWords(at), `has lost ${lost} of its records: the stream no longer has them`);
			else back.set(message, at);
		}
		this.done.letters += await this.#remove([...back.keys()], (message) => inWords(back.get(message) as Stretch));
	}

	#count(stream: string, count: number, results: readonly Put[]): void {
		const { records } = this.done;
		const failed = results.filter((put) => put instanceof Error).length;
		records.set(stream, (records.get(stream) ?? 0) + count - failed);
		for (const put of results) {
			if (put instanceof Error) continue;
			const place = shardOf(stream, put.shard);
			const known = this.#ours.get(place) ?? [];
			known.push(BigInt(put.sequence));
			this.#ours.set(place, known);
		}
	}

	#isOurs({ stream, shard, from, to }: Stretch): boolean {
		const [first, last] = [BigInt(from), BigInt(to)];
		return (this.#ours.get(shardOf(stream, shard)) ?? []).some((number) => number >= first && number <= last);
	}

	#leave(message: Message, about: string, why: string): undefined {
		this.kept.push(message);
		this.done.left.push({ about, why });
	}

	/** Deletes letters that are done; gives how many are. */
	async #remove(messages: readonly Message[], about: (message: Message) => string): Promise<number> {
		if (this.#dryRun) {
			this.kept.push(...messages);
			return messages.length;
		}
		const failed = await this.#queue.delete(messages);
		for (const [message, why] of failed)
			this.#leave(message, about(message), `was brought back and could not be deleted: ${why}. Once more does no harm`);
		return messages.length - failed.size;
	}
}

/** By stream, and as their records lay in it. */
function inOrder(a: Letter, b: Letter): number {
	if (!("at" in a) || !("at" in b)) return Number("at" in b) - Number("at" in a);
	if (a.at.stream !== b.at.stream) return a.at.stream < b.at.stream ? -1 : 1;
	return Number(BigInt(a.at.from) > BigInt(b.at.from)) - Number(BigInt(a.at.from) < BigInt(b.at.from));
}

function sizeOf(letters: readonly Found[]): number {
	return letters.flatMap(({ records }) => records).reduce((sum, { data }) => sum + data.length, 0);
}

function shardOf(stream: string, shard: string): string {
	return `${stream} ${shard}`;
}

function inWords({ stream, shard, from, to }: Stretch): string {
	return `${stream} ${shard} ${from}${from === to ? "" : ` to ${to}`}`;
}
