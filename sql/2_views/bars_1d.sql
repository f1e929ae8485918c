-- One row: the 1h bars of a symbol in a trading day. Key: symbol, bar_start. Time: bar_time.
-- A trading day starts at 05:00 UTC, which holds a whole US session, extended hours included, in summer and winter.
-- Other markets set another whole hour here and in ticks.sql.
-- Only the last row of each cumulating window is kept: a tumbling one with an offset loses what comes after midnight.
CREATE VIEW bars_1d AS
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
FROM TABLE(CUMULATE(TABLE bars_1h, DESCRIPTOR(bar_time), INTERVAL '1' HOUR, INTERVAL '1' DAY, INTERVAL '5' HOUR))
GROUP BY symbol, window_start, window_end, window_time
HAVING window_end = window_start + INTERVAL '1' DAY;
