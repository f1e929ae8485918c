-- The lake table moves (gold): each rolling move, once, whether it makes a hit or not.
-- Key: symbol, event_time, lookback. Partitioned by the UTC day of event_time.
-- base_price and move_pct are NULL for a symbol's first price.
CREATE TABLE lake.moves (
  symbol STRING,
  event_time TIMESTAMP_LTZ(6),
  price DOUBLE,
  base_price DOUBLE,
  move_pct DOUBLE,
  lookback STRING,
  threshold_pct DOUBLE,
  clear_pct DOUBLE,
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'moves',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'gold',
  'tidemark.key' = 'symbol, event_time, lookback',
  'tidemark.partitioned-by' = 'day',
  'tidemark.reaches' = '5 min',
  'tidemark.read-again-by' = 'event_time'
);
