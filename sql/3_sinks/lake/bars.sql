-- The lake table bars (gold): each closed bar, once. Key: symbol, interval, window_start.
-- Partitioned by the UTC day of window_start.
CREATE TABLE lake.bars (
  symbol STRING,
  `interval` STRING,
  window_start TIMESTAMP_LTZ(6),
  window_end TIMESTAMP_LTZ(6),
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
  emitted_at TIMESTAMP_LTZ(6),
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'bars',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'gold',
  'tidemark.key' = 'symbol, interval, window_start',
  'tidemark.partitioned-by' = 'day',
  'tidemark.corrections-to' = 'streams.bars',
  'tidemark.read-again-by' = 'window_end'
);
