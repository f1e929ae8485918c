/** A live feed whose crossings are known: each symbol stands still, but for single trades two percent away. */
import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";

/** A trade two percent away from its symbol's price: a hit when it comes, cleared by the symbol's next trade. */
export interface Crossing {
	readonly symbol: string;
	/** ISO 8601 in UTC; with the symbol it names the alert that has to come. */
	readonly event_time: string;
	/** When its PutRecords was called and answered, epoch ms. */
	readonly put: number;
	readonly acked: number;
}

/** None has levels of its own in sql/1_sources/thresholds.sql. */
export const SYMBOLS = Array.from({ length: 20 }, (_, at) => `B${String(at).padStart(2, "0")}`);
/** No multiple of a divisor of their number, so that the crossings come round over all symbols. */
export const CROSSING_EVERY = 101;
const TICK_MS = 50;

/** Symbol and price of the feed's trade number `n`, from 0 on, and whether it crosses. */
export function tradeOf(n: number): { symbol: string; price: number; crosses: boolean } {
	const at = n % SYMBOLS.length;
	const base = 100 + at;
	const crosses = n > 0 && n % CROSSING_EVERY === 0;
	const away = (n / CROSSING_EVERY) % 2 === 1 ? 1.02 : 0.98;
	return { symbol: SYMBOLS[at] as string, price: crosses ? Math.round(base * away * 100) / 100 : base, crosses };
}

/**
 * Sends `rate` trades a second until the signal, each with the time of its sending, whether or not the stream has answered
 * to those before. Gives back its crossings once all is answered.
 *
 * @throws where the stream did not take a trade
 */
export async function feed(
	kinesis: KinesisClient,
	{ stream, rate, signal }: { stream: string; rate: number; signal: AbortSignal },
): Promise<Crossing[]> {
	const crossings: Crossing[] = [];
	const under = new Set<Promise<void>>();
	const faults: unknown[] = [];
	const start = performance.now();
	let [sent, stamp] = [0, 0];

	async function send(from: number, to: number): Promise<void> {
		const put = Date.now();
		// No two trades of a symbol in the same millisecond: of those only the last would count.
		stamp = Math.max(put, stamp + 1);
		const event_time = new Date(stamp).toISOString();
		const trades = Array.from({ length: to - from }, (_, index) => ({ n: from + index, ...tradeOf(from + index) }));
		const Records = trades.map(({ n, symbol, price }) => ({
			PartitionKey: symbol,
			Data: Buffer.from(JSON.stringify({ trade_id: String(n), symbol, event_time, price, size: 100, source: "bench" })),
		}));
		const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
		if (FailedRecordCount) throw new Error(`The stream ${stream} did not take ${FailedRecordCount} trades.`);
		const acked = Date.now();
		for (const { symbol, crosses } of trades) if (crosses) crossings.push({ symbol, event_time, put, acked });
	}

	while (!signal.aborted && faults.length === 0) {
		const due = Math.floor(((performance.now() - start) * rate) / 1_000);
		while (sent < due) {
			const to = Math.min(due, sent + SYMBOLS.length);
			const sending: Promise<void> = send(sent, to)
				.catch((error) => void faults.push(error))
				.finally(() => under.delete(sending));
			under.add(sending);
			sent = to;
		}
		await new Promise((resolve) => setTimeout(resolve, TICK_MS));
	}
	await Promise.all(under);
	if (faults.length > 0) throw faults[0];
	return crossings;
}
