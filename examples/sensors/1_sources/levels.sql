-- One row: the levels of a sensor; the row '*' is for every sensor without one of its own.
-- alarm_at: a moving average of this many degrees is an alarm. clear_at: below this the alarm is over.
-- Key: sensor. Rows are looked up by sensor; edit them here.
CREATE TABLE levels (
  sensor STRING,
  alarm_at DOUBLE,
  clear_at DOUBLE,
  PRIMARY KEY (sensor) NOT ENFORCED
) WITH (
  'connector' = 'inline',
  'rows' = '[
    ["*",     30.0, 28.0],
    ["oven", 220.0, 200.0]
  ]'
);
