-- One row: a valid record that is not late; is_copy tells whether its trade was there before.
-- Key of a trade: symbol, event_time, trade_id. Time: event_time.
-- Ids are remembered until the watermark is a minute past the close of their window; a later copy is late.
-- behind: the watermark has passed the trade, so it counts in bars but moves no tick and crosses no level.
CREATE VIEW on_time AS
SELECT
  trade_id, symbol, plausible_time AS event_time, price, `size`, `source`, `sequence`, previous_close, quote_time,
  day_open, day_high, day_low, exchange, currency, side, trader,
  COALESCE(`open`, price) AS `open`, COALESCE(high, price) AS high, COALESCE(low, price) AS low,
  shard_id, sequence_number, sub_sequence_number, arrived_at, watermark_before,
  COALESCE(plausible_time <= watermark_before, FALSE) AS behind,
  IS_COPY(
    trade_id, plausible_time, closes_at + INTERVAL '1' MINUTE, watermark_before
  ) OVER (PARTITION BY symbol ORDER BY proc_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS is_copy
FROM checked
WHERE COALESCE(malformed, invalid, late) IS NULL;
