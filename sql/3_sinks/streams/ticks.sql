-- The stream ticks: one JSON record a row of the view ticks, times as ISO 8601 text. Partition key: symbol.
CREATE TABLE streams.ticks (
  symbol STRING,
  event_time STRING,
  `open` DOUBLE,
  high DOUBLE,
  low DOUBLE,
  `close` DOUBLE,
  volume BIGINT,
  trade_count BIGINT,
  day_open DOUBLE,
  day_high DOUBLE,
  day_low DOUBLE,
  day_volume BIGINT,
  previous_close DOUBLE,
  day_move_pct DOUBLE,
  emitted_at STRING
) PARTITIONED BY (symbol) WITH (
  'connector' = 'kinesis',
  'stream' = '${TICKS_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'sink.http-client.protocol.version' = 'HTTP1_1',
  'sink.flush-buffer.timeout' = '100',
  'sink.fail-on-error' = 'true',
  'format' = 'json'
);
