package io.tidemark.runner.backfill;

import io.tidemark.runner.Job;
import io.tidemark.runner.Relations;
import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.lake.LakeSchema;
import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.LakeTables;
import io.tidemark.runner.lake.Layer;
import io.tidemark.runner.lake.RowReplacement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** The repository's own SQL over a lake in a folder. */
final class KeptLake {
  private final Path sql;
  private final Map<String, String> properties;
  private final LakeTables tables;

  /** @param edit changes a file's text, by its path below sql/ */
  KeptLake(Path folder, BiConsumer<String, StringBuilder> edit) throws IOException {
    this.sql = folder.resolve("sql");
    copySql(sql, edit);
    this.properties = properties(folder.resolve("lake"));
    StreamTableEnvironment env =
        Job.tables(StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()));
    Relations relations = Relations.in(files());
    relations.create(env, Set.of("sink"));
    this.tables = LakeTables.declared(env, relations);
    LakeSchema.apply(tables);
  }

  private SqlFiles files() throws IOException {
    return SqlFiles.read(sql.toString(), properties);
  }

  private static void copySql(Path to, BiConsumer<String, StringBuilder> edit) throws IOException {
    Path from = Path.of("..").toAbsolutePath().normalize();
    try (Stream<Path> paths = Stream.of("1_sources", "2_views", "3_sinks", "4_job.sql").map(from::resolve).flatMap(KeptLake::walk)) {
      for (Path path : paths.collect(Collectors.toList())) {
        String name = from.relativize(path).toString();
        StringBuilder text = new StringBuilder(
            Files.readString(path)
                .replace("org.apache.iceberg.aws.glue.GlueCatalog", "org.apache.iceberg.hadoop.HadoopCatalog")
                .replace("org.apache.iceberg.aws.s3.S3FileIO", "org.apache.iceberg.hadoop.HadoopFileIO"));
        edit.accept(name, text);
        Files.createDirectories(to.resolve(name).getParent());
        Files.writeString(to.resolve(name), text);
      }
    }
  }

  private static Stream<Path> walk(Path path) {
    try {
      return Files.walk(path).filter(Files::isRegularFile);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> properties(Path lake) {
    Map<String, String> properties = new TreeMap<>();
    for (String name : Set.of("KINESIS_ENDPOINT", "GLUE_ENDPOINT", "S3_ENDPOINT")) {
      properties.put(name, "http://127.0.0.1:9");
    }
    for (String name : Set.of("TRADES_STREAM", "BARS_STREAM", "TICKS_STREAM", "HITS_STREAM")) {
      properties.put(name, name.toLowerCase());
    }
    properties.put("AWS_REGION", "us-east-1");
    properties.put("INITIAL_POSITION", "TRIM_HORIZON");
    properties.put("INITIAL_TIMESTAMP", "1970-01-01T00:00:00.000Z");
    properties.put("LATENESS_SECONDS", "2");
    properties.put("SHARD_IDLE_SECONDS", "5");
    properties.put("LAKE_WAREHOUSE", lake.toUri().toString());
    properties.put("LAKE_DATABASE", "tidemark");
    properties.put("S3_PATH_STYLE", "true");
    return properties;
  }

  /** What a backfill answers. */
  ObjectNode backfill(String from, String to, String layer, boolean dryRun) throws Exception {
    Configuration configuration =
        Configuration.fromMap(
            Map.of(
                "rest.bind-port", "0",
                "parallelism.default", "2",
                "jobmanager.scheduler", "Default",
                "classloader.check-leaked-classloader", "false",
                "taskmanager.memory.network.max", "128m",
                "taskmanager.memory.managed.size", "256m"));
    return Backfill.run(
        StreamExecutionEnvironment.getExecutionEnvironment(configuration),
        files(),
        BackfillRequest.of(
            Map.of("from", from, "to", to, "layer", layer, "dryRun", String.valueOf(dryRun), "id", "test")),
        text -> {});
  }

  LakeTable.Opened open(String name) {
    return tables.all().stream().filter(table -> table.name().equals(name)).findFirst().orElseThrow().open();
  }

  /** Appends rows: values by column, the others NULL. */
  void append(String name, List<Map<String, Object>> rows) throws IOException {
    try (LakeTable.Opened opened = open(name)) {
      RowReplacement append = new RowReplacement(opened.table());
      for (Map<String, Object> row : rows) {
        GenericRecord record = GenericRecord.create(opened.table().schema());
        row.forEach(record::setField);
        append.add(record);
      }
      append.commit(Map.of());
    }
  }

  /** All rows of a table as text without when they were made, sorted. */
  List<String> rows(String name) throws IOException {
    try (LakeTable.Opened opened = open(name)) {
      return rows(opened.table());
    }
  }

  /** Those of each gold table, by its name. */
  Map<String, List<String>> gold() throws IOException {
    Map<String, List<String>> gold = new TreeMap<>();
    for (LakeTable table : tables.all()) {
      if (table.layer() == Layer.GOLD) {
        gold.put(table.name(), rows(table.name()));
      }
    }
    return gold;
  }

  static List<String> rows(Table table) throws IOException {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(row -> rows.add(RowValues.json(row, Set.of(RowValues.EMITTED_AT)).toString()));
    }
    rows.sort(null);
    return rows;
  }
}
