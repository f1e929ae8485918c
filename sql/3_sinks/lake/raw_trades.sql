-- The lake table raw_trades (bronze): each record of the stream as it came, broken ones and copies too, clocks aside.
-- Key: stream, shard_id, sequence_number, sub_sequence_number.
-- Partitioned by the UTC day of event_time, or of arrived_at where that is no plausible time, and by symbol in buckets.
-- payload is the record's text. payload_bytes are its bytes where they are not UTF-8, and NULL otherwise.
CREATE TABLE lake.raw_trades (
  `stream` STRING,
  shard_id STRING,
  sequence_number STRING,
  sub_sequence_number BIGINT,
  arrived_at TIMESTAMP_LTZ(6),
  symbol STRING,
  payload STRING,
  payload_bytes BYTES,
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'raw_trades',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'bronze',
  'tidemark.key' = 'stream, shard_id, sequence_number, sub_sequence_number',
  'tidemark.partitioned-by' = 'day, bucket(4, symbol)',
  'tidemark.read-again-by' = 'arrived_at'
);
