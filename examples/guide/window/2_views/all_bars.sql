-- One row: a bar of any interval. Key: symbol, interval, bar_start. Time: bar_time.
-- interval is cast so that its type, which keys the state of bars, stays the same whatever interval is added.
CREATE VIEW all_bars AS
SELECT CAST('1m' AS STRING) AS `interval`, * FROM bars_1m
UNION ALL
SELECT CAST('5m' AS STRING) AS `interval`, * FROM bars_5m
UNION ALL
SELECT CAST('15m' AS STRING) AS `interval`, * FROM bars_15m
UNION ALL
SELECT CAST('1h' AS STRING) AS `interval`, * FROM bars_1h
UNION ALL
SELECT CAST('1d' AS STRING) AS `interval`, * FROM bars_1d;
