-- One row: the 5m bars of a symbol in fifteen minutes. Key: symbol, bar_start. Time: bar_time.
CREATE VIEW bars_15m AS
SELECT
  symbol, window_start AS bar_start, window_end AS bar_end, window_time AS bar_time,
  EARLIEST(`open`, bar_start) AS `open`,
  MAX(high) AS high,
  MIN(low) AS low,
  LATEST(`close`, bar_start) AS `close`,
  SUM(volume) AS volume,
  SUM(trade_count) AS trade_count,
  SUM(notional) AS notional,
  LATEST(previous_close, bar_start) AS previous_close
FROM TABLE(TUMBLE(TABLE bars_5m, DESCRIPTOR(bar_time), INTERVAL '15' MINUTE))
GROUP BY symbol, window_start, window_end, window_time;
