-- The lake table rsi_14 (gold): the relative strength index of each closed bar, once. Key: symbol, interval, bar_start.
-- Partitioned by the UTC day of bar_start. event_time is the last moment of the bar.
CREATE TABLE lake.rsi_14 (
  symbol STRING,
  `interval` STRING,
  bar_start TIMESTAMP_LTZ(6),
  event_time TIMESTAMP_LTZ(6),
  rsi DOUBLE,
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'rsi_14',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'gold',
  'tidemark.key' = 'symbol, interval, bar_start',
  'tidemark.partitioned-by' = 'day',
  'tidemark.read-again-by' = 'event_time'
);
