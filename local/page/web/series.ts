/**
 * The candles of one symbol and interval: closed bars as they are, and the candles that are still forming, folded from
 * the closed minutes inside them and the seconds after those. Everything is keyed, so that what comes twice changes nothing.
 */
import type { Bar, Interval, Tick } from "../../../contracts.ts";
import type { History } from "../messages.ts";

export interface Candle {
	/** Epoch seconds of the window's start. */
	time: number;
	open: number;
	high: number;
	low: number;
	close: number;
	volume: number;
	/** As the SQL computed it; null while the candle forms, as the seconds do not carry it, and at volume 0. */
	vwap: number | null;
	forming: boolean;
}

type Piece = Pick<Bar, "open" | "high" | "low" | "close" | "volume"> & { start: string };

const MS: Record<Interval, number> = { "1m": 60_000, "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 };
/** Where a trading day starts until a daily bar has said so: 05:00 UTC. */
const DAY_START_MS = 5 * 3_600_000;

export class Series {
	readonly interval: Interval;
	/** Whether the store has older bars than these. */
	more = false;
	#closed = new Map<string, { candle: Candle; end: string; emittedAt: string }>();
	#sorted: Candle[] | undefined;
	readonly #minutes = new Map<string, Bar>();
	readonly #ticks = new Map<string, Tick>();
	#newest: Tick | undefined;
	#closedEnd = "";
	#minuteEnd = "";
	#dayStart = DAY_START_MS;

	constructor(interval: Interval) {
		this.interval = interval;
	}

	/** Takes a page of history, the first or an older one. */
	load(history: History): void {
		for (const bar of history.bars) this.addBar(bar);
		for (const bar of history.minutes) this.addBar(bar);
		for (const tick of history.ticks) this.addTick(tick);
		this.more = history.more;
	}

	/** Takes a closed bar of any interval; those that do not matter here are left out. */
	addBar(bar: Bar): void {
		if (bar.interval === this.interval) this.#close(bar);
		if (bar.interval === "1m") this.#addMinute(bar);
	}

	addTick(tick: Tick): void {
		if (!this.#newest || tick.event_time >= this.#newest.event_time) this.#newest = tick;
		if (tick.event_time < this.#minuteEnd) return;
		const known = this.#ticks.get(tick.event_time);
		if (!known || tick.emitted_at > known.emitted_at) this.#ticks.set(tick.event_time, tick);
	}

	/** All candles, oldest first. A closed one is the same object as long as its bar stays the same. */
	candles(): Candle[] {
		this.#sorted ??= [...this.#closed.values()].map(({ candle }) => candle).sort((a, b) => a.time - b.time);
		return [...this.#sorted, ...this.#forming()];
	}

	/** When the oldest closed bar starts (ISO); undefined where there is none. */
	get oldest(): string | undefined {
		this.candles();
		const time = this.#sorted?.[0]?.time;
		return time === undefined ? undefined : new Date(time * 1_000).toISOString();
	}

	/** Epoch seconds of the start of the window that an instant is in. */
	windowOf(iso: string): number {
		const offset = this.interval === "1d" ? this.#dayStart : 0;
		const size = MS[this.interval];
		return (Math.floor((Date.parse(iso) - offset) / size) * size + offset) / 1_000;
	}

	#close(bar: Bar): void {
		const known = this.#closed.get(bar.window_start);
		if (known && known.emittedAt >= bar.emitted_at) return;
		if (bar.interval === "1d") this.#dayStart = Date.parse(bar.window_start) % MS["1d"];
		const { open, high, low, close, volume, vwap } = bar;
		const time = Date.parse(bar.window_start) / 1_000;
		const candle = { time, open, high, low, close, volume, vwap, forming: false };
		this.#closed.set(bar.window_start, { candle, end: bar.window_end, emittedAt: bar.emitted_at });
		this.#sorted = undefined;
		if (bar.window_end <= this.#closedEnd) return;
		this.#closedEnd = bar.window_end;
		for (const start of this.#minutes.keys()) if (start < this.#closedEnd) this.#minutes.delete(start);
	}

	#addMinute(bar: Bar): void {
		if (bar.window_end > this.#minuteEnd) this.#minuteEnd = bar.window_end;
		for (const time of this.#ticks.keys()) if (time < this.#minuteEnd) this.#ticks.delete(time);
		if (bar.window_start >= this.#closedEnd && this.interval !== "1m") this.#minutes.set(bar.window_start, bar);
	}

	#forming(): Candle[] {
		const day = this.interval === "1d" ? this.#newest : undefined;
		if (day) {
			if (day.event_time < this.#closedEnd) return [];
			const [open, high, low, volume] = [day.day_open, day.day_high, day.day_low, day.day_volume];
			const time = this.windowOf(day.event_time);
			return [{ time, open, high, low, close: day.close, volume, vwap: null, forming: true }];
		}
		const pieces: Piece[] = [
			...[...this.#minutes.values()].map((bar) => ({ ...bar, start: bar.window_start })),
			...[...this.#ticks.values()].map((tick) => ({ ...tick, start: tick.event_time })),
		];
		const candles = new Map<number, Candle>();
		for (const { start, open, high, low, close, volume } of pieces.sort((a, b) => (a.start < b.start ? -1 : 1))) {
			if (start < this.#closedEnd) continue;
			const time = this.windowOf(start);
			const candle = candles.get(time);
			if (!candle) {
				candles.set(time, { time, open, high, low, close, volume, vwap: null, forming: true });
				continue;
			}
			candle.high = Math.max(candle.high, high);
			candle.low = Math.min(candle.low, low);
			candle.close = close;
			candle.volume += volume;
		}
		return [...candles.values()];
	}
}
