-- One row: a bar with the relative strength index over the last 14 changes from close to close.
-- Key: symbol, interval, bar_start. Time: bar_time. Null before there are 14.
-- 100 when all of them rose, 0 when all fell. Cutler's form, with plain averages, which needs no more than these 14.
CREATE VIEW rsi_14 AS
SELECT
  symbol, `interval`, bar_start, bar_time,
  CASE
    WHEN changes = 14 THEN ROUND(CAST(gains AS DOUBLE) / NULLIF(CAST(gains + losses AS DOUBLE), 0) * 100, 6)
  END AS rsi
FROM (
  SELECT
    *,
    SUM(GREATEST(move, 0)) OVER last_14 AS gains,
    SUM(GREATEST(-move, 0)) OVER last_14 AS losses,
    COUNT(move) OVER last_14 AS changes
  FROM close_moves
  WINDOW last_14 AS (
    PARTITION BY symbol, `interval`
    ORDER BY bar_time
    ROWS BETWEEN 13 PRECEDING AND CURRENT ROW
  )
);
