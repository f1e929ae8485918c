package io.tidemark.runner.backfill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;

/** Reads rows of the lake in this process. Times are in microseconds since 1970. */
final class LakeRows {
  private LakeRows() {}

  /** Hands on the rows of a snapshot, some columns of them; all where none is named. */
  static void read(Table table, long snapshot, Expression rows, Collection<String> columns, Consumer<Record> take)
      throws IOException {
    IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table).useSnapshot(snapshot).where(rows);
    if (!columns.isEmpty()) {
      scan = scan.select(columns);
    }
    try (CloseableIterable<Record> records = scan.build()) {
      records.forEach(take);
    }
  }

  /** How many rows the files have in which there may be such rows. */
  static long count(Table table, Expression rows) throws IOException {
    long count = 0;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(rows).planFiles()) {
      for (FileScanTask task : tasks) {
        count += task.file().recordCount();
      }
    }
    return count;
  }

  static Expression between(String time, long start, long end) {
    return Expressions.and(Expressions.greaterThanOrEqual(time, start), Expressions.lessThan(time, end));
  }

  static Expression ofDay(String time, int day) {
    return between(time, Days.start(day), Days.start(day + 1));
  }

  /** The time in a column, {@link Long#MIN_VALUE} where it is NULL. */
  static long micros(Record row, String column) {
    OffsetDateTime time = (OffsetDateTime) row.getField(column);
    return time == null ? Long.MIN_VALUE : DateTimeUtil.microsFromTimestamptz(time);
  }

  /** The least and the greatest value of a time column of a file. Throws where the file does not say them. */
  static long[] bounds(DataFile file, int field) {
    if (file.lowerBounds() == null || file.lowerBounds().get(field) == null) {
      throw new IllegalStateException(
          file.location() + " does not say between which times its rows are: write it anew with `tidemark lake maintain`");
    }
    return new long[] {time(file.lowerBounds().get(field)), time(file.upperBounds().get(field))};
  }

  private static long time(ByteBuffer bound) {
    return Conversions.<Long>fromByteBuffer(Types.TimestampType.withZone(), bound);
  }
}
