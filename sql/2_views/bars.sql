-- One row: a closed bar with its moves, the contract Bar. Key: symbol, interval, window_start. Time: window_end.
-- Late trades never change it. move_pct is against the close of the bar before, whenever that was.
CREATE VIEW bars AS
SELECT
  symbol, `interval`, bar_start AS window_start, bar_end AS window_end, `open`, high, low, `close`, volume, trade_count,
  CASE WHEN volume > 0 THEN CAST(notional AS DOUBLE) / volume END AS vwap,
  `close` - `open` AS `change`,
  ROUND((`close` - `open`) / `open` * 100, 6) AS change_pct,
  ROUND((`close` - previous_bar_close) / previous_bar_close * 100, 6) AS move_pct,
  ROUND((`close` - known_previous_close) / known_previous_close * 100, 6) AS day_move_pct,
  CURRENT_TIMESTAMP AS emitted_at
FROM (
  SELECT
    *,
    LAG(`close`) OVER (PARTITION BY symbol, `interval` ORDER BY bar_time) AS previous_bar_close,
    LAST_VALUE(previous_close) OVER (PARTITION BY symbol, `interval` ORDER BY bar_time) AS known_previous_close
  FROM all_bars
);
