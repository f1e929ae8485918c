/**
 * Hands events to the browsers that are connected. Records (bars, ticks, hits, alerts) are numbered and kept for a while,
 * so that a browser that comes back with Last-Event-ID gets exactly what it missed. States (status, quotes) are not kept:
 * a browser gets them whole when it connects.
 */
import type { Events } from "./messages.ts";

export interface Message {
	name: keyof Events;
	data: string;
	id?: string;
}

/** One connected browser. `symbol` limits bars, ticks and hits; everything else goes to everybody. */
export interface Listener {
	symbol: string | null;
	deliver(message: Message): void;
}

interface Kept {
	number: number;
	symbol: string | null;
	message: Message;
}

/** The numbers start again with every server, so an id names the server too. */
export class Hub {
	readonly #epoch: string;
	readonly #keep: number;
	readonly #listeners = new Set<Listener>();
	#kept: Kept[] = [];
	#last = 0;

	/** @param keep how many records are kept for browsers that come back */
	constructor(epoch: string, keep = 20_000) {
		this.#epoch = epoch;
		this.#keep = keep;
	}

	/** Numbers a record, keeps it, and hands it to the browsers that look at `symbol` (all of them where it is null). */
	publish<Name extends keyof Events>(name: Name, symbol: string | null, data: Events[Name]): void {
		this.#last += 1;
		const message = { name, data: JSON.stringify(data), id: `${this.#epoch}-${this.#last}` };
		this.#kept.push({ number: this.#last, symbol, message });
		if (this.#kept.length > this.#keep * 1.25) this.#kept = this.#kept.slice(-this.#keep);
		for (const listener of this.#listeners) if (wants(listener, symbol)) listener.deliver(message);
	}

	/** Hands a state to every browser; it is neither numbered nor kept. */
	broadcast<Name extends keyof Events>(name: Name, data: Events[Name]): void {
		if (this.#listeners.size === 0) return;
		const message = { name, data: JSON.stringify(data) };
		for (const listener of this.#listeners) listener.deliver(message);
	}

	/**
	 * Connects a browser: `hello`, then what it missed since `lastEventId` if all of that is still kept, then live.
	 * Returns the function that disconnects it.
	 */
	connect(listener: Listener, lastEventId: string | undefined): () => void {
		const missed = this.#since(lastEventId);
		// `hello` carries the newest id, so that a browser whose symbol is silent does not fall out of what is kept.
		listener.deliver({
			name: "hello",
			data: JSON.stringify({ resumed: missed !== null }),
			id: missed?.[0] ? (lastEventId ?? "") : `${this.#epoch}-${this.#last}`,
		});
		for (const { symbol, message } of missed ?? []) if (wants(listener, symbol)) listener.deliver(message);
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	/** How many browsers are connected. */
	get size(): number {
		return this.#listeners.size;
	}

	#since(lastEventId: string | undefined): Kept[] | null {
		const [epoch, digits] = lastEventId?.split("-") ?? [];
		const number = Number(digits);
		if (epoch !== this.#epoch || !Number.isSafeInteger(number) || number > this.#last) return null;
		const oldest = this.#kept[0]?.number ?? this.#last + 1;
		if (number + 1 < oldest) return null;
		return this.#kept.slice(number + 1 - oldest);
	}
}

function wants(listener: Listener, symbol: string | null): boolean {
	return symbol === null || listener.symbol === symbol;
}
