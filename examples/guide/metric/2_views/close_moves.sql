-- One row: a bar with its change against the close of the bar before, as an amount and in percent.
-- Key: symbol, interval, bar_start. Time: bar_time. Null for the first bar.
CREATE VIEW close_moves AS
SELECT
  symbol, `interval`, bar_start, bar_time,
  CAST(`close` - close_before AS DECIMAL(18, 6)) AS move,
  CAST((`close` - close_before) / close_before * 100 AS DECIMAL(14, 6)) AS move_pct
FROM (
  SELECT *, LAG(`close`) OVER (PARTITION BY symbol, `interval` ORDER BY bar_time) AS close_before
  FROM all_bars
);
