package io.tidemark.runner.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job goes on with the columns with which it began while its table gets others. */
class RunningWriterTest {
  private static final String SOURCE =
      "CREATE TABLE src (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '40', 'fields.n.kind' = 'sequence',"
          + " 'fields.n.start' = '1', 'fields.n.end' = '100000')";
  private static final String INSERT =
      "SELECT CAST(n AS STRING), CAST('2013-10-07 13:30:00' AS TIMESTAMP_LTZ(6)), n, CAST(n AS FLOAT), DATE '2013-10-07' FROM src";

  @TempDir Path folder;

  private Table table() {
    return new Lake(folder).load("moves");
  }

  /** Waits until the table has so many more snapshots. */
  private List<Snapshot> more(int count) throws InterruptedException {
    int from = snapshots().size();
    for (long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); snapshots().size() < from + count; Thread.sleep(50)) {
      assertTrue(System.nanoTime() < until, "the job commits no more: " + snapshots().size() + " snapshots");
    }
    return snapshots();
  }

  private List<Snapshot> snapshots() {
    List<Snapshot> all = new ArrayList<>();
    table().snapshots().forEach(all::add);
    return all;
  }

  @Test
  void whatARunningJobCommitsAfterwardsStaysReadable() throws Exception {
    Ddl before = new Ddl(folder).with("moves", "key STRING, event_time TIMESTAMP_LTZ(6), n INT, price FLOAT, `day` DATE");
    Configuration conf = new Configuration();
    conf.setString("execution.checkpointing.interval", "300 ms");
    conf.setString("execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, conf);
    JobClient job = Job.start(env, before.plan(SOURCE, INSERT));
    try {
      more(2);
      LakeSchema.apply(
          new Ddl(folder)
              .with("moves", "note STRING, key STRING, event_time TIMESTAMP_LTZ(6), number BIGINT, price DOUBLE, `day` DATE",
                  "tidemark.renamed.number", "n", "tidemark.partitioned-by", "day, bucket(4, key)")
              .compiled());
      int evolved = snapshots().size();
      assertEquals("number", table().schema().columns().get(3).name());
      assertTrue(more(3).size() >= evolved + 3);
      assertEquals(JobStatus.RUNNING, job.getJobStatus().get());
    } finally {
      job.cancel().get();
    }
    List<Long> numbers = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table()).build()) {
      for (Record record : records) {
        assertEquals(null, record.getField("note"));
        assertEquals(record.getField("key"), record.getField("number").toString());
        assertEquals(((Long) record.getField("number")).doubleValue(), record.getField("price"));
        numbers.add((Long) record.getField("number"));
      }
    }
    numbers.sort(null);
    assertFalse(numbers.isEmpty());
    for (int i = 0; i < numbers.size(); i++) {
      assertEquals(i + 1L, numbers.get(i), "none is missing and none is there twice");
    }
  }
}
