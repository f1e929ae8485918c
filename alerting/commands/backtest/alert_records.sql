-- One row: what the alerting rules look at, a bar or a hit, as JSON in the form of its contract. Key: record.
-- Laid beside the job's views for a backtest, so that one run of Flink makes both.
CREATE VIEW alert_records AS
SELECT
  JSON_OBJECT(
    KEY 'symbol' VALUE symbol,
    KEY 'interval' VALUE `interval`,
    KEY 'window_start' VALUE DATE_FORMAT(window_start, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''),
    KEY 'window_end' VALUE DATE_FORMAT(window_end, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''),
    KEY 'open' VALUE `open`,
    KEY 'high' VALUE high,
    KEY 'low' VALUE low,
    KEY 'close' VALUE `close`,
    KEY 'volume' VALUE volume,
    KEY 'trade_count' VALUE trade_count,
    KEY 'vwap' VALUE vwap,
    KEY 'change' VALUE `change`,
    KEY 'change_pct' VALUE change_pct,
    KEY 'move_pct' VALUE move_pct,
    KEY 'day_move_pct' VALUE day_move_pct,
    KEY 'emitted_at' VALUE DATE_FORMAT(emitted_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
  ) AS record
FROM bars
UNION ALL
SELECT
  JSON_OBJECT(
    KEY 'hit_id' VALUE hit_id,
    KEY 'symbol' VALUE symbol,
    KEY 'event_time' VALUE DATE_FORMAT(event_time, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''),
    KEY 'price' VALUE price,
    KEY 'base_price' VALUE base_price,
    KEY 'move_pct' VALUE move_pct,
    KEY 'lookback' VALUE lookback,
    KEY 'threshold_pct' VALUE threshold_pct,
    KEY 'clear_pct' VALUE clear_pct,
    KEY 'direction' VALUE direction,
    KEY 'state' VALUE state,
    KEY 'emitted_at' VALUE DATE_FORMAT(emitted_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
  ) AS record
FROM hits;
