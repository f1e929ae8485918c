-- The lake table hits (gold): each crossing and clearing, once. Key: hit_id.
-- Partitioned by the UTC day of event_time.
CREATE TABLE lake.hits (
  hit_id STRING,
  symbol STRING,
  event_time TIMESTAMP_LTZ(6),
  price DOUBLE,
  base_price DOUBLE,
  move_pct DOUBLE,
  lookback STRING,
  threshold_pct DOUBLE,
  clear_pct DOUBLE,
  direction STRING,
  state STRING,
  emitted_at TIMESTAMP_LTZ(6),
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'hits',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'gold',
  'tidemark.key' = 'hit_id',
  'tidemark.partitioned-by' = 'day',
  'tidemark.reaches' = '5 min',
  'tidemark.read-again-by' = 'event_time'
);
