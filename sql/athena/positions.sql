-- What each trader holds: of each symbol and currency what was bought and sold, and what it is worth at the last price.
-- Key: trader, symbol, currency. Trades without a trader or a side are in no position.
-- bought, sold and position are in shares; cash is what selling brought less what buying cost; worth is position times
-- last_price, the symbol's last in these days; profit is cash and worth together. Money is in the currency.
-- Parameters: traders and symbols, LIKE patterns; from_day and to_day, UTC, both included: positions begin at 0.
WITH parameters AS (
  SELECT
    '%' AS traders,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

chosen AS (
  SELECT
    trades.symbol,
    trades.currency,
    trades.trader,
    trades.price,
    CASE WHEN trades.side = 'buy' THEN trades.size ELSE 0 END AS bought,
    CASE WHEN trades.side = 'sell' THEN trades.size ELSE 0 END AS sold,
    trades.trader IS NOT NULL AND trades.side IN ('buy', 'sell') AND trades.trader LIKE parameters.traders AS counts,
    ROW_NUMBER() OVER (
      PARTITION BY trades.symbol, trades.currency
      ORDER BY trades.event_time DESC, trades.sequence DESC NULLS LAST, trades.trade_id DESC
    ) AS from_last
  FROM trades
  CROSS JOIN parameters
  WHERE trades.day BETWEEN parameters.from_day AND parameters.to_day AND trades.symbol LIKE parameters.symbols
),

held AS (
  SELECT
    trader,
    symbol,
    currency,
    CAST(SUM(bought) AS BIGINT) AS bought,
    CAST(SUM(sold) AS BIGINT) AS sold,
    CAST(SUM(CAST(price AS DECIMAL(18, 6)) * (sold - bought)) AS DOUBLE) AS cash
  FROM chosen
  WHERE counts
  GROUP BY trader, symbol, currency
)

SELECT
  held.trader,
  held.symbol,
  held.currency,
  held.bought,
  held.sold,
  held.bought - held.sold AS position,
  held.cash,
  chosen.price AS last_price,
  CAST(held.bought - held.sold AS DOUBLE) * chosen.price AS worth,
  held.cash + CAST(held.bought - held.sold AS DOUBLE) * chosen.price AS profit
FROM held
INNER JOIN chosen
  ON
    held.symbol = chosen.symbol
    AND held.currency IS NOT DISTINCT FROM chosen.currency
    AND chosen.from_last = 1
ORDER BY held.trader, held.symbol, held.currency;
