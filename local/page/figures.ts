/** The strip's figures, each asked for at its own pace; what cannot be asked stays null or as it was. */
import type { Flink } from "./flink.ts";
import type { Store } from "./history.ts";
import type { Figures, LakeCounts } from "./messages.ts";

/** Event times further back than this are a replay's, for which "lag" says nothing. */
const REPLAY_MS = 24 * 3_600_000;
/** The rate is taken over about this long, so that it does not jump with every batch. */
const RATE_MS = 10_000;

export class FigureReader {
	readonly current: Figures = {
		tradesIn: null,
		tradesPerSecond: null,
		bars: null,
		lake: null,
		eventTime: null,
		lagMs: null,
		behindMs: null,
		unreadable: 0,
	};
	readonly #flink: Flink;
	readonly #store: Store;
	readonly #lakeCounts: (() => Promise<LakeCounts>) | undefined;
	#samples: { at: number; count: number }[] = [];

	constructor(flink: Flink, store: Store, lakeCounts?: () => Promise<LakeCounts>) {
		this.#flink = flink;
		this.#store = store;
		this.#lakeCounts = lakeCounts;
	}

	/** Reads the job's gauges. @throws where Flink does not answer */
	async readJob(now: number): Promise<void> {
		const { current } = this;
		try {
			const { recordsRead, watermark, millisBehind } = await this.#flink.gauges();
			// Between two jobs (a restart) the last count is truer than none.
			if (recordsRead !== null) {
				current.tradesIn = recordsRead;
				current.tradesPerSecond = this.#rate(now, recordsRead);
			}
			if (watermark !== null) current.eventTime = new Date(watermark).toISOString();
			current.behindMs = millisBehind;
		} catch (error) {
			current.tradesPerSecond = null;
			current.behindMs = null;
			throw error;
		} finally {
			const lag = current.eventTime === null ? null : now - Date.parse(current.eventTime);
			current.lagMs = lag !== null && lag < REPLAY_MS ? Math.max(0, lag) : null;
		}
	}

	/** Counts the store's bars. @throws where the store does not answer */
	async readStore(): Promise<void> {
		this.current.bars = await this.#store.counts();
	}

	/** Asks the caller for the lake's counts. @throws what it throws */
	async readLake(): Promise<void> {
		if (this.#lakeCounts) this.current.lake = await this.#lakeCounts();
	}

	#rate(now: number, count: number): number | null {
		// A job that starts again from a checkpoint counts from there.
		if (count < (this.#samples.at(-1)?.count ?? 0)) this.#samples = [];
		this.#samples.push({ at: now, count });
		while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) >= RATE_MS) this.#samples.shift();
		const first = this.#samples[0];
		if (!first || now - first.at < 500) return null;
		return (1_000 * (count - first.count)) / (now - first.at);
	}
}
