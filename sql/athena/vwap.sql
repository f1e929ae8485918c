-- The volume-weighted average price of each symbol and day, from its trades. Key: symbol, trading_day.
-- vwap and notional are in the price's currency; vwap is null on a day whose trades have no size. Interval data counts
-- with its close.
-- Parameters: time_zone, whose days these are; from_day and to_day, UTC, both included; symbols, a LIKE pattern.
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
    trades.size,
    -- A decimal, so that the order of adding is no matter.
    CAST(trades.price AS DECIMAL(18, 6)) * trades.size AS notional,
    CAST(CAST(AT_TIMEZONE(trades.event_time, parameters.time_zone) AS TIMESTAMP(6)) AS DATE) AS trading_day
  FROM trades
  CROSS JOIN parameters
  WHERE trades.day BETWEEN parameters.from_day AND parameters.to_day AND trades.symbol LIKE parameters.symbols
)

SELECT
  symbol,
  trading_day,
  ROUND(CAST(SUM(notional) AS DOUBLE) / NULLIF(CAST(SUM(size) AS DOUBLE), 0E0), 6) AS vwap,
  CAST(SUM(size) AS BIGINT) AS volume,
  CAST(SUM(notional) AS DOUBLE) AS notional,
  COUNT(*) AS trades
FROM local_trades
GROUP BY symbol, trading_day
ORDER BY symbol, trading_day;
