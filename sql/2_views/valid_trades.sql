-- One row: a valid trade that is not late, once.
-- Key: symbol, event_time, trade_id. Time: event_time.
CREATE VIEW valid_trades AS
SELECT *
FROM on_time
WHERE NOT is_copy;
