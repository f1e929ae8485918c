-- One row: a bar with the volume-weighted average price of the 20 bars that end with it.
-- Key: symbol, interval, bar_start. Time: bar_time. Null while there is no volume.
CREATE VIEW vwap_20 AS
SELECT symbol, `interval`, bar_start, bar_time, CAST(traded AS DOUBLE) / NULLIF(shares, 0) AS vwap
FROM (
  SELECT *, SUM(notional) OVER last_20 AS traded, SUM(volume) OVER last_20 AS shares
  FROM all_bars
  WINDOW last_20 AS (
    PARTITION BY symbol, `interval`
    ORDER BY bar_time
    ROWS BETWEEN 19 PRECEDING AND CURRENT ROW
  )
);
