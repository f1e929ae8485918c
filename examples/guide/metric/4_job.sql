-- The job: every INSERT that runs, as one statement set.
-- Times leave for the streams as ISO 8601 in UTC with milliseconds.
EXECUTE STATEMENT SET
BEGIN

  INSERT INTO streams.bars
  SELECT
    symbol, `interval`, DATE_FORMAT(window_start, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''),
    DATE_FORMAT(window_end, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''), `open`, high, low, `close`, volume, trade_count,
    vwap, `change`, change_pct, move_pct, day_move_pct, DATE_FORMAT(emitted_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
  FROM bars;

  INSERT INTO streams.ticks
  SELECT
    symbol, DATE_FORMAT(event_time, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''), `open`, high, low, `close`, volume,
    trade_count, day_open, day_high, day_low, day_volume, previous_close, day_move_pct,
    DATE_FORMAT(emitted_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
  FROM ticks;

  INSERT INTO streams.hits
  SELECT
    hit_id, symbol, DATE_FORMAT(event_time, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''), price, base_price, move_pct,
    lookback, threshold_pct, clear_pct, direction, state, DATE_FORMAT(emitted_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
  FROM hits;

  INSERT INTO lake.raw_trades
  SELECT
    `stream`, shard_id, sequence_number, sub_sequence_number, arrived_at, symbol, payload, payload_bytes, partition_day
  FROM raw_trades;

  INSERT INTO lake.trades
  SELECT
    trade_id, symbol, event_time, price, `size`, `source`, `sequence`, previous_close, quote_time, day_open, day_high,
    day_low, exchange, currency, side, trader, `open`, high, low, shard_id, sequence_number, sub_sequence_number,
    arrived_at, watermark_before, CAST(event_time AS DATE)
  FROM valid_trades;

  INSERT INTO lake.bars
  SELECT
    symbol, `interval`, window_start, window_end, `open`, high, low, `close`, volume, trade_count, vwap, `change`,
    change_pct, move_pct, day_move_pct, emitted_at, CAST(window_start AS DATE)
  FROM bars;

  INSERT INTO lake.moves
  SELECT
    symbol, event_time, price, base_price, move_pct, lookback, threshold_pct, clear_pct, CAST(event_time AS DATE)
  FROM moves;

  INSERT INTO lake.hits
  SELECT
    hit_id, symbol, event_time, price, base_price, move_pct, lookback, threshold_pct, clear_pct, direction, state,
    emitted_at, CAST(event_time AS DATE)
  FROM hits;

  INSERT INTO lake.rejects
  SELECT
    reason, payload, detail, shard_id, sequence_number, sub_sequence_number, arrived_at, CAST(arrived_at AS DATE)
  FROM rejects;

  INSERT INTO lake.counts
  SELECT
    symbol, window_start, trades, duplicates, out_of_order, CAST(window_start AS DATE)
  FROM counts;

  INSERT INTO lake.rsi_14
  SELECT symbol, `interval`, bar_start, bar_time, rsi, CAST(bar_start AS DATE)
  FROM rsi_14;

END;
