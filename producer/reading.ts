import type { Trade } from "../contracts.ts";
import type { Backlog } from "./backlog.ts";
import type { Feed, Outgoing } from "./feed.ts";
import { sizeOf } from "./flight.ts";

const LARGEST_RECORD = 1024 * 1024;

export interface Reading {
	readonly signal: AbortSignal;
	/** So many records came. */
	readonly onRead: (count: number) => void;
	/** This one is larger than what Kinesis takes, and left out. */
	readonly onTooLarge: (record: Outgoing, bytes: number) => void;
}

/** Reads a feed into the backlog until it ends or is stopped, no faster than the backlog is emptied. */
export async function readInto(backlog: Backlog, feed: Feed, { signal, onRead, onTooLarge }: Reading): Promise<void> {
	const fits = (record: Outgoing): boolean => {
		const bytes = sizeOf(record);
		if (bytes > LARGEST_RECORD) onTooLarge(record, bytes);
		return bytes <= LARGEST_RECORD;
	};
	const batches = feed.batches(signal)[Symbol.asyncIterator]();
	try {
		while (!signal.aborted) {
			const next = await unlessAborted(batches.next(), signal);
			if (next === undefined || next.done) break;
			onRead(next.value.length);
			await backlog.push(next.value.filter(fits));
		}
	} finally {
		backlog.end();
		batches.return?.().catch(() => {});
	}
}

/** Trades of one's own as a feed: each is sent as it arrives. */
export function feedOf(trades: AsyncIterable<Trade>): Feed {
	async function* batches(): AsyncGenerator<Outgoing[]> {
		for await (const trade of trades) {
			yield [{ key: trade.symbol, time: Date.parse(trade.event_time), data: Buffer.from(JSON.stringify(trade)) }];
		}
	}
	return { name: "trades", total: undefined, live: true, batches };
}

/**
 * What the promise gives, or undefined once the signal is aborted: a feed that waits for its next trade must not keep a
 * stopped publisher waiting. Listens only as long as it waits: a race against one promise for months would pile up.
 */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const abort = (): void => resolve(undefined);
		signal.addEventListener("abort", abort, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
	});
}
