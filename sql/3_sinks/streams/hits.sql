-- The stream hits: one JSON record a row of the view hits, times as ISO 8601 text. Partition key: symbol.
-- One request at a time: of several at once a later one may arrive first, and alerting takes a symbol's hits in
-- their order.
CREATE TABLE streams.hits (
  hit_id STRING,
  symbol STRING,
  event_time STRING,
  price DOUBLE,
  base_price DOUBLE,
  move_pct DOUBLE,
  lookback STRING,
  threshold_pct DOUBLE,
  clear_pct DOUBLE,
  direction STRING,
  state STRING,
  emitted_at STRING
) PARTITIONED BY (symbol) WITH (
  'connector' = 'kinesis',
  'stream' = '${HITS_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'sink.http-client.protocol.version' = 'HTTP1_1',
  'sink.flush-buffer.timeout' = '50',
  'sink.requests.max-inflight' = '1',
  'sink.fail-on-error' = 'true',
  'format' = 'json'
);
