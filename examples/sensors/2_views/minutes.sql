-- One row: what a sensor measured in a minute. Key: sensor, minute_start. Time: minute_time.
-- The sum is DECIMAL, so that no average depends on the order of adding.
CREATE VIEW minutes AS
SELECT
  sensor, window_start AS minute_start, window_time AS minute_time,
  SUM(CAST(celsius AS DECIMAL(18, 6))) AS total,
  COUNT(*) AS readings,
  MIN(celsius) AS lowest,
  MAX(celsius) AS highest
FROM TABLE(TUMBLE(TABLE valid_readings, DESCRIPTOR(measured_at), INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end, window_time;
