/** What was found in a stream: which trades, how often, and in which order against the reader's watermark. */
export class Arrivals {
	/** How often each trade id was found, as far as 255. */
	readonly #found: Uint8Array;
	/** The newest event time in each shard so far. */
	readonly #newest = new Map<string, number>();
	readonly #latenessMs: number;
	trades = 0;
	distinct = 0;
	clocks = 0;
	/** The furthest that the first copy of a trade stood behind the newest event time before it in its shard. */
	worstBehindMs = 0;
	/** First copies that stood further behind than the lateness. */
	late = 0;
	/** Some of what was wrong, for people. */
	readonly examples: string[] = [];
	/** Ids that no feed gave. */
	strange = 0;

	/** Trade ids are the whole numbers below `count`. */
	constructor(count: number, latenessMs: number) {
		this.#found = new Uint8Array(count);
		this.#latenessMs = latenessMs;
	}

	/** The next record of a shard: a trade. Times are epoch milliseconds. */
	trade(shard: string, id: number, time: number): void {
		this.trades++;
		const copies = this.#found[id];
		if (copies === undefined) {
			this.strange++;
			this.#note(`${shard} holds a trade with the id ${id}, which was not given`);
			return;
		}
		this.#found[id] = Math.min(copies + 1, 255);
		if (copies > 0) return;
		this.distinct++;
		const newest = this.#newest.get(shard) ?? time;
		if (newest - time > this.#latenessMs) {
			this.late++;
			this.#note(`${shard}: trade ${id} stands behind something ${newest - time} ms newer`);
		}
		this.worstBehindMs = Math.max(this.worstBehindMs, newest - time);
		this.#newest.set(shard, Math.max(newest, time));
	}

	/** The next record of a shard: a clock. */
	clock(shard: string, time: number): void {
		this.clocks++;
		this.#newest.set(shard, Math.max(this.#newest.get(shard) ?? time, time));
	}

	/** How many copies there are beyond the first ones. */
	get copies(): number {
		return this.trades - this.distinct - this.strange;
	}

	/** The ids that were not found, as ranges with both ends. */
	gaps(): [first: number, last: number][] {
		const gaps: [number, number][] = [];
		for (let id = this.#found.indexOf(0); id >= 0; id = this.#found.indexOf(0, id)) {
			const first = id;
			while (id < this.#found.length && this.#found[id] === 0) id++;
			gaps.push([first, id - 1]);
		}
		return gaps;
	}

	#note(line: string): void {
		if (this.examples.length < 5) this.examples.push(line);
	}
}
