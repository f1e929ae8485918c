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
	const bodies: Buffer[] = [];
	for (const { key, data } of records) {
		const index = keys.get(key) ?? keys.size;
		keys.set(key, index);
		const head = Buffer.concat([varintField(1, index), varintField(2, 0), bytesHead(3, data.length)]);
		bodies.push(bytesHead(3, head.length + data.length), head, data);
	}
	const tables = [...keys.keys()].map((key) => bytesField(1, Buffer.from(key)));
	const message = Buffer.concat([...tables, bytesField(2, Buffer.from(hashKey)), ...bodies]);
	return Buffer.concat([MAGIC, message, digest(message)]);
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

function varint(value: number): Buffer {
	const bytes: number[] = [];
	let rest = value;
	for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
	bytes.push(rest);
	return Buffer.from(bytes);
}

// The wire types: 0 is a varint, 2 is bytes with their length before them.
function varintField(field: number, value: number): Buffer {
	return Buffer.concat([varint(field * 8), varint(value)]);
}

function bytesHead(field: number, length: number): Buffer {
	return Buffer.concat([varint(field * 8 + 2), varint(length)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
	return Buffer.concat([bytesHead(field, bytes.length), bytes]);
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
