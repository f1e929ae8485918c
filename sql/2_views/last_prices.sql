-- One row: the last price of a symbol at an event time, by sequence and trade_id (most trades tie in time).
-- Key: symbol, event_time. Given out when the watermark passes it.
CREATE VIEW last_prices AS
SELECT symbol, window_time AS event_time, LATEST(price, `sequence`, trade_id) AS price
FROM TABLE(TUMBLE(TABLE trades_in_order, DESCRIPTOR(event_time), INTERVAL '0.001' SECOND(1, 3)))
GROUP BY symbol, window_start, window_end, window_time;
