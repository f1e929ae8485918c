-- One row: a bar of any interval. Key: symbol, interval, bar_start. Time: bar_time.
CREATE VIEW all_bars AS
SELECT '1m' AS `interval`, * FROM bars_1m
UNION ALL
SELECT '5m' AS `interval`, * FROM bars_5m
UNION ALL
SELECT '1h' AS `interval`, * FROM bars_1h
UNION ALL
SELECT '1d' AS `interval`, * FROM bars_1d;
