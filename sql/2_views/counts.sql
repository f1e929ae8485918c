-- One row: how many on-time records a symbol had in a minute, by what became of them.
-- Key: symbol, window_start. Time: window_time.
-- trades: counted in the 1-minute bar. duplicates: copies of those. out_of_order: trades behind the watermark.
CREATE VIEW counts AS
SELECT
  symbol, window_start, window_end, window_time,
  COUNT(*) FILTER (WHERE NOT is_copy) AS trades,
  COUNT(*) FILTER (WHERE is_copy) AS duplicates,
  COUNT(*) FILTER (WHERE NOT is_copy AND behind) AS out_of_order
FROM TABLE(TUMBLE(TABLE on_time, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY symbol, window_start, window_end, window_time;
