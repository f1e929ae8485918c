/**
 * The producer of a soak, as a user's own program would be: publishes an async iterable of trades until SIGTERM or the last
 * one, then prints what its feed gave and what became of it as one line of JSON.
 */
import type { Trade } from "../../contracts.ts";
import { type PublishOptions, publish } from "../../producer/index.ts";
import { progressLine } from "../../producer/progress.ts";

/** What is to be done, as the only argument, in JSON. */
export interface Feeding {
	readonly endpoint: string;
	readonly stream: string;
	readonly spool: string;
	/** The first trade id, and the one after the last. */
	readonly from: number;
	readonly until: number;
	/** When trade 0 happened, epoch milliseconds. */
	readonly start: number;
	/** Trades a second. */
	readonly rate: number;
	readonly aggregate: NonNullable<PublishOptions["aggregate"]>;
}

const { endpoint, stream, spool, from, until, start, rate, aggregate }: Feeding = JSON.parse(process.argv[2] ?? "");
const SYMBOLS = Array.from({ length: 20 }, (_, at) => `S${String(at).padStart(2, "0")}`);
const stop = new AbortController();
const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
process.once("SIGTERM", () => {
	say("SIGTERM");
	stop.abort();
});

let next = from;

/** Trade n happens n / rate seconds after the start; those that were held back come as soon as they are taken. */
async function* trades(): AsyncGenerator<Trade> {
	while (next < until) {
		const due = Math.min(until, Math.floor(((Date.now() - start) * rate) / 1000));
		while (next < due) {
			if (stop.signal.aborted) return;
			yield tradeOf(next++);
		}
		await new Promise((resolve) => setTimeout(resolve, 5));
		if (stop.signal.aborted) return;
	}
}

function tradeOf(id: number): Trade {
	return {
		trade_id: String(id),
		symbol: SYMBOLS[(id * 7) % SYMBOLS.length] as string,
		event_time: new Date(start + Math.floor((id * 1000) / rate)).toISOString(),
		price: 100 + (id % 100) / 100,
		size: 100,
		source: "soak",
	};
}

let said = 0;
const result = await publish(trades(), {
	stream,
	kinesis: { endpoint },
	spool: { dir: spool },
	aggregate,
	signal: stop.signal,
	onWarning: say,
	onProgress: (progress) => {
		if (progress.seconds - said < 5) return;
		said = progress.seconds;
		say(progressLine(progress));
	},
});
process.stdout.write(`${JSON.stringify({ from, next, result })}\n`);
