import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import type { Feed, Outgoing, ReplaySpec } from "../feed.ts";
import { readInstant } from "../instant.ts";
import { AHEAD_MS } from "../outgoing.ts";
import { paced } from "../pace.ts";
import { type Line, readLines } from "./lines.ts";
import { sortByTime, type Timed } from "./sort.ts";
import { namesOf } from "./source.ts";

/**
 * Opens files whose lines are sent byte for byte, broken ones too, one file after the other: nothing is checked and
 * nothing stops it. A line's partition key is its symbol, else a hash of the line; its event time, where it has one to
 * believe, counts for the order.
 */
export async function openRaw(files: readonly string[], { order, speed }: ReplaySpec): Promise<Feed> {
	let [lines, first]: [number, number | undefined] = [0, undefined];
	for await (const batch of rawLines(files)) {
		lines += batch.length;
		for (const { time } of batch) if (time !== undefined && (first === undefined || time < first)) first = time;
	}
	const names = namesOf(files);
	if (lines === 0) throw new UserError(`There is no line to send in ${names}.`);
	const records = (): AsyncGenerator<readonly Outgoing[]> =>
		order === "event-time" ? sortedLines(rawLines(files)) : rawLines(files);
	return paced({ name: `raw replay of ${names}`, total: lines, firstAt: () => first, records }, speed);
}

async function* rawLines(files: readonly string[]): AsyncGenerator<readonly Outgoing[]> {
	for (const file of files) for await (const batch of readLines(file)) yield batch.map(toOutgoing);
}

function toOutgoing({ bytes }: Line): Outgoing {
	const { symbol, event_time } = fieldsOf(bytes);
	const readable = typeof event_time === "string" ? readInstant(event_time) : undefined;
	// A date from the far future moves no watermark downstream, so it has no say in the order either.
	const time = readable !== undefined && readable <= Date.now() + AHEAD_MS ? readable : undefined;
	const named = typeof symbol === "string" && symbol.trim() !== "" && Buffer.byteLength(symbol) <= 256;
	return { key: named ? symbol : createHash("md5").update(bytes).digest("hex"), time, data: bytes };
}

function fieldsOf(bytes: Buffer): { symbol?: unknown; event_time?: unknown } {
	try {
		return Object(JSON.parse(bytes.toString("utf8"))) as { symbol?: unknown; event_time?: unknown };
	} catch {
		return {};
	}
}

/** Lines without a time stay behind the line that they follow. */
async function* sortedLines(source: AsyncIterable<readonly Outgoing[]>): AsyncGenerator<readonly Outgoing[]> {
	async function* timed(): AsyncGenerator<readonly Timed[]> {
		let newest = Number.MIN_SAFE_INTEGER;
		for await (const batch of source) {
			yield batch.map(({ key, time, data }) => {
				newest = time ?? newest;
				return { time: newest, text: JSON.stringify([key, time ?? null, data.toString("latin1")]) };
			});
		}
	}
	for await (const batch of sortByTime(timed())) {
		yield batch.map(({ text }) => {
			const [key, time, data] = JSON.parse(text) as [string, number | null, string];
			return { key, time: time ?? undefined, data: Buffer.from(data, "latin1") };
		});
	}
}
