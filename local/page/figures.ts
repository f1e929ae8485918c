/** The strip's figures, each asked for at its own pace; what cannot be asked stays null or as it was. */
import type { Flink } from "./flink.ts";
import type { Store } from "./history.ts";
import type { Figures, LakeCounts } from "./messages.ts";
import { Rate } from "./rate.ts";

/** Event times further back than this are a replay's, for which "lag" says nothing. */
const REPLAY_MS = 24 * 3_600_000;

/** Nothing is known yet. */
export const unknownFigures: Readonly<Figures> = {
	tradesIn: null,
	tradesPerSecond: null,
	bars: null,
	lake: null,
	eventTime: null,
	lagMs: null,
	behindMs: null,
	unreadable: 0,
};

export class FigureReader {
	readonly current: Figures = { ...unknownFigures };
	readonly #flink: Flink;
	readonly #store: Store;
	readonly #lakeCounts: (() => Promise<LakeCounts>) | undefined;
	readonly #rate = new Rate();

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
				current.tradesPerSecond = this.#rate.next(now, recordsRead);
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

	/** Counts the store's bars; returns when its newest was emitted. @throws where the store does not answer */
	async readStore(): Promise<string | null> {
		const { counts, newest } = await this.#store.counts();
		this.current.bars = counts;
		return newest;
	}

	/** Asks the caller for the lake's counts. @throws what it throws */
	async readLake(): Promise<void> {
		if (this.#lakeCounts) this.current.lake = await this.#lakeCounts();
	}
}
