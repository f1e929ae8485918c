-- The gaps in each symbol's data: minutes without a trade between two 1-minute bars of the same session.
-- Key: symbol, gap_start. A symbol that has no bar at all in a session has no gap in it either.
-- gap_start is the end of the bar before and gap_end the start of the bar after, both UTC.
-- Parameters: least_minutes, of a gap; time_zone, the exchange's; session_start and session_end, HH:MM; from_day and
-- to_day, UTC, both included; symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    1 AS least_minutes,
    'America/New_York' AS time_zone,
    '09:30' AS session_start,
    '16:00' AS session_end,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

local_bars AS (
  SELECT
    bars.symbol,
    bars.window_start,
    bars.window_end,
    CAST(AT_TIMEZONE(bars.window_start, parameters.time_zone) AS TIMESTAMP(6)) AS local_time,
    parameters.least_minutes,
    parameters.session_start,
    parameters.session_end
  FROM bars
  CROSS JOIN parameters
  WHERE
    bars."interval" = '1m'
    AND bars.day BETWEEN parameters.from_day AND parameters.to_day
    AND bars.symbol LIKE parameters.symbols
),

followed AS (
  SELECT
    symbol,
    window_end AS gap_start,
    LEAD(window_start) OVER (PARTITION BY symbol, CAST(local_time AS DATE) ORDER BY window_start) AS gap_end,
    least_minutes
  FROM local_bars
  WHERE
    SUBSTR(CAST(local_time AS VARCHAR), 12, 5) >= session_start
    AND SUBSTR(CAST(local_time AS VARCHAR), 12, 5) < session_end
)

SELECT
  symbol,
  gap_start,
  gap_end,
  DATE_DIFF('minute', gap_start, gap_end) AS minutes
FROM followed
WHERE DATE_DIFF('minute', gap_start, gap_end) >= least_minutes
ORDER BY symbol, gap_start;
