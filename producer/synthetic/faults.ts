/**
 * Faults put into a stream of trades, so that what becomes of each is settled here and not by how fast anything runs.
 *
 * The reader of the stream has a watermark: the newest event time that it read, less the lateness L.
 * - Trades and copies are due less than L/2 after their event time, and given in the order in which they are due. So before
 *   any of them nothing is given that is newer by L/2, and the publisher puts nothing before it that is (see
 *   publish/flight.ts): the watermark has not passed it, so it is on time, and a copy is known as a copy.
 * - A late trade is older than the whole feed by L and two minutes: whichever of the feed's trades made the watermark, its
 *   minute is over, even for a reader that is behind and reads some shards faster than others. Before the first watermark
 *   nothing is late; so the first one comes when 20 s of live trades are acknowledged.
 * - What is malformed is so whenever it comes. Its event time, if any, is that of the trade before it.
 * The late and the malformed have no event time of their own to go by, so the publisher orders nothing by them.
 */
import type { Trade } from "../../contracts.ts";
import type { Outgoing, SyntheticFaults } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import type { Hours } from "./hours.ts";
import { MALFORMATIONS } from "./malformed.ts";
import { seededRandom } from "./random.ts";
import { type Due, Waiting } from "./waiting.ts";

/** A record with what it is. */
export interface Given extends Due {
	readonly record: Outgoing;
	readonly kind: "trade" | "duplicate" | "late" | "malformed";
	/** Undefined for what has none, or none that can be read. */
	readonly tradeId: string | undefined;
	/** Epoch milliseconds; undefined as above. */
	readonly eventTime: number | undefined;
	/** Of what is malformed: in which way. */
	readonly detail?: string;
}

/** Over how long late trades are spread, at most. */
const LATE_SPAN_MS = 600_000;
/** Beyond the minute and the lateness that make a trade late. */
const LATE_MARGIN_MS = 60_000;
/** So long after the live start has to be acknowledged before a trade can be late for every reader. */
export const LATE_FROM_MS = 20_000;

/** How long the end of a feed waits for what it gave to be acknowledged, so that late ones can follow. */
const PATIENCE_MS = 60_000;

/** What faults have to know of the feed. */
export interface Setting {
	readonly faults: SyntheticFaults;
	readonly seed: number;
	readonly latenessMs: number;
	/** The earliest event time that the feed may have, and where live begins. */
	readonly from: number;
	readonly start: number;
	/** Up to which event time everything is acknowledged. */
	readonly acknowledged: () => number;
	/** The hours of a trade's exchange. */
	readonly hoursOf: (trade: Trade) => Hours;
	/** Told how many late trades had to be left out, where the trades end too soon for them. */
	readonly onLeftOut?: (count: number) => void;
}

/** The most by which a trade or copy may come after a newer one, in milliseconds: less than half the lateness. */
export function mostDisorder(latenessMs: number): number {
	return Math.max(0, Math.ceil(latenessMs / 2) - 1);
}

/**
 * The trades with the faults, each with the moment at which it is due, in that order. Where the trades end, the late ones
 * that had to wait come last; undefined as long as they still have to.
 */
export function* withFaults(trades: Iterable<Trade>, setting: Setting): Generator<Given | undefined, void> {
	const { faults, seed, latenessMs } = setting;
	const { duplicates = 0, late = 0, malformed = 0 } = faults;
	// Numbers of its own for each, so that one fault more leaves the others alone.
	const [delays, copies] = [seededRandom(seed + 0xd15), seededRandom(seed + 0xc09)];
	const [breaks, lates] = [seededRandom(seed + 0xb4e), seededRandom(seed + 0x1a7)];
	// How many are late must not follow from when the first one can be.
	const latenesses = seededRandom(seed + 0x1a8);
	const most = mostDisorder(latenessMs);
	const disorder = Math.min(faults.disorderMs ?? 0, most);
	const waiting = new Waiting<Given>();
	const makeLate = lateMaker(setting, latenesses);
	const breakOne = breaker(breaks);
	const lateFrom = setting.start + LATE_FROM_MS;
	let owed = 0;
	let last: { readonly trade: Trade; readonly given: Given } | undefined;
	for (const trade of trades) {
		const time = Date.parse(trade.event_time);
		for (let next = waiting.takeDue(time); next; next = waiting.takeDue(time)) yield next;
		const delay = disorder > 0 ? Math.floor(delays() * (disorder + 1)) : 0;
		const given = givenOf(trade, time, time + delay);
		waiting.add(given);
		if (duplicates > 0 && copies() < duplicates) {
			const again = delay + Math.floor(copies() * (most - delay + 1));
			waiting.add({ ...given, kind: "duplicate", due: time + again });
		}
		if (malformed > 0 && breaks() < malformed) waiting.add(breakOne(trade, given));
		if (late > 0 && lates() < late) owed++;
		if (owed > 0 && setting.acknowledged() >= lateFrom) {
			owed--;
			waiting.add(makeLate(trade, given));
		}
		last = { trade, given };
	}
	for (let next = waiting.takeDue(Infinity); next; next = waiting.takeDue(Infinity)) yield next;
	if (last === undefined || owed === 0) return;
	const patience = (last.given.eventTime as number) < lateFrom ? 0 : Date.now() + PATIENCE_MS;
	while (setting.acknowledged() < lateFrom && Date.now() < patience) yield undefined;
	if (setting.acknowledged() < lateFrom) setting.onLeftOut?.(owed);
	else for (; owed > 0; owed--) yield makeLate(last.trade, last.given);
}

function givenOf(trade: Trade, time: number, due: number): Given {
	const record = { key: trade.symbol, time, data: Buffer.from(JSON.stringify(trade)) };
	return { kind: "trade", due, tradeId: trade.trade_id, eventTime: time, record };
}

/** Makes trades of their own, like the one given but long ago, in its exchange's hours. */
function lateMaker(
	{ from, latenessMs, hoursOf }: Setting,
	random: () => number,
): (trade: Trade, beside: Given) => Given {
	const before = from - latenessMs - 60_000 - LATE_MARGIN_MS;
	let made = 0;
	return ({ sequence: _, ...trade }, { due }) => {
		const { open, close } = hoursOf(trade).before(before);
		const span = Math.min(LATE_SPAN_MS, close - open);
		const time = Math.floor(close - 1 - random() * (span - 1));
		const late = { ...trade, trade_id: ownId(trade, "late", made++), event_time: writeInstant(time) };
		const record = { key: trade.symbol, time: undefined, data: Buffer.from(JSON.stringify(late)) };
		return { kind: "late", due, tradeId: late.trade_id, eventTime: time, record };
	};
}

/** Makes records of their own that would be trades, like the one given, in one of the ways. */
function breaker(random: () => number): (trade: Trade, beside: Given) => Given {
	const ways = Object.entries(MALFORMATIONS);
	let made = 0;
	return ({ sequence: _, ...trade }, { due }) => {
		const [detail, malform] = ways[Math.floor(random() * ways.length)] as (typeof ways)[number];
		const own = { ...trade, trade_id: ownId(trade, "malformed", made++) };
		const record = { key: trade.symbol, time: undefined, data: Buffer.from(malform(own)) };
		return { kind: "malformed", due, tradeId: undefined, eventTime: undefined, detail, record };
	};
}

/** `AAPL-run-late-3` beside `AAPL-run-117`. */
function ownId({ trade_id }: Trade, kind: string, number: number): string {
	return trade_id.replace(/[^-]*$/, `${kind}-${number}`);
}
