-- The stream bars: one JSON record a row of the view bars, times as ISO 8601 text. Partition key: symbol.
-- One request at a time: of several at once a later one may arrive first, and alerting takes a symbol's bars in
-- their order.
CREATE TABLE streams.bars (
  symbol STRING,
  `interval` STRING,
  window_start STRING,
  window_end STRING,
  `open` DOUBLE,
  high DOUBLE,
  low DOUBLE,
  `close` DOUBLE,
  volume BIGINT,
  trade_count BIGINT,
  vwap DOUBLE,
  `change` DOUBLE,
  change_pct DOUBLE,
  move_pct DOUBLE,
  day_move_pct DOUBLE,
  emitted_at STRING
) PARTITIONED BY (symbol) WITH (
  'connector' = 'kinesis',
  'stream' = '${BARS_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'sink.http-client.protocol.version' = 'HTTP1_1',
  'sink.flush-buffer.timeout' = '100',
  'sink.requests.max-inflight' = '1',
  'sink.fail-on-error' = 'true',
  'format' = 'json'
);
