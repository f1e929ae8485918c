-- One row: a bar with the standard deviation, in percent, of the last 20 changes from close to close.
-- Key: symbol, interval, bar_start. Time: bar_time. Null for fewer than two changes.
-- The sums are DECIMAL, so that what leaves the window is taken out of them without a rest.
CREATE VIEW volatility_20 AS
SELECT
  symbol, `interval`, bar_start, bar_time,
  CASE
    WHEN changes > 1
      THEN ROUND(SQRT(GREATEST(CAST(squares - total * total / changes AS DOUBLE), 0) / (changes - 1)), 6)
  END AS volatility
FROM (
  SELECT
    *,
    SUM(move_pct) OVER last_20 AS total,
    SUM(CAST(move_pct * move_pct AS DECIMAL(28, 12))) OVER last_20 AS squares,
    COUNT(move_pct) OVER last_20 AS changes
  FROM close_moves
  WINDOW last_20 AS (
    PARTITION BY symbol, `interval`
    ORDER BY bar_time
    ROWS BETWEEN 19 PRECEDING AND CURRENT ROW
  )
);
