-- The lake table counts (audit): what became of the on-time records of a symbol and minute.
-- Key: symbol, window_start.
-- Partitioned by the UTC day of window_start.
CREATE TABLE lake.counts (
  symbol STRING,
  window_start TIMESTAMP_LTZ(6),
  trades BIGINT,
  duplicates BIGINT,
  out_of_order BIGINT,
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'counts',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'audit',
  'tidemark.key' = 'symbol, window_start',
  'tidemark.partitioned-by' = 'day',
  'tidemark.read-again-by' = 'window_start'
);
