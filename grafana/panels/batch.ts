import * as drawings from "../drawings.ts";
import type { PanelSpec } from "../panel.ts";
import { batchQueries } from "../queries/batch.ts";

/** What of a named query's columns is no number; its panel shows every column that it answers. */
const texts: Record<string, readonly string[]> = {
	daily_ohlc: ["symbol"],
	data_quality: ["rule"],
	gaps: ["symbol"],
	highest_per_hour: ["symbol", "hour"],
	positions: ["trader", "symbol"],
	rejects_by_hour: ["hour", "reason", "example"],
	top_movers: ["symbol"],
	volatility: ["symbol"],
	volume_by_exchange: ["exchange", "currency", "side"],
	vwap: ["symbol"],
};

const numbers: Record<string, readonly string[]> = {
	daily_ohlc: ["open", "high", "low", "close", "volume", "trade_count", "vwap"],
	data_quality: ["checked", "failed"],
	gaps: ["minutes"],
	highest_per_hour: ["high"],
	positions: ["bought", "sold", "position", "cash", "last_price", "worth", "profit"],
	rejects_by_hour: ["records", "shards"],
	top_movers: ["place", "open", "close", "change_pct", "move_pct", "volume"],
	volatility: ["bars", "stddev_pct", "realized_pct", "range_pct"],
	volume_by_exchange: ["trades", "volume", "notional", "volume_pct"],
	vwap: ["vwap", "volume", "notional", "trades"],
};

/** The dashboard *Batch*: a table for each named query of sql/athena. A query without its columns here is an error. */
export function batch(): PanelSpec[] {
	return batchQueries().map(({ name, comment }, index) => {
		const [text, number] = [texts[name], numbers[name]];
		if (!text || !number)
			throw new Error(`The columns of sql/athena/${name}.sql are not in grafana/panels/batch.ts: add them there`);
		return {
			id: index + 1,
			title: name.replaceAll("_", " "),
			description: comment,
			unit: "none",
			noValue: "No rows for these days and symbols",
			width: 12,
			height: 9,
			query: name,
			format: "table",
			needs: { time: false, text, numbers: number },
			draw: () => drawings.plainTable().overrideByRegexp("/_pct$/", [{ id: "unit", value: "percent" }]),
		};
	});
}
