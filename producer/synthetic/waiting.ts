/** A record with the moment at which it is sent. */
export interface Due {
	/** Epoch milliseconds. */
	readonly due: number;
}

/** Records that wait until they are due, first in first out among those due at the same moment: a binary heap. */
export class Waiting<T extends Due> {
	readonly #heap: { readonly due: number; readonly order: number; readonly record: T }[] = [];
	#added = 0;

	get size(): number {
		return this.#heap.length;
	}

	add(record: T): void {
		const heap = this.#heap;
		const added = { due: record.due, order: this.#added++, record };
		let at = heap.length;
		heap.push(added);
		while (at > 0) {
			const above = (at - 1) >> 1;
			const parent = heap[above] as typeof added;
			if (!isBefore(added, parent)) break;
			heap[at] = parent;
			at = above;
		}
		heap[at] = added;
	}

	/** Takes out the next one if it is due at this moment. */
	takeDue(time: number): T | undefined {
		const heap = this.#heap;
		const first = heap[0];
		if (first === undefined || first.due > time) return undefined;
		const moved = heap.pop() as typeof first;
		if (heap.length === 0) return first.record;
		let at = 0;
		for (;;) {
			let below = 2 * at + 1;
			if (below >= heap.length) break;
			const right = heap[below + 1];
			if (right && isBefore(right, heap[below] as typeof right)) below++;
			const child = heap[below] as typeof moved;
			if (!isBefore(child, moved)) break;
			heap[at] = child;
			at = below;
		}
		heap[at] = moved;
		return first.record;
	}
}

type Entry = { readonly due: number; readonly order: number };

function isBefore(one: Entry, other: Entry): boolean {
	return one.due < other.due || (one.due === other.due && one.order < other.order);
}
