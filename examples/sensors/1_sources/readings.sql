-- One row: one record of the Kinesis stream as it came: what a sensor measured.
-- Key: sensor, measured_at. Time: plausible_time, with one watermark over all shards.
-- A sensor whose clock is more than 60 s ahead has no plausible_time, so it cannot move the watermark.
CREATE TABLE readings (
  sensor STRING,
  measured_at TIMESTAMP_LTZ(3),
  celsius DOUBLE,
  parse_error STRING METADATA VIRTUAL,
  arrived_at TIMESTAMP_LTZ(3) METADATA VIRTUAL,
  plausible_time AS CASE WHEN measured_at <= arrived_at + INTERVAL '60' SECOND THEN measured_at END,
  WATERMARK FOR plausible_time AS plausible_time - INTERVAL '${LATENESS_SECONDS}' SECOND(3, 3)
) WITH (
  'connector' = 'tidemark-kinesis',
  'stream' = '${READINGS_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'scan.stream.initpos' = '${INITIAL_POSITION}',
  'scan.stream.initpos-timestamp' = '${INITIAL_TIMESTAMP}',
  'scan.shard.idle-timeout' = '${SHARD_IDLE_SECONDS} s'
);
