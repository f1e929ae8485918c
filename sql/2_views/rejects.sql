-- One row: a record that counts in no bar, with the first reason that applies. It is kept as it came.
-- Key: shard_id, sequence_number, sub_sequence_number. Time: arrived_at.
CREATE VIEW rejects AS
SELECT
  CASE
    WHEN malformed IS NOT NULL THEN 'malformed'
    WHEN invalid IS NOT NULL THEN 'invalid'
    ELSE 'late'
  END AS reason,
  payload,
  COALESCE(malformed, invalid, late) AS detail,
  shard_id,
  sequence_number,
  sub_sequence_number,
  arrived_at
FROM checked
WHERE COALESCE(malformed, invalid, late) IS NOT NULL;
