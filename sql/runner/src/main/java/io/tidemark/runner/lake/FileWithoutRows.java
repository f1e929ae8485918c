package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;

/** What is left of a data file without some of its rows, in a new file of the same partition. */
final class FileWithoutRows {
  /** Null where no row is left, or all are. */
  final DataFile file;

  final long removed;

  private FileWithoutRows(DataFile file, long removed) {
    this.file = file;
    this.removed = removed;
  }

  /**
   * Writes the new file without the rows that match or are picked, and without a commit. Rows that a delete file hides are
   * left out of it and not counted.
   */
  static FileWithoutRows write(Table table, FileScanTask task, Expression rows, Predicate<Record> picked)
      throws IOException {
    if (task.file().format() != FileFormat.PARQUET) {
      throw new UnsupportedOperationException(
          task.file().location() + " is a file of format " + task.file().format() + ": only Parquet can be rewritten here");
    }
    GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, table.schema(), table.schema());
    Schema schema = deletes.requiredSchema(); // the table's columns first, then what the delete files ask for
    Evaluator matches = new Evaluator(schema.asStruct(), rows);
    InternalRecordWrapper values = new InternalRecordWrapper(schema.asStruct());
    long removed = 0;
    long kept = 0;
    DataWriter<Record> writer = writer(table, task);
    try (writer;
        CloseableIterable<Record> records = deletes.filter(read(table, task, schema))) {
      for (Record record : records) {
        if (matches.eval(values.wrap(record)) || picked.test(record)) {
          removed++;
        } else {
          kept++;
          writer.write(record);
        }
      }
    }
    DataFile written = writer.toDataFile();
    if (removed > 0 && kept > 0) {
      return new FileWithoutRows(written, removed);
    }
    table.io().deleteFile(written.location());
    return new FileWithoutRows(null, removed);
  }

  private static CloseableIterable<Record> read(Table table, FileScanTask task, Schema schema) {
    return Parquet.read(table.io().newInputFile(task.file().location()))
        .project(schema)
        .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type, Map.of()))
        .build();
  }

  private static DataWriter<Record> writer(Table table, FileScanTask task) {
    PartitionSpec spec = task.spec();
    OutputFileFactory files =
        OutputFileFactory.builderFor(table, spec.specId(), 0).defaultSpec(spec).format(FileFormat.PARQUET).build();
    return new GenericAppenderFactory(table.schema(), spec)
        .setAll(table.properties())
        .newDataWriter(files.newOutputFile(spec, task.file().partition()), FileFormat.PARQUET, task.file().partition());
  }
}
