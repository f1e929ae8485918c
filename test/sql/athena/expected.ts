/** What the named queries must answer over trades, computed here in plain TypeScript: no SQL, nothing of Tidemark's. */
import type { Row } from "../../e2e/market.ts";

/** A trade as the answers need it. What the real file does not say is null. */
export interface Traded {
	symbol: string;
	trade_id: string;
	time: number;
	price: number;
	size: number;
	sequence: number;
	exchange: string | null;
	currency: string | null;
	side: string | null;
	trader: string | null;
}

type Party = Pick<Traded, "currency" | "side" | "trader">;
const unknown = (): Party => ({ currency: null, side: null, trader: null });

/** The rows as trades, in the order of open and close: by time, sequence, id. */
export function tradesOf(rows: Row[], party: (row: Row) => Party = unknown): Traded[] {
	const trades = rows.map((row) => ({
		symbol: row.symbol,
		trade_id: row.trade_id,
		time: Date.parse(row.event_time),
		price: Number(row.price),
		size: Number(row.size),
		sequence: Number(row.sequence),
		exchange: row.exchange,
		...party(row),
	}));
	return trades.sort(
		(a, b) =>
			a.time - b.time || a.sequence - b.sequence || (a.trade_id < b.trade_id ? -1 : Number(a.trade_id > b.trade_id)),
	);
}

const clock = new Intl.DateTimeFormat("sv-SE", {
	timeZone: "America/New_York",
	dateStyle: "short",
	timeStyle: "short",
});
/** `2013-10-07 09:30` by the clocks of New York. */
const local = (time: number) => clock.format(time);
const iso = (time: number) => new Date(time).toISOString();

