/** An invented exchange on this machine: it tells its trades to whoever connects. See README.md. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";

export interface Exchange extends AsyncDisposable {
	readonly url: string;
	/** How many listen. */
	readonly listeners: number;
	/** Waits until somebody listens. */
	listener(): Promise<void>;
	/** Tells a message to all who listen; it is on its way when this is done. */
	tell(message: string): Promise<void>;
	/** Ends all connections: in good order, or as when a cable is cut. */
	drop(how: "close" | "cut"): void;
}

/** Opens the exchange on a port; 0 is any that is free. */
export async function openExchange(port: number): Promise<Exchange> {
	const server = new WebSocketServer({ port, host: "localhost" });
	await once(server, "listening");
	return {
		url: `ws://localhost:${(server.address() as AddressInfo).port}`,
		get listeners() {
			return server.clients.size;
		},
		async listener() {
			if (server.clients.size === 0) await once(server, "connection");
		},
		async tell(message) {
			const told = [...server.clients].map((client) => new Promise((done) => client.send(message, done)));
			await Promise.all(told);
		},
		drop(how) {
			for (const client of server.clients) how === "close" ? client.close(1012) : client.terminate();
		},
		async [Symbol.asyncDispose]() {
			for (const client of server.clients) client.terminate();
			await new Promise((closed) => server.close(closed));
		},
	};
}

/** One trade of the exchange after the other, each a small step from the last of its pair. */
export function* inventedTrades(): Generator<string> {
	const prices = new Map([
		["ACME", 100],
		["GLOBEX", 250],
		["INITECH", 40],
	]);
	for (let id = 1; ; id++) {
		const [pair = "", before = 0] = [...prices][id % prices.size] ?? [];
		const price = before * (1 + (Math.random() - 0.5) / 500);
		prices.set(pair, price);
		const amount = Math.ceil(Math.random() * 10) * 10;
		yield JSON.stringify({ id: `${process.pid}-${id}`, pair, at: Date.now(), price: price.toFixed(2), amount });
	}
}

if (import.meta.main) {
	const exchange = await openExchange(Number(process.argv[2] ?? 8088));
	console.log(`Trades at ${exchange.url}, 20 a second`);
	for (const trade of inventedTrades()) {
		await exchange.tell(trade);
		await sleep(50);
	}
}
