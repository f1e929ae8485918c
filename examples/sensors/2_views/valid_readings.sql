-- One row: a reading that says who measured what and when. Key: sensor, measured_at. Time: measured_at.
CREATE VIEW valid_readings AS
SELECT sensor, plausible_time AS measured_at, celsius
FROM readings
WHERE parse_error IS NULL AND sensor IS NOT NULL AND plausible_time IS NOT NULL AND celsius IS NOT NULL;
