package io.tidemark.runner.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;

/** A lake in a folder, for tests: tables of a key, some times, a price and the day. */
public final class Lake {
  private final Path folder;
  private final HadoopCatalog catalog;
  private final Map<String, Map<String, String>> options = new HashMap<>();
  private final Map<String, List<String>> times = new HashMap<>();

  public Lake(Path folder) {
    this.folder = folder;
    this.catalog = new HadoopCatalog(new Configuration(), folder.toUri().toString());
  }

  /** What the DDL of a table would say, without the table. */
  public Map<String, String> declare(String name, String foundBy) {
    Map<String, String> of = new HashMap<>();
    of.put("connector", "tidemark-lake");
    of.put("catalog-name", "lake");
    of.put("catalog-impl", HadoopCatalog.class.getName());
    of.put("catalog-database", "tidemark");
    of.put("catalog-table", name);
    of.put("warehouse", folder.toUri().toString());
    of.put("tidemark.read-again-by", foundBy);
    of.put("tidemark.layer", "gold");
    of.put("tidemark.key", "key");
    of.put("tidemark.partitioned-by", "day");
    options.put("lake." + name, of);
    times.putIfAbsent("lake." + name, List.of(foundBy));
    return of;
  }

  /** A table with these times beside {@code key}, {@code price} and {@code day}, by which it is partitioned. */
  public Table create(String name, String foundBy, String... times) {
    this.times.put("lake." + name, List.of(times));
    declare(name, foundBy);
    List<Types.NestedField> fields = new ArrayList<>();
    fields.add(Types.NestedField.optional(1, "key", Types.StringType.get()));
    for (String time : times) {
      fields.add(Types.NestedField.optional(fields.size() + 1, time, Types.TimestampType.withZone()));
    }
    fields.add(Types.NestedField.optional(fields.size() + 1, "price", Types.DoubleType.get()));
    fields.add(Types.NestedField.optional(fields.size() + 1, "day", Types.DateType.get()));
    Schema schema = new Schema(fields);
    return catalog.createTable(
        TableIdentifier.of("tidemark", name),
        schema,
        PartitionSpec.builderFor(schema).identity("day").build(),
        Map.of("format-version", "2"));
  }

  public Table load(String name) {
    return catalog.loadTable(TableIdentifier.of("tidemark", name));
  }

  public LakeTables tables() {
    StringBuilder nodes = new StringBuilder();
    options.forEach(
        (name, of) ->
            nodes
                .append(nodes.length() == 0 ? "" : ",")
                .append("{\"dynamicTableSink\":{\"table\":{\"identifier\":\"`default_catalog`.`")
                .append(name.replace(".", "`.`"))
                .append("`\",\"resolvedTable\":{\"schema\":{\"columns\":[")
                .append(columns(times.get(name)))
                .append("]},\"options\":{")
                .append(
                    of.entrySet().stream()
                        .map(option -> "\"" + option.getKey() + "\":\"" + option.getValue() + "\"")
                        .collect(Collectors.joining(",")))
                .append("}}}}}"));
    return LakeTables.inPlan("{\"nodes\":[" + nodes + "]}");
  }

  private static String columns(List<String> times) {
    StringBuilder columns = new StringBuilder("{\"name\":\"key\",\"dataType\":\"VARCHAR(2147483647)\"}");
    times.forEach(time ->
        columns.append(",{\"name\":\"").append(time).append("\",\"dataType\":\"TIMESTAMP(6) WITH LOCAL TIME ZONE\"}"));
    return columns + ",{\"name\":\"price\",\"dataType\":\"DOUBLE\"},{\"name\":\"day\",\"dataType\":\"DATE\"}";
  }

  /** The columns in their order; times as ISO 8601, null for null. The day is that of the first time unless it is given. */
  public static Record row(Table table, Object... values) {
    GenericRecord row = GenericRecord.create(table.schema());
    for (int i = 0; i < values.length; i++) {
      Types.NestedField field = table.schema().columns().get(i);
      boolean time = field.type().equals(Types.TimestampType.withZone());
      row.set(i, time && values[i] != null ? OffsetDateTime.parse(values[i].toString()) : values[i]);
    }
    if (row.getField("day") == null) {
      row.setField("day", ((OffsetDateTime) row.get(1)).toLocalDate());
    }
    return row;
  }

  /** Appends one file of rows of one day. */
  public static DataFile append(Table table, Record... rows) throws IOException {
    PartitionData day = new PartitionData(table.spec().partitionType());
    day.set(0, (int) ((LocalDate) rows[0].getField("day")).toEpochDay());
    DataWriter<Record> writer =
        new GenericAppenderFactory(table.schema(), table.spec())
            .newDataWriter(
                OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build().newOutputFile(table.spec(), day),
                FileFormat.PARQUET,
                day);
    try (writer) {
      for (Record row : rows) {
        writer.write(row);
      }
    }
    DataFile file = DataFiles.builder(table.spec()).copy(writer.toDataFile()).build();
    table.newAppend().appendFile(file).commit();
    return file;
  }

  /** All rows as text, sorted. */
  public static List<String> rows(Table table) throws IOException {
    table.refresh();
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(record -> rows.add(record.toString()));
    }
    rows.sort(null);
    return rows;
  }

  /** The keys of all rows, sorted. */
  public static List<String> keys(Table table) throws IOException {
    table.refresh();
    List<String> keys = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(record -> keys.add(String.valueOf(record.getField("key"))));
    }
    keys.sort(null);
    return keys;
  }

  /** The data files, each as {@code day=…/name}, sorted. */
  public static List<String> files(Table table) throws IOException {
    table.refresh();
    List<String> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file().location().replaceFirst(".*/data/", "")));
    }
    files.sort(null);
    return files;
  }
}
