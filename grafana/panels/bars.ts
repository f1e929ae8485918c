import * as drawings from "../drawings.ts";
import type { PanelSpec } from "../panel.ts";
import type { BarQuery } from "../queries/names.ts";
import { averages as lengths } from "../queries/sql.ts";

type Panel = PanelSpec<BarQuery>;

const noBars = "No bars of this symbol and interval in this time";
const none = "No bars in this time";
const figures = ["last_price", "move", "day_move", "low", "high", "volume", "trades"];

const candles: Panel = {
	id: 1,
	title: "$symbol, $bar_interval",
	description: "Open, high, low and close of each closed bar, and the shares traded in it.",
	unit: "none",
	noValue: noBars,
	width: 24,
	height: 11,
	query: "candles",
	format: "table",
	needs: { time: true, text: [], numbers: ["open", "high", "low", "close", "volume"], rows: 2 },
	draw: drawings.candles,
};

const averages: Panel = {
	id: 2,
	title: "$symbol: VWAP and moving averages",
	description: `The close of each bar, its volume-weighted average price, and the mean of its last ${lengths.join(", ")} closes.`,
	unit: "none",
	noValue: noBars,
	width: 24,
	height: 9,
	query: "averages",
	format: "table",
	needs: { time: true, text: [], numbers: ["close", "vwap", ...lengths.map((bars) => `sma_${bars}`)], rows: 2 },
	draw: () => drawings.lines(),
};

const moves: Panel = {
	id: 3,
	title: "Moves of all symbols",
	description: "A cell for each bar: its close against the close of the bar before. Full colour is 1 % up or down.",
	unit: "percent",
	noValue: none,
	width: 24,
	height: 8,
	query: "moves",
	format: "series",
	needs: { time: true, text: ["symbol"], numbers: ["move_pct"], rows: 2 },
	draw: () => drawings.heatMap("symbol"),
};

const movers: Panel = {
	id: 4,
	title: "Movers",
	description:
		"Of each symbol in this time: the last price, the sum of the moves of its 1-minute bars, the move against the previous close, low, high, shares and trades.",
	unit: "none",
	noValue: none,
	width: 14,
	height: 9,
	query: "movers",
	format: "table",
	needs: { time: false, text: ["symbol"], numbers: figures },
	draw: () => drawings.figureTable("Move"),
};

const dayRange: Panel = {
	id: 5,
	title: "The day's range",
	description:
		"Low, last and high of each symbol since midnight UTC, and where between low and high the last price is.",
	unit: "none",
	noValue: "No bars today",
	width: 10,
	height: 9,
	timeFrom: "now/d",
	query: "day_range",
	format: "table",
	needs: { time: false, text: ["symbol"], numbers: ["low", "last_price", "high", "position"] },
	draw: () => drawings.figureTable(),
};

const tiles: Panel = {
	id: 10,
	title: "$symbol",
	description: "The same figures as in Movers, of one symbol in this time.",
	unit: "none",
	noValue: noBars,
	width: 24,
	height: 4,
	query: "figures",
	format: "table",
	needs: { time: false, text: ["symbol"], numbers: figures },
	draw: drawings.figureTiles,
};

const compare: Panel = {
	id: 11,
	title: "$symbol and $compare",
	description: "The sum of the moves of the bars since the beginning of this time, of both symbols.",
	unit: "percent",
	noValue: noBars,
	width: 12,
	height: 9,
	query: "compare",
	format: "series",
	needs: { time: true, text: ["symbol"], numbers: ["move"], rows: 2 },
	draw: () => drawings.lines({ label: "symbol" }),
};

const barRange: Panel = {
	id: 12,
	title: "Range of the bars",
	description: "High against low of each bar, of both symbols: how much the price goes up and down.",
	unit: "percent",
	noValue: noBars,
	width: 12,
	height: 9,
	query: "bar_range",
	format: "series",
	needs: { time: true, text: ["symbol"], numbers: ["range_pct"], rows: 2 },
	draw: () => drawings.lines({ label: "symbol" }),
};

const activity: Panel = {
	id: 13,
	title: "Shares and trades",
	description: "Shares (left) and trades (right) of each bar.",
	unit: "short",
	noValue: noBars,
	width: 12,
	height: 8,
	query: "activity",
	format: "table",
	needs: { time: true, text: [], numbers: ["volume", "trade_count"], rows: 2 },
	draw: () =>
		drawings.lines({ fill: 10 }).overrideByName("trade_count", [{ id: "custom.axisPlacement", value: "right" }]),
};

const distribution: Panel = {
	id: 14,
	title: "How far bars move",
	description: "How many bars moved how far.",
	unit: "percent",
	noValue: noBars,
	width: 12,
	height: 8,
	query: "distribution",
	format: "table",
	needs: { time: true, text: [], numbers: ["move_pct"], rows: 2 },
	draw: drawings.histogram,
};

const recent: Panel = {
	id: 15,
	title: "The newest bars",
	description: "Up to 200 bars, the newest first.",
	unit: "none",
	noValue: noBars,
	width: 24,
	height: 9,
	query: "recent",
	format: "table",
	needs: {
		time: false,
		text: [],
		numbers: ["open", "high", "low", "close", "vwap", "volume", "trade_count", "move_pct"],
		rows: 2,
	},
	draw: () => drawings.plainTable().overrideByName("move_pct", [{ id: "unit", value: "percent" }]),
};

/** The dashboard *Market*: all symbols, and one of them as candles. */
export const market: readonly Panel[] = [candles, averages, moves, movers, dayRange];
/** The dashboard *Symbol*: one symbol in depth, and another beside it. */
export const symbol: readonly Panel[] = [tiles, candles, averages, compare, barRange, activity, distribution, recent];
