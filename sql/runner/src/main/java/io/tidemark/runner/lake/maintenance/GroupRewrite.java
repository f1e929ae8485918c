package io.tidemark.runner.lake.maintenance;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.BaseCombinedScanTask;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.sink.RowDataTaskWriterFactory;
import org.apache.iceberg.flink.source.DataIterator;
import org.apache.iceberg.flink.source.FileScanTaskReader;
import org.apache.iceberg.flink.source.RowDataFileScanTaskReader;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.TaskWriter;

/** Writes the rows of a group of data files into fewer files, without a commit. */
final class GroupRewrite {
  private final Table table;
  private final Schema schema;
  private final ExecutorService threads;

  GroupRewrite(Table table, ExecutorService threads) {
    this.table = table;
    this.threads = threads;
    // The ids of rows, which tables of the format 3 have, stay what they were.
    this.schema =
        TableUtil.supportsRowLineage(table) ? MetadataColumns.schemaWithRowLineage(table.schema()) : table.schema();
  }

  /**
   * Gives the group its new files. {@code number} tells them from those of other groups. Where it throws, what was
   * written is deleted.
   */
  void write(RewriteFileGroup group, int number) throws IOException {
    try (TaskWriter<RowData> writer = writer(group, number)) {
      try {
        ReadAhead files = new ReadAhead(table.io(), group.fileScanTasks(), threads);
        for (FileScanTask task : group.fileScanTasks()) {
          copy(task, files.next(), writer);
        }
        group.setOutputFiles(Set.of(writer.dataFiles()));
      } catch (IOException | RuntimeException e) {
        writer.abort();
        throw e;
      }
    }
    checkRows(group);
  }

  /** A file less would be found by nobody: the commit only compares names. */
  private static void checkRows(RewriteFileGroup group) {
    if (group.fileScanTasks().stream().anyMatch(task -> !task.deletes().isEmpty())) {
      return; // how many rows they hide is not known
    }
    long before = group.fileScanTasks().stream().map(FileScanTask::file).mapToLong(DataFile::recordCount).sum();
    long after = group.addedFiles().stream().mapToLong(DataFile::recordCount).sum();
    if (before != after) {
      throw new IllegalStateException("Of " + before + " rows " + after + " were written; the table was left as it was");
    }
  }

  private TaskWriter<RowData> writer(RewriteFileGroup group, int number) {
    Map<String, String> properties = table.properties();
    String format =
        properties.getOrDefault(TableProperties.DEFAULT_FILE_FORMAT, TableProperties.DEFAULT_FILE_FORMAT_DEFAULT);
    RowDataTaskWriterFactory factory =
        new RowDataTaskWriterFactory(
            () -> table,
            FlinkSchemaUtil.convert(schema),
            group.inputSplitSize(),
            FileFormat.fromString(format),
            properties,
            null,
            false,
            schema,
            table.spec());
    factory.initialize(number, 0);
    return factory.create();
  }

  private void copy(FileScanTask task, FileIO io, TaskWriter<RowData> writer) throws IOException {
    String names = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
    FileScanTaskReader<RowData> reader =
        new RowDataFileScanTaskReader(table.schema(), schema, names, true, Collections.emptyList());
    try (DataIterator<RowData> rows =
        new DataIterator<>(reader, new BaseCombinedScanTask(task), io, table.encryption())) {
      while (rows.hasNext()) {
        writer.write(rows.next());
      }
    }
  }
}
