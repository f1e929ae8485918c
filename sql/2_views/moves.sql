-- One row: the rolling move of a symbol at an event time, with its levels. Key: symbol, event_time.
-- The price against the earliest price of the five minutes before it or, after a gap, the last price before the gap.
CREATE VIEW moves AS
SELECT
  m.symbol, m.event_time, m.price, m.base_price, m.lookback,
  ROUND((m.price - m.base_price) / m.base_price * 100, 6) AS move_pct,
  COALESCE(own.threshold_pct, everyone.threshold_pct) AS threshold_pct,
  COALESCE(own.clear_pct, everyone.clear_pct) AS clear_pct
FROM (
  SELECT
    symbol, event_time, price, '5m' AS lookback, PROCTIME() AS proc_time,
    LOOKBACK_BASE(price, event_time, INTERVAL '5' MINUTE)
      OVER (PARTITION BY symbol ORDER BY event_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS base_price
  FROM last_prices
) AS m
LEFT JOIN thresholds FOR SYSTEM_TIME AS OF m.proc_time AS own ON own.symbol = m.symbol
LEFT JOIN thresholds FOR SYSTEM_TIME AS OF m.proc_time AS everyone ON everyone.symbol = '*';
