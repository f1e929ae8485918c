-- One row: a moving average that reached its sensor's level from below (raised) or fell below its clearing level
-- (cleared). Key: sensor, at. Time: average_time.
CREATE VIEW alarms AS
SELECT sensor, `until` AS `at`, average_time, average, alarm_at, clear_at, state
FROM (
  SELECT
    *,
    CASE
      WHEN average >= alarm_at AND COALESCE(average_before, alarm_at - 1) < alarm_at THEN 'raised'
      WHEN average < clear_at AND average_before >= clear_at THEN 'cleared'
    END AS state
  FROM (
    SELECT *, LAG(average) OVER (PARTITION BY sensor ORDER BY average_time) AS average_before
    FROM leveled
  )
)
WHERE state IS NOT NULL;
