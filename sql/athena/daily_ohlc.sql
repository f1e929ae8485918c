-- The open, high, low, close and volume of each symbol and trading day, from the 1-minute bars of its session: of the
-- bars that start from session_start on and before session_end, by the clocks of time_zone. Key: symbol, trading_day.
-- A day without a bar in the session has no row. vwap is null where nothing but quotes was traded (volume 0).
-- Parameters: time_zone, the exchange's; session_start and session_end, HH:MM; from_day and to_day, UTC, both
-- included; symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    'America/New_York' AS time_zone,
    '09:30' AS session_start,
    '16:00' AS session_end,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

minutes AS (
  SELECT
    bars.symbol,
    bars.window_start,
    bars."open",
    bars.high,
    bars.low,
    bars."close",
    bars.volume,
    bars.trade_count,
    -- A decimal, so that the order of adding is no matter.
    CAST(bars.vwap AS DECIMAL(18, 6)) * bars.volume AS notional,
    CAST(AT_TIMEZONE(bars.window_start, parameters.time_zone) AS TIMESTAMP(6)) AS local_time,
    parameters.session_start,
    parameters.session_end
  FROM bars
  CROSS JOIN parameters
  WHERE
    bars."interval" = '1m'
    AND bars.day BETWEEN parameters.from_day AND parameters.to_day
    AND bars.symbol LIKE parameters.symbols
)

SELECT
  symbol,
  CAST(local_time AS DATE) AS trading_day,
  MIN_BY("open", window_start) AS "open",
  MAX(high) AS high,
  MIN(low) AS low,
  MAX_BY("close", window_start) AS "close",
  CAST(SUM(volume) AS BIGINT) AS volume,
  CAST(SUM(trade_count) AS BIGINT) AS trade_count,
  ROUND(CAST(SUM(notional) AS DOUBLE) / NULLIF(CAST(SUM(volume) AS DOUBLE), 0E0), 6) AS vwap
FROM minutes
WHERE
  SUBSTR(CAST(local_time AS VARCHAR), 12, 5) >= session_start
  AND SUBSTR(CAST(local_time AS VARCHAR), 12, 5) < session_end
GROUP BY symbol, CAST(local_time AS DATE)
ORDER BY symbol, trading_day;
