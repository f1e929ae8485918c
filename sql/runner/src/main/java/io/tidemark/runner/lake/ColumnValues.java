package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/** Whether a column of a table holds anything. */
final class ColumnValues {
  private ColumnValues() {}

  /** Whether a row of the current snapshot has a value in it. By the files' statistics; rows are read only where those say nothing. */
  static boolean any(Table table, Types.NestedField column) throws IOException {
    boolean counted = !MetricsModes.None.get().equals(MetricsConfig.forTable(table).columnMode(column.name()));
    Expression value = Expressions.notNull(column.name());
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(value).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        if (task.deletes().isEmpty() && counted && says(task.file(), column.fieldId())) {
          return true;
        }
        if (!counted || !task.deletes().isEmpty() || !isWithout(task.file(), column.fieldId())) {
          return anyRow(table, column, value);
        }
      }
    }
    return false;
  }

  private static boolean says(DataFile file, int id) {
    Long values = file.valueCounts() == null ? null : file.valueCounts().get(id);
    Long nulls = file.nullValueCounts() == null ? null : file.nullValueCounts().get(id);
    return values != null && nulls != null && values > nulls;
  }

  /** Written before there was such a column, or only ever NULL in it. */
  private static boolean isWithout(DataFile file, int id) {
    if (file.valueCounts() == null || file.valueCounts().isEmpty()) {
      return false;
    }
    return !file.valueCounts().containsKey(id)
        || file.nullValueCounts() != null && Objects.equals(file.valueCounts().get(id), file.nullValueCounts().get(id));
  }

  private static boolean anyRow(Table table, Types.NestedField column, Expression value) throws IOException {
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).where(value).select(column.name()).build()) {
      return records.iterator().hasNext();
    }
  }
}
