-- One row: a rolling move that reached its threshold from below (crossed) or fell below its clearing level (cleared).
-- Key: hit_id. Time: event_time. A crossing has the direction of the move, a clearing that of the move it ends.
CREATE VIEW hits AS
SELECT
  symbol || '|' || lookback || '|' || state || '|' || direction || '|'
  || DATE_FORMAT(event_time, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''') AS hit_id,
  symbol, event_time, price, base_price, move_pct, lookback, threshold_pct, clear_pct, direction, state,
  CURRENT_TIMESTAMP AS emitted_at
FROM (
  SELECT
    *,
    CASE
      WHEN state = 'crossed' AND move_pct > 0 OR state = 'cleared' AND previous_move_pct > 0 THEN 'up'
      ELSE 'down'
    END AS direction
  FROM (
    SELECT
      *,
      CASE
        WHEN ABS(move_pct) >= threshold_pct AND COALESCE(ABS(previous_move_pct), 0) < threshold_pct THEN 'crossed'
        WHEN ABS(move_pct) < clear_pct AND ABS(previous_move_pct) >= clear_pct THEN 'cleared'
      END AS state
    FROM (
      SELECT *, LAG(move_pct) OVER (PARTITION BY symbol ORDER BY event_time) AS previous_move_pct
      FROM moves
    )
  )
)
WHERE state IS NOT NULL;
