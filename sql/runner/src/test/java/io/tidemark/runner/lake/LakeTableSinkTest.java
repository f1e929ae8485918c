package io.tidemark.runner.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.runner.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job writes into a table of its DDL, or of a wider one. */
class LakeTableSinkTest {
  private static final String COLUMNS =
      "key STRING, event_time TIMESTAMP_LTZ(6), n INT, price FLOAT, amount DECIMAL(9, 2), small SMALLINT, raw_bytes BYTES, `day` DATE";
  private static final String SOURCE =
      "CREATE TABLE src (n INT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '3')";
  private static final String INSERT =
      "SELECT CAST(n AS STRING), CAST('2013-10-07 13:30:00' AS TIMESTAMP_LTZ(6)), n, CAST(n AS FLOAT) / 2, CAST(NULLIF(n, 2) AS DECIMAL(9, 2)),"
          + " CAST(n AS SMALLINT), ENCODE(CAST(n AS STRING), 'UTF-8'), DATE '2013-10-07' FROM src";

  @TempDir Path folder;

  private void run(Ddl ddl) throws Exception {
    Configuration conf = new Configuration();
    conf.setString("execution.checkpointing.interval", "500 ms");
    conf.setString("execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, conf);
    Job.start(env, ddl.plan(SOURCE, INSERT)).getJobExecutionResult().get(60, TimeUnit.SECONDS);
  }

  private List<String> rows() throws Exception {
    Table table = new Lake(folder).load("moves");
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).select("n", "price", "amount", "small").build()) {
      records.forEach(record ->
          rows.add(record.getField("n") + " " + record.getField("price") + " " + record.getField("amount") + " " + record.getField("small")));
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void writesAnEmptyTableThatItMade() throws Exception {
    run(new Ddl(folder).with("moves", COLUMNS, "tidemark.partitioned-by", "day, bucket(4, key)"));
    assertEquals(List.of("1 0.5 1.00 1", "2 1.0 null 2", "3 1.5 3.00 3"), rows());
  }

  @Test
  void narrowerRowsFitIntoATableThatWasWidened() throws Exception {
    Ddl before = new Ddl(folder).with("moves", COLUMNS);
    run(before);
    String wide = COLUMNS.replace("n INT", "n BIGINT").replace("FLOAT", "DOUBLE").replace("DECIMAL(9, 2)", "DECIMAL(30, 2)");
    LakeSchema.apply(new Ddl(folder).with("moves", wide).compiled());
    run(before);
    assertEquals(List.of("1 0.5 1.00 1", "1 0.5 1.00 1", "2 1.0 null 2", "2 1.0 null 2", "3 1.5 3.00 3", "3 1.5 3.00 3"), rows());
    assertEquals("long", new Lake(folder).load("moves").schema().findType("n").toString());
  }
}
