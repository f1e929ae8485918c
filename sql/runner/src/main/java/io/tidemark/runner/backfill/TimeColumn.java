package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import org.apache.iceberg.Schema;

/** The column that says when a row of the lake is of: by it rows belong to a day. */
final class TimeColumn {
  private TimeColumn() {}

  /** {@code window_start} of a window, else {@code event_time}. Throws where the table has neither. */
  static String of(LakeTable table, Schema schema) {
    for (String column : new String[] {"window_start", "event_time"}) {
      if (schema.findField(column) != null) {
        return column;
      }
    }
    throw new IllegalArgumentException(
        "The lake table " + table.name() + " has neither window_start nor event_time, so its rows belong to no day");
  }
}
