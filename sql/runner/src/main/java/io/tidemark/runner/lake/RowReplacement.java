package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.io.PartitionedFanoutWriter;
import org.apache.iceberg.io.TaskWriter;
import org.apache.iceberg.util.PropertyUtil;

/**
 * Takes rows out of an Iceberg table and puts others in, in one commit: whole files where their statistics allow it,
 * rewritten ones else. What others append meanwhile stays; where it may be among the rows that are taken out the commit
 * fails. Nothing is left of one that is not committed.
 */
public final class RowReplacement {
  private final Table table;
  private final OverwriteFiles overwrite;
  private final List<DataFile> written = new ArrayList<>();
  private Expression replaced = Expressions.alwaysFalse();
  private TaskWriter<Record> writer;
  private long removed;
  private long added;

  /** Of the rows of the table's current snapshot, if it has one. */
  public RowReplacement(Table table) {
    this.table = table;
    this.overwrite = table.newOverwrite();
    if (table.currentSnapshot() != null) {
      overwrite.validateFromSnapshot(table.currentSnapshot().snapshotId());
    }
  }

  /** Removes all rows that match. */
  public RowReplacement remove(Expression rows) throws IOException {
    return remove(rows, Expressions.alwaysFalse(), row -> false);
  }

  /**
   * Removes all rows that match, and those among some others that are picked.
   *
   * @param among which rows are asked about; of these {@code picked} has its word
   */
  public RowReplacement remove(Expression rows, Expression among, Predicate<Record> picked) throws IOException {
    Expression looked = Expressions.or(rows, among);
    replaced = Expressions.or(replaced, looked);
    if (table.currentSnapshot() == null) {
      return this;
    }
    StrictMetricsEvaluator all = new StrictMetricsEvaluator(table.schema(), rows);
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(looked).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        if (task.deletes().isEmpty() && all.eval(task.file())) {
          removed += task.file().recordCount();
          overwrite.deleteFile(task.file());
          continue;
        }
        FileWithoutRows rest = FileWithoutRows.write(table, task, rows, picked);
        if (rest.removed > 0) {
          removed += rest.removed;
          overwrite.deleteFile(task.file());
        }
        if (rest.file != null) {
          written.add(rest.file);
          overwrite.addFile(rest.file);
        }
      }
      return this;
    } catch (IOException | RuntimeException e) {
      abort();
      throw e;
    }
  }

  /** Puts a row in, whose columns are those of the table. */
  public void add(Record row) throws IOException {
    if (writer == null) {
      writer = writer();
    }
    writer.write(row);
    added++;
  }

  /** How many rows are taken out. */
  public long removed() {
    return removed;
  }

  /**
   * Commits, if anything is to be changed.
   *
   * @param summary what the snapshot says of itself
   */
  public void commit(Map<String, String> summary) throws IOException {
    if (removed + added == 0) {
      abort();
      return;
    }
    if (writer != null) {
      Arrays.stream(writer.complete().dataFiles()).forEach(file -> {
        written.add(file);
        overwrite.addFile(file);
      });
      writer = null;
    }
    overwrite.conflictDetectionFilter(replaced).validateNoConflictingDeletes();
    if (added > 0) {
      overwrite.validateNoConflictingData();
    }
    summary.forEach(overwrite::set);
    try {
      overwrite.commit();
    } catch (RuntimeException e) {
      if (e instanceof CleanableFailure) { // after any other the commit may be there nevertheless
        abort();
      }
      throw e;
    } finally {
      written.clear();
    }
  }

  /** Removes the files that were written, in place of a commit. */
  public void abort() throws IOException {
    if (writer != null) {
      writer.abort();
      writer = null;
    }
    written.forEach(file -> table.io().deleteFile(file.location()));
    written.clear();
  }

  private TaskWriter<Record> writer() {
    FileFormat format = FileFormat.PARQUET;
    long size =
        PropertyUtil.propertyAsLong(
            table.properties(),
            TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
            TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT);
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    InternalRecordWrapper values = new InternalRecordWrapper(table.schema().asStruct());
    return new PartitionedFanoutWriter<Record>(
        table.spec(),
        format,
        new GenericAppenderFactory(table.schema(), table.spec()).setAll(table.properties()),
        OutputFileFactory.builderFor(table, 0, 0).format(format).operationId(UUID.randomUUID().toString()).build(),
        table.io(),
        size) {
      @Override
      protected PartitionKey partition(Record row) {
        key.partition(values.wrap(row));
        return key;
      }
    };
  }
}
