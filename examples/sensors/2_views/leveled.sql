-- One row: a moving average with the levels of its sensor. Key: sensor, until. Time: average_time.
CREATE VIEW leveled AS
SELECT
  a.sensor, a.`until`, a.average_time, a.average,
  COALESCE(own.alarm_at, everyone.alarm_at) AS alarm_at,
  COALESCE(own.clear_at, everyone.clear_at) AS clear_at
FROM (SELECT *, PROCTIME() AS proc_time FROM moving_averages) AS a
LEFT JOIN levels FOR SYSTEM_TIME AS OF a.proc_time AS own ON own.sensor = a.sensor
LEFT JOIN levels FOR SYSTEM_TIME AS OF a.proc_time AS everyone ON everyone.sensor = '*';
