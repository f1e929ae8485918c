-- The stream alarms: one JSON record a row of the view alarms, times as ISO 8601 text. Partition key: sensor.
CREATE TABLE streams.alarms (
  sensor STRING,
  `at` STRING,
  state STRING,
  average DOUBLE,
  alarm_at DOUBLE,
  clear_at DOUBLE
) PARTITIONED BY (sensor) WITH (
  'connector' = 'kinesis',
  'stream' = '${ALARMS_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'sink.http-client.protocol.version' = 'HTTP1_1',
  'sink.flush-buffer.timeout' = '100',
  'sink.fail-on-error' = 'true',
  'format' = 'json'
);
