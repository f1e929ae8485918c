-- How much each symbol's price went up and down within a day: from the logarithmic returns between the closes of bars
-- that follow one another on the same day of time_zone. Key: symbol, trading_day.
-- stddev_pct is the sample standard deviation of these returns (null for fewer than two); realized_pct the root of the
-- sum of their squares, the day's realized volatility; range_pct the day's high against its low. All in percent.
-- Parameters: bar_interval, 1m, 5m or 1h; time_zone, the exchange's; from_day and to_day, UTC, both included;
-- symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    '1m' AS bar_interval,
    'America/New_York' AS time_zone,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

local_bars AS (
  SELECT
    bars.symbol,
    bars.window_start,
    bars.high,
    bars.low,
    bars."close",
    CAST(CAST(AT_TIMEZONE(bars.window_start, parameters.time_zone) AS TIMESTAMP(6)) AS DATE) AS trading_day
  FROM bars
  CROSS JOIN parameters
  WHERE
    bars."interval" = parameters.bar_interval
    AND bars.day BETWEEN parameters.from_day AND parameters.to_day
    AND bars.symbol LIKE parameters.symbols
),

returns AS (
  SELECT
    symbol,
    trading_day,
    high,
    low,
    LN("close" / LAG("close") OVER (PARTITION BY symbol, trading_day ORDER BY window_start)) AS log_return
  FROM local_bars
)

SELECT
  symbol,
  trading_day,
  COUNT(*) AS bars,
  ROUND(STDDEV_SAMP(log_return) * 100E0, 6) AS stddev_pct,
  ROUND(SQRT(SUM(log_return * log_return)) * 100E0, 6) AS realized_pct,
  ROUND((MAX(high) / MIN(low) - 1E0) * 100E0, 6) AS range_pct
FROM returns
GROUP BY symbol, trading_day
ORDER BY symbol, trading_day;
