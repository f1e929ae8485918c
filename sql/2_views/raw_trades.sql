-- One row: a record of the stream as it came, clocks aside.
-- Key: stream, shard_id, sequence_number, sub_sequence_number. Time: arrived_at.
-- symbol is NULL where the record cannot be read. partition_day is the UTC day of its event or, where that is no
-- plausible time, of its arrival.
CREATE VIEW raw_trades AS
SELECT
  `stream`, shard_id, sequence_number, sub_sequence_number, arrived_at, symbol, payload, undecodable AS payload_bytes,
  CAST(COALESCE(plausible_time, arrived_at) AS DATE) AS partition_day
FROM trades
WHERE parse_error IS NOT NULL OR `source` IS NULL OR `source` <> 'clock';
