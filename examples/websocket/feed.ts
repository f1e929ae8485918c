/** A feed of one's own: what an exchange tells over a WebSocket, into the stream of the local stack. See README.md. */
import { on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ExponentialBackoff } from "cockatiel";
import type { Trade } from "../../contracts.ts";
import { publish, type Rejected } from "../../producer/index.ts";
import { findTarget } from "../../producer/target.ts";

/** Trades as they come, over as many connections as it takes, until `signal` is aborted. */
export async function* trades(url: string, signal: AbortSignal): AsyncGenerator<Trade | Rejected> {
	const patience = new ExponentialBackoff({ maxDelay: 30_000 });
	for (let wait = patience.next(); ; wait = wait.next(undefined)) {
		const socket = new WebSocket(url);
		try {
			// What comes while a trade is on its way waits here: none is lost between two turns of the loop.
			for await (const [{ data }] of on(socket, "message", { close: ["close"], signal })) {
				wait = patience.next();
				yield tradeOf(data);
			}
		} finally {
			socket.close();
		}
		await sleep(wait.duration, undefined, { signal });
	}
}

/** `{"id":"7","pair":"ACME","at":1589463000123,"price":"101.5","amount":100}` as a trade. */
function tradeOf(message: string): Trade | Rejected {
	try {
		const { id, pair, at, price, amount } = JSON.parse(message);
		const event_time = new Date(at).toISOString();
		return { trade_id: id, symbol: pair, event_time, price: Number(price), size: amount, source: "example" };
	} catch (error) {
		return { rejected: `a message is no trade: ${error}`, payload: message };
	}
}

if (import.meta.main) {
	const [url = "ws://localhost:8088"] = process.argv.slice(2);
	const { stream, endpoint, region, spool } = findTarget({});
	const stop = new AbortController();
	process.once("SIGINT", () => stop.abort());
	const options = { stream, kinesis: { endpoint, region }, spool: { dir: spool }, signal: stop.signal };
	console.log(await publish(trades(url, stop.signal), { ...options, onWarning: console.error }));
}
