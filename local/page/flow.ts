/** Measures each arrow of the pipeline, as the page sees it: what came through, how fast, and how far it is behind. */
import { LatestMeter } from "./latest.ts";
import type { AlertRow, Arrow, Figures, Flow } from "./messages.ts";
import { Passed } from "./passed.ts";
import { Rate } from "./rate.ts";

/** What the arrows are made of, each known to the part of the page that reads it. */
export interface Measured {
	figures: Figures;
	/** Records that the producer has sent, and how long the oldest has waited that it has not, where it is ours. */
	sent: number | null;
	waitedMs: number | null;
	alerts: AlertRow[];
}

/** Rows of the lake become visible with checkpoints: over less than some of those the rate would be nothing, and then very much. */
const LAKE_WINDOW_MS = 60_000;

type Stream = "bars" | "ticks" | "hits";

export class FlowMeter {
	readonly #seen: Record<Stream, { count: number; lagMs: number | null; newest: string }> = {
		bars: { count: 0, lagMs: null, newest: "" },
		ticks: { count: 0, lagMs: null, newest: "" },
		hits: { count: 0, lagMs: null, newest: "" },
	};
	readonly #rates = new Map<keyof Flow, Rate>();
	/** Seconds into the table of latest prices. */
	readonly latest = new LatestMeter();
	#storeLagMs: number | null = null;
	readonly #watermark = new Passed();

	/** Notes a record of a stream when it arrives. What the stream held already says nothing about the lag. */
	saw(stream: Stream, emittedAt: string, now: number): void {
		const seen = this.#seen[stream];
		seen.count += 1;
		if (emittedAt < seen.newest) return;
		seen.newest = emittedAt;
		seen.lagMs = Math.max(0, now - Date.parse(emittedAt));
	}

	/** Notes what the store's newest bar is (ISO `emitted_at`), to be held against the stream's. */
	storeHas(newest: string | null): void {
		const { newest: streamed } = this.#seen.bars;
		if (newest !== null && streamed !== "") {
			this.#storeLagMs = Math.max(0, Date.parse(streamed) - Date.parse(newest));
		}
	}

	/** All arrows as of `now` (epoch ms). */
	read(now: number, { figures, sent, waitedMs, alerts }: Measured): Flow {
		const { tradesIn, behindMs, bars, lake } = figures;
		const stored = bars && bars["1m"] + bars["5m"] + bars["1h"] + bars["1d"];
		const waiting = alerts.filter(({ status }) => status === "waiting" || status === "sending");
		const oldest = waiting.map(({ changed }) => now - Date.parse(changed));
		return {
			trades: this.#arrow("trades", now, sent, waitedMs),
			job: this.#arrow("job", now, tradesIn, behindMs),
			bars: this.#arrow("bars", now, this.#seen.bars.count, this.#seen.bars.lagMs),
			ticks: this.#arrow("ticks", now, this.#seen.ticks.count, this.#seen.ticks.lagMs),
			hits: this.#arrow("hits", now, this.#seen.hits.count, this.#seen.hits.lagMs),
			lake: this.#arrow("lake", now, lake?.trades ?? null, this.#lakeLag(now, figures)),
			store: this.#arrow("store", now, stored, this.#storeLagMs),
			latest: this.#arrow("latest", now, this.latest.total, this.latest.lagMs),
			alerts: this.#arrow("alerts", now, alerts.length, Math.max(0, ...oldest)),
		};
	}

	/** Since when the lake lacks what the watermark has passed; of a replay as far as that was seen. */
	#lakeLag(now: number, { lake, eventTime, lagMs }: Figures): number | null {
		if (eventTime !== null) this.#watermark.saw(now, Date.parse(eventTime));
		const until = lake?.until;
		if (!until || eventTime === null) return null;
		if (lagMs === null) return this.#watermark.ago(now, Date.parse(until));
		return Math.max(0, Date.parse(eventTime) - Date.parse(until));
	}

	#arrow(name: keyof Flow, now: number, total: number | null, lagMs: number | null): Arrow {
		const rate = this.#rates.get(name) ?? new Rate(name === "lake" ? LAKE_WINDOW_MS : undefined);
		this.#rates.set(name, rate);
		return { total, perSecond: total === null ? null : rate.next(now, total), lagMs };
	}
}
