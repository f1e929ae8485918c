-- The bars that moved most: of each window the symbols with the largest change from open to close, up or down.
-- Those that changed alike share a place, and all of them are there. Key: window_start, symbol.
-- change_pct is close against open, move_pct close against the previous bar's close (null for a symbol's first bar),
-- both in percent; window_start is UTC.
-- Parameters: bar_interval, 1m, 5m, 1h or 1d; places, how many of a window; from_day and to_day, UTC, both included;
-- symbols, a LIKE pattern.
WITH parameters AS (
  SELECT
    '1d' AS bar_interval,
    10 AS places,
    DATE '1970-01-01' AS from_day,
    DATE '9999-12-31' AS to_day,
    '%' AS symbols
),

ranked AS (
  SELECT
    bars.window_start,
    bars.symbol,
    bars."open",
    bars."close",
    bars.change_pct,
    bars.move_pct,
    bars.volume,
    RANK() OVER (PARTITION BY bars.window_start ORDER BY ABS(bars.change_pct) DESC) AS place,
    parameters.places
  FROM bars
  CROSS JOIN parameters
  WHERE
    bars."interval" = parameters.bar_interval
    AND bars.day BETWEEN parameters.from_day AND parameters.to_day
    AND bars.symbol LIKE parameters.symbols
)

SELECT
  window_start,
  place,
  symbol,
  "open",
  "close",
  change_pct,
  move_pct,
  volume
FROM ranked
WHERE place <= places
ORDER BY window_start, place, symbol;
