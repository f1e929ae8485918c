-- One row: a valid trade whose second is open when it comes; the others move no tick, but count in their bars.
-- Key: symbol, event_time, trade_id. Time: event_time.
CREATE VIEW tick_trades AS
SELECT *
FROM valid_trades
WHERE
  watermark_before IS NULL
  OR watermark_before < CAST(FLOOR(CAST(event_time AS TIMESTAMP(3)) TO SECOND) AS TIMESTAMP_LTZ(3))
  + INTERVAL '0.999' SECOND(1, 3);
