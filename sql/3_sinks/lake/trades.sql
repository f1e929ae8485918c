-- The lake table trades (silver): each valid trade that is not late, once. Key: symbol, event_time, trade_id.
-- Partitioned by the UTC day of event_time.
-- watermark_before is the job's time when the trade came, NULL before the first: a trade at or behind it
-- counts in bars but crosses no level.
CREATE TABLE lake.trades (
  trade_id STRING,
  symbol STRING,
  event_time TIMESTAMP_LTZ(6),
  price DOUBLE,
  `size` BIGINT,
  `source` STRING,
  `sequence` BIGINT,
  previous_close DOUBLE,
  quote_time TIMESTAMP_LTZ(6),
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
  shard_id STRING,
  sequence_number STRING,
  sub_sequence_number BIGINT,
  arrived_at TIMESTAMP_LTZ(6),
  watermark_before TIMESTAMP_LTZ(6),
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'trades',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'silver',
  'tidemark.key' = 'symbol, event_time, trade_id',
  'tidemark.partitioned-by' = 'day',
  'tidemark.carried' = 'previous_close',
  'tidemark.read-again-by' = 'arrived_at'
);
