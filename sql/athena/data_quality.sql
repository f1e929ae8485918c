-- Whether the lake is what it promises: a row for each rule, with the rows that were held against it and those that
-- break it. Key: rule. failed is 0 everywhere but in the last lines, which count records that are in no bar.
-- A bar is held against trades and smaller bars once its window has closed; parts of one that is open are not.
-- Parameters: from_day and to_day, UTC, both included: of event times and windows, of rejects the arrival.
WITH parameters AS (
  SELECT
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day
),

own_trades AS (
  SELECT trades.symbol, trades.event_time, trades.trade_id, trades.price, trades.size, trades.day
  FROM trades
  CROSS JOIN parameters
  WHERE trades.day BETWEEN parameters.from_day AND parameters.to_day
),

own_bars AS (
  SELECT
    bars.symbol, bars."interval", bars.window_start, bars.window_end, bars."open", bars.high, bars.low, bars."close",
    bars.volume, bars.trade_count
  FROM bars
  CROSS JOIN parameters
  WHERE bars.day BETWEEN parameters.from_day AND parameters.to_day
),

traded AS (
  SELECT
    symbol,
    DATE_TRUNC('minute', event_time) AS traded_minute,
    COUNT(*) AS trade_count,
    SUM(size) AS volume
  FROM own_trades
  GROUP BY symbol, DATE_TRUNC('minute', event_time)
),

minutes AS (
  SELECT
    own_bars.symbol,
    own_bars.trade_count,
    own_bars.trade_count = traded.trade_count AND own_bars.volume = traded.volume AS same_trades,
    own_bars.trade_count = counts.trades AS same_count
  FROM own_bars
  LEFT JOIN traded ON own_bars.symbol = traded.symbol AND own_bars.window_start = traded.traded_minute
  LEFT JOIN counts ON own_bars.symbol = counts.symbol AND own_bars.window_start = counts.window_start
  WHERE own_bars."interval" = '1m'
),

built AS (
  SELECT
    large.trade_count = SUM(small.trade_count) AND large.volume = SUM(small.volume) AS same_sums,
    large.high = MAX(small.high) AND large.low = MIN(small.low) AS same_extremes
  FROM own_bars AS large
  LEFT JOIN own_bars AS small
    ON
      large.symbol = small.symbol
      AND small."interval" = '1m'
      AND small.window_start >= large.window_start
      AND small.window_start < large.window_end
  WHERE large."interval" <> '1m'
  GROUP BY
    large.symbol, large."interval", large.window_start, large.trade_count, large.volume, large.high, large.low
),

rules AS (
  SELECT 1 AS place, 'a trade is there once' AS rule, SUM(copies) AS checked, SUM(copies - 1) AS failed
  FROM (
    SELECT COUNT(*) AS copies
    FROM own_trades
    GROUP BY symbol, event_time, trade_id
  ) AS trade_keys
  UNION ALL
  SELECT
    2, 'a trade has a price above 0 and no negative size', COUNT(*),
    COUNT(CASE WHEN price <= 0E0 OR size < 0 THEN 1 END)
  FROM own_trades
  UNION ALL
  SELECT
    3, 'a trade is in the partition of its day', COUNT(*),
    COUNT(CASE WHEN CAST(CAST(event_time AS TIMESTAMP(6)) AS DATE) <> day THEN 1 END)
  FROM own_trades
  UNION ALL
  SELECT 4, 'a bar is there once', SUM(copies), SUM(copies - 1)
  FROM (
    SELECT COUNT(*) AS copies
    FROM own_bars
    GROUP BY symbol, "interval", window_start
  ) AS bar_keys
  UNION ALL
  SELECT
    5, 'a bar has open and close between low and high', COUNT(*),
    COUNT(CASE WHEN low > "open" OR low > "close" OR "open" > high OR "close" > high THEN 1 END)
  FROM own_bars
  UNION ALL
  SELECT
    6, 'a 1-minute bar counts the trades of its minute', COUNT(*),
    COUNT(*) - COUNT(CASE WHEN same_trades THEN 1 END)
  FROM minutes
  UNION ALL
  SELECT
    7, 'counts and 1-minute bars say the same', COUNT(*), COUNT(*) - COUNT(CASE WHEN same_count THEN 1 END)
  FROM minutes
  UNION ALL
  SELECT
    8, 'a larger bar is the sum of its minutes', COUNT(*),
    COUNT(*) - COUNT(CASE WHEN same_sums AND same_extremes THEN 1 END)
  FROM built
  UNION ALL
  SELECT 9, 'a hit is there once', SUM(copies), SUM(copies - 1)
  FROM (
    SELECT COUNT(*) AS copies
    FROM hits
    CROSS JOIN parameters
    WHERE hits.day BETWEEN parameters.from_day AND parameters.to_day
    GROUP BY hits.hit_id
  ) AS hit_keys
  UNION ALL
  SELECT 10, 'records: duplicates', SUM(counts.trades + counts.duplicates), SUM(counts.duplicates)
  FROM counts
  CROSS JOIN parameters
  WHERE counts.day BETWEEN parameters.from_day AND parameters.to_day
  UNION ALL
  SELECT
    11, 'records: ' || kinds.reason, COUNT(rejects.reason),
    COUNT(CASE WHEN rejects.reason = kinds.reason THEN 1 END)
  FROM (VALUES ('late'), ('invalid'), ('malformed')) AS kinds (reason)
  CROSS JOIN parameters
  LEFT JOIN rejects ON rejects.day BETWEEN parameters.from_day AND parameters.to_day
  GROUP BY kinds.reason
)

SELECT
  rule,
  CAST(COALESCE(checked, 0) AS BIGINT) AS checked,
  CAST(COALESCE(failed, 0) AS BIGINT) AS failed
FROM rules
ORDER BY place, rule;
