import { createHash } from "node:crypto";

/**
 * Several records in one, in the format of the Kinesis Producer Library, which Flink's Kinesis consumer (and every other
 * one built on the KCL) takes apart again. https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md:
 * four magic bytes, a protobuf message (1: partition keys, 2: explicit hash keys, 3: records, each of them 1: index of its
 * partition key, 2: index of its explicit hash key, 3: data), then the message's MD5.
 */
const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;

export interface UserRecord {
	readonly key: string;
	readonly data: Buffer;
}

/**
 * Records that belong to one shard as the data of a single one, to be sent with the same explicit hash key: each record
 * inside carries it too, because consumers throw away what does not hash to the shard in which they found it, as it would
 * be after a split.
 */
export function aggregate(records: readonly UserRecord[], hashKey: string): Buffer {
	const keys = new Map<string, number>();
	let size = AGGREGATE_OVERHEAD + hashKey.length;
	for (const record of records) {
		if (!keys.has(record.key)) keys.set(record.key, keys.size);
		size += aggregatedSize(record);
	}
	// One buffer for all: a buffer for each field is what most of the time would go into.
	const into = new Writer(Buffer.allocUnsafe(size));
	into.bytes(MAGIC);
	for (const key of keys.keys()) into.field(1, Buffer.from(key));
	into.field(2, Buffer.from(hashKey));
	for (const { key, data } of records) {
		const index = keys.get(key) as number;
		into.tag(3, BYTES);
		into.varint(1 + varintLength(index) + 2 + 1 + varintLength(data.length) + data.length);
		into.tag(1, VARINT);
		into.varint(index);
		into.tag(2, VARINT);
		into.varint(0);
		into.field(3, data);
	}
	into.bytes(digest(into.written.subarray(MAGIC.length)));
	return into.written;
}

/** The records inside an aggregated one, in their order; of any other record itself, under its own key. */
export function deaggregate(record: UserRecord): UserRecord[] {
	const { data } = record;
	const message = data.subarray(MAGIC.length, -DIGEST_BYTES);
	if (data.length < MAGIC.length + DIGEST_BYTES || !data.subarray(0, MAGIC.length).equals(MAGIC)) return [record];
	if (!digest(message).equals(data.subarray(-DIGEST_BYTES))) return [record];
	const keys: string[] = [];
	const inside: { key: number; data: Buffer }[] = [];
	for (const { field, bytes } of fieldsOf(message)) {
		if (field === 1) keys.push(bytes.toString("utf8"));
		if (field !== 3) continue;
		const parts = [...fieldsOf(bytes)];
		const key = parts.find((part) => part.field === 1)?.value ?? 0;
		inside.push({ key, data: parts.find((part) => part.field === 3)?.bytes ?? Buffer.alloc(0) });
	}
	return inside.map(({ key, data }) => ({ key: keys[key] ?? record.key, data }));
}

/** Bytes that a record adds to an aggregated one at most, its key counted as if it were new. */
export function aggregatedSize({ key, data }: UserRecord): number {
	return data.length + Buffer.byteLength(key) + 24;
}

/** Bytes of an aggregated record without what is in it. */
export const AGGREGATE_OVERHEAD = MAGIC.length + DIGEST_BYTES + 48;

function digest(message: Buffer): Buffer {
	return createHash("md5").update(message).digest();
}

// Wire types: a varint, and bytes with their length before them.
const [VARINT, BYTES] = [0, 2];

/** Writes protobuf into a buffer that is large enough. */
class Writer {
	readonly #buffer: Buffer;
	#at = 0;

	constructor(buffer: Buffer) {
		this.#buffer = buffer;
	}

	get written(): Buffer {
		return this.#buffer.subarray(0, this.#at);
	}

	tag(field: number, type: number): void {
		this.#buffer[this.#at++] = field * 8 + type;
	}

	varint(value: number): void {
		let rest = value;
		for (; rest > 127; rest = Math.floor(rest / 128)) this.#buffer[this.#at++] = (rest % 128) | 128;
		this.#buffer[this.#at++] = rest;
	}

	field(field: number, bytes: Buffer): void {
		this.tag(field, BYTES);
		this.varint(bytes.length);
		this.bytes(bytes);
	}

	bytes(bytes: Buffer): void {
		this.#at += bytes.copy(this.#buffer, this.#at);
	}
}

function varintLength(value: number): number {
	let length = 1;
	for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
	return length;
}

function* fieldsOf(message: Buffer): Generator<{ field: number; value: number; bytes: Buffer }> {
	let at = 0;
	const read = (): number => {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			const byte = message[at++] ?? 0;
			value += (byte & 127) * factor;
			if (byte < 128) return value;
		}
	};
	while (at < message.length) {
		const tag = read();
		const value = read();
		const length = tag % 8 === 2 ? value : 0;
		yield { field: Math.floor(tag / 8), value, bytes: message.subarray(at, at + length) };
		at += length;
	}
}
