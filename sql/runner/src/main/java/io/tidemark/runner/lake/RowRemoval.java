package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;

/** Removes rows from an Iceberg table in one commit: whole files where their statistics allow it, rewritten ones else. */
final class RowRemoval {
  private RowRemoval() {}

  /** How many rows were removed. Where none match there is no commit. */
  static long commit(Table table, Expression rows) throws IOException {
    long removed = 0;
    List<DataFile> added = new ArrayList<>();
    OverwriteFiles overwrite = table.newOverwrite();
    overwrite.validateFromSnapshot(table.currentSnapshot().snapshotId()).validateNoConflictingDeletes();
    StrictMetricsEvaluator all = new StrictMetricsEvaluator(table.schema(), rows);
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(rows).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        if (task.deletes().isEmpty() && all.eval(task.file())) {
          removed += task.file().recordCount();
          overwrite.deleteFile(task.file());
          continue;
        }
        FileWithoutRows rest = FileWithoutRows.write(table, task, rows);
        if (rest.removed > 0) {
          removed += rest.removed;
          overwrite.deleteFile(task.file());
        }
        if (rest.file != null) {
          added.add(rest.file);
          overwrite.addFile(rest.file);
        }
      }
    } catch (IOException | RuntimeException e) {
      delete(table, added);
      throw e;
    }
    if (removed > 0) {
      commit(table, overwrite, added);
    }
    return removed;
  }

  private static void commit(Table table, OverwriteFiles overwrite, List<DataFile> added) {
    try {
      overwrite.commit();
    } catch (RuntimeException e) {
      if (e instanceof CleanableFailure) { // after any other the commit may be there nevertheless
        delete(table, added);
      }
      throw e;
    }
  }

  private static void delete(Table table, List<DataFile> files) {
    files.forEach(file -> table.io().deleteFile(file.location()));
  }
}
