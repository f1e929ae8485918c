-- The stream averages: one JSON record a row of the view moving_averages, times as ISO 8601 text.
-- Partition key: sensor.
CREATE TABLE streams.averages (
  sensor STRING,
  `until` STRING,
  average DOUBLE,
  lowest DOUBLE,
  highest DOUBLE,
  readings BIGINT
) PARTITIONED BY (sensor) WITH (
  'connector' = 'kinesis',
  'stream' = '${AVERAGES_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'sink.http-client.protocol.version' = 'HTTP1_1',
  'sink.flush-buffer.timeout' = '100',
  'sink.fail-on-error' = 'true',
  'format' = 'json'
);
