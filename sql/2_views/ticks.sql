-- One row: a second of a symbol with the trading day's values so far, the contract Tick.
-- Key: symbol, event_time (the second's start). Time: the second's end. The trading day starts as in bars_1d.sql.
CREATE VIEW ticks AS
SELECT
  symbol, window_start AS event_time, `open`, high, low, `close`, volume, trade_count,
  day_so_far.`open` AS day_open, day_so_far.high AS day_high,
  day_so_far.low AS day_low, day_so_far.volume AS day_volume,
  known_previous_close AS previous_close,
  ROUND((`close` - known_previous_close) / known_previous_close * 100, 6) AS day_move_pct,
  CURRENT_TIMESTAMP AS emitted_at
FROM (
  SELECT
    *,
    DAY_SO_FAR(CAST(window_start - INTERVAL '5' HOUR AS DATE), `open`, high, low, volume)
      OVER (PARTITION BY symbol ORDER BY window_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS day_so_far,
    LAST_VALUE(previous_close)
      OVER (PARTITION BY symbol ORDER BY window_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS known_previous_close
  FROM seconds
);
