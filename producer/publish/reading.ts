import type { Trade } from "../../contracts.ts";
import { type Feed, type Item, isRejected, type Outgoing, type Rejected } from "../feed.ts";
import { outgoingOf } from "../outgoing.ts";
import { unlessAborted } from "../wait.ts";
import type { Backlog } from "./backlog.ts";
import { sizeOf } from "./flight.ts";

const LARGEST_RECORD = 1024 * 1024;

export interface Reading {
	readonly signal: AbortSignal;
	/** So many records came. */
	readonly onRead: (count: number) => void;
	/** This one cannot be sent, and is left out. */
	readonly onRejected: (rejected: Rejected) => void;
	readonly tell?: (line: string) => void;
}

/** Reads a feed into the backlog until it ends or is stopped, no faster than the backlog is emptied. */
export async function readInto(backlog: Backlog, feed: Feed, reading: Reading): Promise<void> {
	const { signal, onRead, onRejected, tell } = reading;
	const sendable = (item: Item): item is Outgoing => {
		const rejected = isRejected(item) ? item : tooLarge(item);
		if (rejected) onRejected(rejected);
		return rejected === undefined;
	};
	const batches = feed.batches(signal, tell)[Symbol.asyncIterator]();
	try {
		while (!signal.aborted) {
			const next = await unlessAborted(batches.next(), signal);
			if (next === undefined || next.done) break;
			onRead(next.value.length);
			await backlog.push(next.value.filter(sendable));
		}
	} finally {
		backlog.end();
		batches.return?.().catch(() => {});
	}
}

function tooLarge(record: Outgoing): Rejected | undefined {
	const bytes = sizeOf(record);
	if (bytes <= LARGEST_RECORD) return undefined;
	return {
		rejected: `a record of ${record.key} has ${bytes} bytes; Kinesis takes 1 MiB at most`,
		payload: record.data.toString("utf8"),
	};
}

/**
 * Trades of one's own as a feed: each is checked against the Trade contract, and sent as it arrives. What could not be
 * read as one may come as rejected.
 */
export function feedOf(trades: AsyncIterable<Trade | Rejected>): Feed {
	async function* batches(): AsyncGenerator<Item[]> {
		for await (const trade of trades) yield [isTrade(trade) ? outgoingOf(trade) : trade];
	}
	return { name: "trades", total: undefined, live: true, batches };
}

/** Trades carry whatever fields they like: what has an id is one, and wrong things are told by the contract. */
function isTrade(item: Trade | Rejected): item is Trade {
	return "trade_id" in item || !isRejected(item as Rejected);
}
