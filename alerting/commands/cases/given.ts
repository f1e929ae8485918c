/** Records as cases give them, in full: what a row leaves out follows from the rows before it. */
import { z } from "zod";
import { Bar, Hit } from "../../../contracts.ts";
import { messageOf, UserError } from "../../../local/errors.ts";
import { parseDuration } from "../../duration.ts";
import type { Observation } from "../../engine/types.ts";
import type { GivenBar, GivenHit, GivenRow } from "./given-row.ts";
import { instantOf } from "./times.ts";

/** A record before the engine sees it. */
export type Given =
	| { kind: "hit"; hit: Hit }
	| { kind: "bar"; bar: Bar }
	| { kind: "observed"; observation: Observation };

/** What a case's file says once for all rows. */
export interface Usual {
	/** Of times without a date, UTC. */
	date: string;
	/** Of rows without one. */
	symbol: string;
}

/**
 * The records of a case's rows, in their order. Throws {@link UserError} with the place of a row from which no record of
 * its contract can be made.
 */
export function givenOf(rows: readonly { row: GivenRow; place: string }[], usual: Usual): Given[] {
	/** By symbol and series, the last one. */
	const [bars, hits] = [new Map<string, Bar>(), new Map<string, Hit>()];
	const addBar = (given: GivenBar): Given => {
		const key = `${given.symbol ?? usual.symbol} ${given.interval ?? "1m"}`;
		const bar = barOf(given, bars.get(key), usual);
		bars.set(key, bar);
		return { kind: "bar", bar };
	};
	const addHit = (given: GivenHit): Given => {
		const key = `${given.symbol ?? usual.symbol} ${given.lookback ?? "5m"}`;
		const hit = hitOf(given, hits.get(key), usual);
		hits.set(key, hit);
		return { kind: "hit", hit };
	};
	const recordsOf = ({ hit, bar, bars: alike, ...observed }: GivenRow): Given[] => {
		if (hit) return [addHit(hit)];
		if (bar) return [addBar(bar)];
		if (!alike) return [{ kind: "observed", observation: observationOf(observed, usual) }];
		const { count, at, window_start, ...each } = alike;
		const first = { ...each, ...withoutUndefined({ at, window_start }) };
		return Array.from({ length: count }, (_, i) => addBar(i === 0 ? first : each));
	};
	return rows.flatMap(({ row, place }) => {
		try {
			return recordsOf(row);
		} catch (cause) {
			throw new UserError(`${place}: ${cause instanceof z.ZodError ? issuesOf(cause) : messageOf(cause)}`, { cause });
		}
	});
}

function barOf({ at, previous_close, ...given }: GivenBar, before: Bar | undefined, usual: Usual): Bar {
	const { symbol = usual.symbol, interval = "1m", volume = 1_000 } = given;
	const start = given.window_start ?? at ?? before?.window_end;
	if (start === undefined) throw new Error("the first bar of a series needs its beginning, such as at: 13:30");
	const window_start = instantOf(start, usual.date);
	const end = given.window_end ?? iso(Date.parse(window_start) + parseDuration(interval));
	const close = given.close ?? moved(before?.close, given.move_pct) ?? before?.close ?? given.open ?? 100;
	const { open = before?.close ?? close } = given;
	const bar = Bar.parse({
		high: Math.max(open, close),
		low: Math.min(open, close),
		trade_count: Math.max(1, Math.round(volume / 100)),
		vwap: volume > 0 ? round((open + close) / 2) : null,
		change: round(close - open),
		change_pct: percent(close, open),
		move_pct: before ? percent(close, before.close) : null,
		day_move_pct: previous_close === undefined ? null : percent(close, previous_close),
		...withoutUndefined(given),
		...{ symbol, interval, open, close, volume, window_start },
		window_end: instantOf(end, usual.date),
		emitted_at: instantOf(given.emitted_at ?? end, usual.date),
	});
	if (bar.low > Math.min(open, close) || bar.high < Math.max(open, close))
		throw new Error(`open ${open} and close ${close} are not between low ${bar.low} and high ${bar.high}`);
	return bar;
}

function hitOf({ at, ...given }: GivenHit, before: Hit | undefined, usual: Usual): Hit {
	const { symbol = usual.symbol, lookback = "5m", state = "crossed", threshold_pct = 1, base_price = 100 } = given;
	const time = given.event_time ?? at;
	if (time === undefined) throw new Error("a hit needs its time, such as at: 13:30");
	const event_time = instantOf(time, usual.date);
	const price = given.price ?? moved(base_price, given.move_pct ?? (state === "crossed" ? threshold_pct : 0)) ?? 0;
	const move_pct = given.move_pct ?? percent(price, base_price);
	// A clearing has the direction of the move that it ends.
	const moving = move_pct < 0 ? "down" : "up";
	const direction = given.direction ?? (state === "cleared" && before ? before.direction : moving);
	return Hit.parse({
		hit_id: [symbol, lookback, state, direction, event_time].join("|"),
		clear_pct: threshold_pct / 2,
		...withoutUndefined(given),
		...{ symbol, event_time, price, base_price, move_pct, lookback, threshold_pct, direction, state },
		emitted_at: instantOf(given.emitted_at ?? event_time, usual.date),
	});
}

function observationOf({ quiet, pipeline }: Pick<GivenRow, "quiet" | "pipeline">, usual: Usual): Observation {
	const { at, minutes_since_trade, ...said } = quiet ?? (pipeline as NonNullable<typeof pipeline>);
	const on = quiet ? "quiet" : "pipeline";
	const symbol = quiet ? (quiet.symbol ?? usual.symbol) : "pipeline";
	const key = instantOf(at, usual.date);
	const time = Date.parse(key);
	const since = minutes_since_trade ?? quiet?.quiet_minutes ?? pipeline?.lag_minutes ?? 0;
	const last_trade = iso(time - since * 60_000);
	return { on, symbol, series: on, key, time, fields: { ...said, symbol, minutes_since_trade: since, last_trade } };
}

function moved(price: number | undefined, move: number | null | undefined): number | undefined {
	return price === undefined || move === null || move === undefined ? undefined : round(price * (1 + move / 100));
}

function percent(price: number, base: number): number {
	return round(((price - base) / base) * 100);
}

/** Six decimals, as the SQL has percents. */
function round(value: number): number {
	return Math.round(value * 1e6) / 1e6;
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}

function withoutUndefined<T extends object>(object: T): T {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function issuesOf({ issues }: z.ZodError): string {
	return issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
