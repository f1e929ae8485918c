-- One row: the trades of a symbol in a minute, with what larger bars need (notional, previous_close).
-- Key: symbol, bar_start. Time: bar_time. Open and close follow event_time, sequence, trade_id, not arrival.
CREATE VIEW bars_1m AS
SELECT
  symbol, window_start AS bar_start, window_end AS bar_end, window_time AS bar_time,
  EARLIEST(`open`, event_time, `sequence`, trade_id) AS `open`,
  MAX(high) AS high,
  MIN(low) AS low,
  LATEST(price, event_time, `sequence`, trade_id) AS `close`,
  SUM(`size`) AS volume,
  COUNT(*) AS trade_count,
  SUM(CAST(price AS DECIMAL(19, 6)) * CAST(`size` AS DECIMAL(19, 0))) AS notional,
  LATEST(previous_close, event_time, `sequence`, trade_id) AS previous_close
FROM TABLE(TUMBLE(TABLE valid_trades, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY symbol, window_start, window_end, window_time;
