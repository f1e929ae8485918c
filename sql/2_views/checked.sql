-- One row: a record of the stream, clocks aside, with what is wrong with it: at most the first of malformed, invalid
-- and late is what rejects it.
-- Key: shard_id, sequence_number, sub_sequence_number. Time: plausible_time. Both are those of trades.
-- Late: the 1-minute window of the trade has closed. Before the first watermark nothing is late.
CREATE VIEW checked AS
SELECT
  *,
  CASE
    WHEN parse_error IS NOT NULL THEN parse_error
    WHEN trade_id IS NULL THEN 'trade_id is missing'
    WHEN symbol IS NULL THEN 'symbol is missing'
    WHEN event_time IS NULL THEN 'event_time is missing'
    WHEN price IS NULL THEN 'price is missing'
    WHEN `size` IS NULL THEN 'size is missing'
    WHEN `source` IS NULL THEN 'source is missing'
  END AS malformed,
  CASE
    WHEN TRIM(symbol) = '' THEN 'symbol is empty'
    WHEN NOT (price > 0 AND price <= 1.7976931348623157E308)
      THEN 'price ' || CAST(price AS STRING) || ' is not a finite number above 0'
    WHEN NOT (COALESCE(`open`, price) > 0 AND COALESCE(`open`, price) <= 1.7976931348623157E308)
      THEN 'open ' || CAST(`open` AS STRING) || ' is not a finite number above 0'
    WHEN NOT (COALESCE(high, price) > 0 AND COALESCE(high, price) <= 1.7976931348623157E308)
      THEN 'high ' || CAST(high AS STRING) || ' is not a finite number above 0'
    WHEN NOT (COALESCE(low, price) > 0 AND COALESCE(low, price) <= 1.7976931348623157E308)
      THEN 'low ' || CAST(low AS STRING) || ' is not a finite number above 0'
    WHEN high < low THEN 'high ' || CAST(high AS STRING) || ' is below low ' || CAST(low AS STRING)
    WHEN `size` < 0 THEN 'size ' || CAST(`size` AS STRING) || ' is negative'
    WHEN plausible_time IS NULL
      THEN
        'event_time ' || CAST(event_time AS STRING)
        || ' is more than 60 s ahead of its arrival at ' || CAST(arrived_at AS STRING)
  END AS invalid,
  CASE
    WHEN watermark_before >= closes_at - INTERVAL '0.001' SECOND(1, 3)
      THEN 'its minute had closed: the watermark was ' || CAST(watermark_before AS STRING)
  END AS late
FROM (
  SELECT
    *,
    CURRENT_WATERMARK(plausible_time) AS watermark_before,
    CAST(FLOOR(CAST(plausible_time AS TIMESTAMP(3)) TO MINUTE) AS TIMESTAMP_LTZ(3)) + INTERVAL '1' MINUTE AS closes_at
  FROM trades
  WHERE parse_error IS NOT NULL OR `source` IS NULL OR `source` <> 'clock'
);
