-- The job: every INSERT that runs, as one statement set.
-- Times leave for the streams as ISO 8601 in UTC with milliseconds.
EXECUTE STATEMENT SET
BEGIN

  INSERT INTO streams.averages
  SELECT
    sensor, DATE_FORMAT(`until`, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''), average, lowest, highest, readings
  FROM moving_averages;

  INSERT INTO streams.alarms
  SELECT
    sensor, DATE_FORMAT(`at`, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''), state, average, alarm_at, clear_at
  FROM alarms;

END;
