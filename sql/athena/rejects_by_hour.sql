-- The records that count in no bar, by the hour in which they arrived and why: late, invalid or malformed.
-- Key: hour, reason. Duplicates are no rejects: data_quality counts them.
-- hour is when the hour began by the clocks of time_zone; example is one of the details, the first by the alphabet;
-- shards is how many shards they came from; first_arrived and last_arrived are UTC.
-- Parameters: time_zone; from_day and to_day, UTC days of arrival, both included; reasons, a LIKE pattern.
WITH parameters AS (
  SELECT
    'UTC' AS time_zone,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS reasons
),

local_rejects AS (
  SELECT
    rejects.reason,
    rejects.detail,
    rejects.shard_id,
    rejects.arrived_at,
    CAST(rejects.arrived_at AS TIMESTAMP(6)) AS utc_time,
    CAST(AT_TIMEZONE(rejects.arrived_at, parameters.time_zone) AS TIMESTAMP(6)) AS local_time
  FROM rejects
  CROSS JOIN parameters
  WHERE rejects.day BETWEEN parameters.from_day AND parameters.to_day AND rejects.reason LIKE parameters.reasons
)

SELECT
  SUBSTR(CAST(DATE_TRUNC('hour', local_time) AS VARCHAR), 1, 16) AS hour,
  reason,
  COUNT(*) AS records,
  COUNT(DISTINCT shard_id) AS shards,
  MIN(arrived_at) AS first_arrived,
  MAX(arrived_at) AS last_arrived,
  MIN(detail) AS example
FROM local_rejects
-- Where clocks are put back, the hour that comes twice is two: by its distance from UTC.
GROUP BY DATE_TRUNC('hour', local_time), local_time - utc_time, reason
ORDER BY first_arrived, reason;
