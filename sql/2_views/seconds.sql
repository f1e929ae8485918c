-- One row: the trades of a symbol in a second. Key: symbol, window_start. Time: window_time.
CREATE VIEW seconds AS
SELECT
  symbol, window_start, window_time,
  EARLIEST(`open`, event_time, `sequence`, trade_id) AS `open`,
  MAX(high) AS high,
  MIN(low) AS low,
  LATEST(price, event_time, `sequence`, trade_id) AS `close`,
  SUM(`size`) AS volume,
  COUNT(*) AS trade_count,
  LATEST(previous_close, event_time, `sequence`, trade_id) AS previous_close
FROM TABLE(TUMBLE(TABLE tick_trades, DESCRIPTOR(event_time), INTERVAL '1' SECOND))
GROUP BY symbol, window_start, window_end, window_time;
