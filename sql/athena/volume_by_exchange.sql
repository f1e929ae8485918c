-- What was traded where, in which currency and from which side; what a feed does not say is null.
-- Key: exchange, currency, side.
-- volume is in shares, notional in the currency; volume_pct is the share of all that the parameters choose, in percent.
-- Parameters: from_day and to_day, UTC, both included; symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

totals AS (
  SELECT
    trades.exchange,
    trades.currency,
    trades.side,
    COUNT(*) AS trades,
    CAST(SUM(trades.size) AS BIGINT) AS volume,
    CAST(SUM(CAST(trades.price AS DECIMAL(18, 6)) * trades.size) AS DOUBLE) AS notional
  FROM trades
  CROSS JOIN parameters
  WHERE trades.day BETWEEN parameters.from_day AND parameters.to_day AND trades.symbol LIKE parameters.symbols
  GROUP BY trades.exchange, trades.currency, trades.side
)

SELECT
  exchange,
  currency,
  side,
  trades,
  volume,
  notional,
  ROUND(CAST(volume AS DOUBLE) / NULLIF(CAST(SUM(volume) OVER () AS DOUBLE), 0E0) * 100E0, 6) AS volume_pct
FROM totals
ORDER BY volume DESC, exchange ASC, currency ASC, side ASC;
