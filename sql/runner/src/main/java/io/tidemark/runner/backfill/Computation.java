package io.tidemark.runner.backfill;

import io.tidemark.runner.Job;
import io.tidemark.runner.JobFile;
import io.tidemark.runner.RelationSchema;
import io.tidemark.runner.Relations;
import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.functions.Functions;
import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.LakeTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.data.RowData;

/** The SQL files as a batch job: the same views, over rows that the lake keeps in the place of the stream. */
final class Computation {
  private final StreamExecutionEnvironment env;
  private final Relations relations;
  private final JobFile job;
  private final Map<String, LakeTable> lake = new LinkedHashMap<>();
  private final RelationSchema source;
  private final StreamTableEnvironment streaming;

  /** Throws {@code SqlProblems} where the SQL is wrong. */
  Computation(StreamExecutionEnvironment env, SqlFiles files) {
    this.env = env;
    this.relations = Relations.in(files);
    this.job = JobFile.read(files);
    // Only in streaming mode it is known what a source has.
    this.streaming = Job.tables(StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()));
    relations.create(streaming, Set.of("source", "sink"));
    LakeTables.declared(streaming, relations).all().forEach(table -> lake.put(table.name(), table));
    this.source = findSource();
  }

  private RelationSchema findSource() {
    List<RelationSchema> sources = new ArrayList<>();
    for (Relations.Relation each : relations.of("source")) {
      RelationSchema schema = RelationSchema.of(streaming, each.name);
      if (schema.eventTime() != null) {
        sources.add(schema);
      }
    }
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "The lake stands in for one source with a watermark; there are " + sources.size() + " in 1_sources");
    }
    return sources.get(0);
  }

  /** The tables of the lake that the job writes, by name. */
  Map<String, LakeTable> lake() {
    return lake;
  }

  SourceColumns source() {
    return new SourceColumns(source);
  }

  /**
   * Runs to its end.
   *
   * @param rows stand in for the source
   * @param targets by name of a table of the lake: the catalog's table that takes its rows
   */
  void run(DataStream<RowData> rows, Map<String, String> targets) throws Exception {
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    StreamTableEnvironment tables = StreamTableEnvironment.create(env, EnvironmentSettings.inBatchMode());
    tables.getConfig().set("table.local-time-zone", "UTC");
    Functions.register(tables);
    job.settings().forEach((key, value) -> tables.getConfig().set(key, value));
    tables.createTemporarySystemFunction("CURRENT_WATERMARK", ReadWatermark.class);
    for (Relations.Relation each : relations.of("source")) {
      if (each.name.equals(source.name)) {
        tables.createTemporaryView("`" + source.name + "`", rows, source.kept());
      } else {
        tables.executeSql(each.sql());
      }
    }
    relations.create(tables, Set.of("view", "sink"));
    StatementSet inserts = tables.createStatementSet();
    for (JobFile.Insert insert : job.inserts()) {
      String target = targets.get(insert.into);
      if (target != null) {
        tables.executeSql("ALTER TABLE " + insert.into + " SET ('catalog-table' = '" + target + "')");
        inserts.addInsertSql(insert.text());
      }
    }
    inserts.execute().await();
  }

  /** What sends corrected rows to a sink of the job's. Throws where it has no such sink, or one that is no Kinesis stream. */
  Corrections corrections(String sink) {
    for (Relations.Relation each : relations.of("sink")) {
      if (each.name.equals(sink)) {
        CatalogTable table = each.in(streaming).getTable();
        if (!"kinesis".equals(table.getOptions().get("connector")) || table.getPartitionKeys().size() != 1) {
          break;
        }
        Set<String> columns = Set.copyOf(each.in(streaming).getResolvedSchema().getColumnNames());
        return new Corrections(table.getOptions(), columns, table.getPartitionKeys().get(0));
      }
    }
    throw new IllegalArgumentException(
        "Corrections are to go to " + sink + ", which is no Kinesis stream in 3_sinks that is partitioned by one column");
  }
}