export function groups<T, K extends string>(rows: T[], key: (row: T) => K): [K, [T, ...T[]]][] {
	const found = new Map<K, [T, ...T[]]>();
	for (const row of rows) {
		const group = found.get(key(row));
		if (group) group.push(row);
		else found.set(key(row), [row]);
	}
	return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

const highest = (trades: Traded[]) => trades.reduce((high, { price }) => Math.max(high, price), -Infinity);
const lowest = (trades: Traded[]) => trades.reduce((low, { price }) => Math.min(low, price), Infinity);
const shares = (trades: Traded[]) => trades.reduce((sum, { size }) => sum + size, 0);
/** In thousandths of a cent, whole, so that adding loses nothing. */
const notional = (trades: Traded[]) =>
	trades.reduce((sum, { price, size }) => sum + Math.round(price * 1e5) * size, 0) / 1e5;
const round = (value: number) => Math.round(value * 1e6) / 1e6;

const ofSymbol = (trades: Traded[]) => groups(trades, ({ symbol }) => symbol);
const minute = (time: number) => Math.floor(time / 60_000) * 60_000;
/** 09:30 to 16:00 in New York. */
const inSession = (time: number) => local(time).slice(11) >= "09:30" && local(time).slice(11) < "16:00";

export function highestPerHour(trades: Traded[]) {
	return groups(trades, ({ symbol, time }) => `${symbol} ${local(time).slice(0, 13)}`).flatMap(([, hour]) => {
		const high = highest(hour);
		const times = new Set(hour.filter(({ price }) => price === high).map(({ time }) => time));
		const { symbol, time } = hour[0];
		return [...times].map((at) => ({
			symbol,
			hour: `${local(time).slice(0, 13)}:00`,
			high,
			event_time: iso(at),
		}));
	});
}

export function dailyOhlc(trades: Traded[]) {
	const session = trades.filter(({ time }) => inSession(time));
	return groups(session, ({ symbol, time }) => `${symbol} ${local(time).slice(0, 10)}`).map(([, day]) => ({
		symbol: day[0].symbol,
		trading_day: local(day[0].time).slice(0, 10),
		open: day[0].price,
		high: highest(day),
		low: lowest(day),
		close: day.at(-1)?.price,
		volume: shares(day),
		trade_count: day.length,
		vwap: round(notional(day) / shares(day)),
	}));
}

/** Over one day: its bar starts at 05:00 UTC, and none came before. */
export function topMovers(trades: Traded[]) {
	const moved = ofSymbol(trades).map(([symbol, day]) => {
		const [open, close] = [day[0].price, day.at(-1)?.price as number];
		return { symbol, open, close, change_pct: round((close / open - 1) * 100), volume: shares(day) };
	});
	return moved
		.map((row) => ({
			window_start: `${iso(trades[0]?.time as number).slice(0, 10)}T05:00:00.000Z`,
			place: 1 + moved.filter(({ change_pct }) => Math.abs(change_pct) > Math.abs(row.change_pct)).length,
			...row,
			move_pct: null,
		}))
		.sort((a, b) => a.place - b.place || (a.symbol < b.symbol ? -1 : 1));
}

/** Over one day of New York. */
export function volatility(trades: Traded[]) {
	return ofSymbol(trades).map(([symbol, day]) => {
		const closes = groups(day, ({ time }) => iso(minute(time))).map(([, part]) => part.at(-1)?.price as number);
		const returns = closes.slice(1).map((close, i) => Math.log(close / (closes[i] as number)));
		const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
		const squares = (around: number) => returns.reduce((sum, each) => sum + (each - around) ** 2, 0);
		return {
			symbol,
			trading_day: local(day[0].time).slice(0, 10),
			bars: closes.length,
			stddev_pct: returns.length < 2 ? null : round(Math.sqrt(squares(mean) / (returns.length - 1)) * 100),
			realized_pct: returns.length < 1 ? null : round(Math.sqrt(squares(0)) * 100),
			range_pct: round((highest(day) / lowest(day) - 1) * 100),
		};
	});
}

export function vwap(trades: Traded[]) {
	return groups(trades, ({ symbol, time }) => `${symbol} ${local(time).slice(0, 10)}`).map(([, day]) => ({
		symbol: day[0].symbol,
		trading_day: local(day[0].time).slice(0, 10),
		vwap: shares(day) === 0 ? null : round(notional(day) / shares(day)),
		volume: shares(day),
		notional: notional(day),
		trades: day.length,
	}));
}

export function volumeByExchange(trades: Traded[]) {
	const all = shares(trades);
	const found = groups(trades, ({ exchange, currency, side }) => `${exchange}|${currency}|${side}`).map(([, part]) => ({
		exchange: part[0].exchange,
		currency: part[0].currency,
		side: part[0].side,
		trades: part.length,
		volume: shares(part),
		notional: notional(part),
		volume_pct: round((shares(part) / all) * 100),
	}));
	return found.sort((a, b) => b.volume - a.volume);
}

export function positions(trades: Traded[]) {
	const last = new Map(trades.map(({ symbol, price }) => [symbol, price]));
	const counted = trades.filter(({ trader, side }) => trader !== null && side !== null);
	return groups(counted, ({ trader, symbol }) => `${trader} ${symbol}`).map(([, part]) => {
		const [buys, sells] = ["buy", "sell"].map((way) => part.filter(({ side }) => side === way)) as [Traded[], Traded[]];
		const { trader, symbol, currency } = part[0];
		const position = shares(buys) - shares(sells);
		const cash = notional(sells) - notional(buys);
		const last_price = last.get(symbol) as number;
		const worth = position * last_price;
		const sums = { bought: shares(buys), sold: shares(sells), position, cash, last_price, worth, profit: cash + worth };
		return { trader, symbol, currency, ...sums };
	});
}

export function gaps(trades: Traded[], least = 1) {
	const session = trades.filter(({ time }) => inSession(time));
	return ofSymbol(session).flatMap(([symbol, part]) => {
		const minutes = [...new Set(part.map(({ time }) => minute(time)))];
		return minutes.slice(1).flatMap((next, i) => {
			const start = (minutes[i] as number) + 60_000;
			const missing = (next - start) / 60_000;
			return missing < least ? [] : [{ symbol, gap_start: iso(start), gap_end: iso(next), minutes: missing }];
		});
	});
}
