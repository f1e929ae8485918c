-- The lake table rsi_14: the relative strength index of each closed bar, once. Key: symbol, interval, bar_start.
-- Partitioned by the UTC day of bar_start.
CREATE TABLE lake.rsi_14 (
  symbol STRING,
  `interval` STRING,
  bar_start TIMESTAMP_LTZ(6),
  bar_time TIMESTAMP_LTZ(6),
  rsi DOUBLE,
  `day` DATE
) PARTITIONED BY (`day`) WITH (
  'connector' = 'iceberg',
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
  'tidemark.read-again-by' = 'bar_time'
);
