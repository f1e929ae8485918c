-- The highest price of each symbol and hour, and when it was traded; a tie gives a row for each time.
-- Of interval data it is the interval's high, at the interval's start. Key: symbol, event_time.
-- hour is when the hour began by the clocks of time_zone; high is in the price's currency; event_time is UTC.
-- Parameters: time_zone, the exchange's, as the IANA database names it; from_day and to_day, UTC, both included;
-- symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    'America/New_York' AS time_zone,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

local_trades AS (
  SELECT
    trades.symbol,
    trades.event_time,
    COALESCE(trades.high, trades.price) AS top,
    CAST(trades.event_time AS TIMESTAMP(6)) AS utc_time,
    CAST(AT_TIMEZONE(trades.event_time, parameters.time_zone) AS TIMESTAMP(6)) AS local_time
  FROM trades
  CROSS JOIN parameters
  WHERE trades.day BETWEEN parameters.from_day AND parameters.to_day AND trades.symbol LIKE parameters.symbols
),

ranked AS (
  SELECT
    symbol,
    event_time,
    top,
    local_time,
    -- Where clocks are put back, the hour that comes twice is two: by its distance from UTC.
    RANK() OVER (
      PARTITION BY symbol, DATE_TRUNC('hour', local_time), local_time - utc_time
      ORDER BY top DESC
    ) AS place
  FROM local_trades
)

SELECT DISTINCT
  symbol,
  SUBSTR(CAST(DATE_TRUNC('hour', local_time) AS VARCHAR), 1, 16) AS hour,
  top AS high,
  event_time
FROM ranked
WHERE place = 1
ORDER BY symbol, event_time;
