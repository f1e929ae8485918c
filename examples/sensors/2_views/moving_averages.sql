-- One row: the average of what a sensor measured in five minutes, every minute anew. Key: sensor, until.
-- Time: average_time. Every reading weighs the same.
CREATE VIEW moving_averages AS
SELECT
  sensor, window_end AS `until`, window_time AS average_time,
  ROUND(CAST(SUM(total) AS DOUBLE) / SUM(readings), 6) AS average,
  MIN(lowest) AS lowest,
  MAX(highest) AS highest,
  SUM(readings) AS readings
FROM TABLE(HOP(TABLE minutes, DESCRIPTOR(minute_time), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE))
GROUP BY sensor, window_start, window_end, window_time;
