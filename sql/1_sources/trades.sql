-- One row: one record of the Kinesis stream as it came, clocks, broken records and copies included.
-- Key: shard_id, sequence_number, sub_sequence_number. Time: plausible_time, with one watermark over all shards.
-- An event time more than 60 s ahead of its arrival is no plausible_time, so it cannot move the watermark.
-- A record that cannot be read keeps its payload; parse_error says what is wrong with it.
-- undecodable are the bytes of a record that is not UTF-8, whose payload cannot have them all.
CREATE TABLE trades (
  trade_id STRING,
  symbol STRING,
  event_time TIMESTAMP_LTZ(3),
  price DOUBLE,
  `size` BIGINT,
  `source` STRING,
  `sequence` BIGINT,
  previous_close DOUBLE,
  quote_time TIMESTAMP_LTZ(3),
  day_open DOUBLE,
  day_high DOUBLE,
  day_low DOUBLE,
  exchange STRING,
  currency STRING,
  side STRING,
  trader STRING,
  `open` DOUBLE,
  high DOUBLE,
  low DOUBLE,
  payload STRING METADATA VIRTUAL,
  undecodable BYTES METADATA VIRTUAL,
  parse_error STRING METADATA VIRTUAL,
  `stream` STRING METADATA VIRTUAL,
  shard_id STRING METADATA VIRTUAL,
  sequence_number STRING METADATA VIRTUAL,
  sub_sequence_number BIGINT METADATA VIRTUAL,
  arrived_at TIMESTAMP_LTZ(3) METADATA VIRTUAL,
  plausible_time AS CASE WHEN event_time <= arrived_at + INTERVAL '60' SECOND THEN event_time END,
  proc_time AS PROCTIME(),
  WATERMARK FOR plausible_time AS plausible_time - INTERVAL '${LATENESS_SECONDS}' SECOND(3, 3)
) WITH (
  'connector' = 'tidemark-kinesis',
  'stream' = '${TRADES_STREAM}',
  'aws.region' = '${AWS_REGION}',
  'aws.endpoint' = '${KINESIS_ENDPOINT}',
  'scan.stream.initpos' = '${INITIAL_POSITION}',
  'scan.stream.initpos-timestamp' = '${INITIAL_TIMESTAMP}',
  'scan.watermark.interval' = '50 ms',
  'scan.shard.idle-timeout' = '${SHARD_IDLE_SECONDS} s'
);
