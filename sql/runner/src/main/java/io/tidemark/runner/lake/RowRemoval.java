package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;

/** Removes rows from an Iceberg table in one commit: whole files where their statistics allow it, rewritten ones else. */
final class RowRemoval {
  private RowRemoval() {}

  /** How many rows were removed. Where none match there is no commit. */
  static long commit(Table table, Expression rows) throws IOException {
    RowReplacement replacement = new RowReplacement(table).remove(rows);
    replacement.commit(Map.of());
    return replacement.removed();
  }
}
