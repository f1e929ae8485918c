/** How many items go together. */
export const BATCH = 512;

interface InTime {
	readonly time: number;
	/** Settles equal times; default: the number of the run. */
	readonly rank?: number;
}

interface Head<T> {
	readonly run: number;
	readonly rest: AsyncIterator<readonly T[]>;
	batch: readonly T[];
	at: number;
}

/**
 * Merges runs by time; of equal times the lower rank comes first. Of runs that are not quite in order, what comes out
 * goes no further back than each run does by itself.
 */
export async function* merge<T extends InTime>(
	runs: readonly AsyncGenerator<readonly T[]>[],
): AsyncGenerator<readonly T[]> {
	const heap: Head<T>[] = [];
	const first = (head: Head<T>): T => head.batch[head.at] as T;
	const before = (a: Head<T>, b: Head<T>): boolean => {
		const [one, other] = [first(a), first(b)];
		return one.time < other.time || (one.time === other.time && (one.rank ?? a.run) < (other.rank ?? b.run));
	};
	const swap = (a: number, b: number): void => {
		[heap[a], heap[b]] = [heap[b] as Head<T>, heap[a] as Head<T>];
	};
	const sink = (from: number): void => {
		for (let at = from; ; ) {
			let least = at;
			for (const child of [2 * at + 1, 2 * at + 2]) {
				if (child < heap.length && before(heap[child] as Head<T>, heap[least] as Head<T>)) least = child;
			}
			if (least === at) return;
			swap(at, least);
			at = least;
		}
	};
	const refill = async (head: Head<T>): Promise<boolean> => {
		do {
			const { value, done } = await head.rest.next();
			if (done) return false;
			head.batch = value;
			head.at = 0;
		} while (head.batch.length === 0);
		return true;
	};
	try {
		for (const [run, rest] of runs.entries()) {
			const head: Head<T> = { run, rest, batch: [], at: 0 };
			if (await refill(head)) heap.push(head);
		}
		for (let at = heap.length >> 1; at >= 0; at--) sink(at);
		let out: T[] = [];
		for (let head = heap[0]; head !== undefined; head = heap[0]) {
			out.push(head.batch[head.at++] as T);
			if (head.at === head.batch.length && !(await refill(head))) {
				const last = heap.pop() as Head<T>;
				if (heap.length > 0) heap[0] = last;
			}
			sink(0);
			if (out.length === BATCH) {
				yield out;
				out = [];
			}
		}
		if (out.length > 0) yield out;
	} finally {
		for (const { rest } of heap) await rest.return?.();
	}
}
