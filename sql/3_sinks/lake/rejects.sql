-- The lake table rejects (audit): each record that counts in no bar, as it came.
-- Key: shard_id, sequence_number, sub_sequence_number. Partitioned by the UTC day of arrived_at.
CREATE TABLE lake.rejects (
  reason STRING,
  payload STRING,
  detail STRING,
  shard_id STRING,
  sequence_number STRING,
  sub_sequence_number BIGINT,
  arrived_at TIMESTAMP_LTZ(6),
  `day` DATE
) WITH (
  'connector' = 'tidemark-lake',
  'catalog-name' = 'lake',
  'catalog-impl' = 'org.apache.iceberg.aws.glue.GlueCatalog',
  'catalog-database' = '${LAKE_DATABASE}',
  'catalog-table' = 'rejects',
  'warehouse' = '${LAKE_WAREHOUSE}',
  'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
  'client.region' = '${AWS_REGION}',
  'glue.endpoint' = '${GLUE_ENDPOINT}',
  's3.endpoint' = '${S3_ENDPOINT}',
  's3.path-style-access' = '${S3_PATH_STYLE}',
  'format-version' = '2',
  'tidemark.layer' = 'audit',
  'tidemark.key' = 'shard_id, sequence_number, sub_sequence_number',
  'tidemark.partitioned-by' = 'day',
  'tidemark.read-again-by' = 'arrived_at'
);
