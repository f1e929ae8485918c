import { Point } from "@influxdata/influxdb-client";
import type { Bar } from "../../contracts.ts";

/** Line protocol has no way to write these in a tag that every store reads back as it was. */
const unwritable = /[\p{Cc}\\]/u;

/**
 * The bar as one line of InfluxDB line protocol for the table `bars`: its time is the window's start in milliseconds, tags
 * are symbol and interval, and what is null is left out. Writing it again with other values replaces it, where the table
 * deduplicates by time and tags.
 *
 * @throws if the symbol has a control character or a backslash in it
 */
export function barLine(bar: Bar): string {
	if (unwritable.test(bar.symbol)) {
		throw new Error(
			`Line protocol cannot carry the symbol ${JSON.stringify(bar.symbol)}: control character or backslash.`,
		);
	}
	const point = new Point("bars")
		.tag("symbol", bar.symbol)
		.tag("interval", bar.interval)
		.intField("window_end_ms", Date.parse(bar.window_end))
		.floatField("open", bar.open)
		.floatField("high", bar.high)
		.floatField("low", bar.low)
		.floatField("close", bar.close)
		.intField("volume", bar.volume)
		.intField("trade_count", bar.trade_count)
		.floatField("change", bar.change)
		.floatField("change_pct", bar.change_pct)
		.intField("emitted_at_ms", Date.parse(bar.emitted_at))
		.timestamp(Date.parse(bar.window_start));
	if (bar.vwap !== null) point.floatField("vwap", bar.vwap);
	if (bar.move_pct !== null) point.floatField("move_pct", bar.move_pct);
	if (bar.day_move_pct !== null) point.floatField("day_move_pct", bar.day_move_pct);
	const line = point.toLineProtocol();
	if (line === undefined) throw new Error(`The bar ${bar.symbol} ${bar.interval} ${bar.window_start} makes no line.`);
	return line;
}
