-- One row: the levels of a symbol; the row '*' is for every symbol without one of its own.
-- threshold_pct: a rolling move of this many percent is a hit. clear_pct: below this the hit is over.
-- Key: symbol. Rows are looked up by symbol; edit them here.
CREATE TABLE thresholds (
  symbol STRING,
  threshold_pct DOUBLE,
  clear_pct DOUBLE,
  PRIMARY KEY (symbol) NOT ENFORCED
) WITH (
  'connector' = 'inline',
  'rows' = '[
    ["*",    1.0, 0.5],
    ["NVDA", 3.0, 1.5],
    ["TSLA", 2.0, 1.0]
  ]'
);
