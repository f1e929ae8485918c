-- One row: a valid trade that the watermark had not passed when it came; the others cross no level (out_of_order).
-- Key: symbol, event_time, trade_id. Time: event_time.
CREATE VIEW trades_in_order AS
SELECT *
FROM valid_trades
WHERE NOT behind;
