package io.tidemark.runner.lake.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.Lake;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.TableLoader;
import org.apache.iceberg.flink.sink.FlinkSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's own sink, stopped with a savepoint and restored from it after maintenance. */
class RestoredJobTest {
  @TempDir Path folder;
  private Table hits;

  @BeforeEach
  void create() {
    hits = new Lake(folder).create("hits", "event_time", "event_time");
  }

  /** Rows of different keys, without end. */
  @SuppressWarnings("deprecation")
  private static final class Rows implements SourceFunction<RowData> {
    private final String prefix;
    private volatile boolean stopped;

    Rows(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public void run(SourceContext<RowData> context) throws Exception {
      for (int i = 0; !stopped; i++) {
        synchronized (context.getCheckpointLock()) {
          TimestampData time = TimestampData.fromEpochMillis(1_800_000_000_000L);
          context.collect(GenericRowData.of(StringData.fromString(prefix + i), time, 1.0, 20833));
        }
        Thread.sleep(5);
      }
    }

    @Override
    public void cancel() {
      stopped = true;
    }
  }

  @SuppressWarnings("deprecation")
  private JobClient start(String prefix, String savepoint) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("restart-strategy.type", "none");
    configuration.setString("execution.checkpointing.interval", "200 ms");
    if (savepoint != null) {
      configuration.setString("execution.state-recovery.path", savepoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    FlinkSink.forRowData(
            env.addSource(new Rows(prefix), "rows", InternalTypeInfo.of(FlinkSchemaUtil.convert(hits.schema()))).uid("rows"))
        .tableLoader(TableLoader.fromHadoopTable(folder.resolve("tidemark/hits").toUri().toString()))
        .uidPrefix("hits")
        .append();
    return env.executeAsync();
  }

  /** Compaction takes five small files, so there have to be more. */
  private static final int FILES = 7;

  private String stop(JobClient job, long rows, int files) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    CompletableFuture<JobExecutionResult> ended = job.getJobExecutionResult();
    while (Lake.keys(hits).size() < rows || Lake.files(hits).size() < files) {
      if (ended.isDone()) {
        ended.get(); // which throws why
      }
      assertTrue(System.nanoTime() < deadline, "waited 40 s for rows");
      Thread.sleep(100);
    }
    return job.stopWithSavepoint(false, folder.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void noRowIsDoubledByAJobThatIsRestoredAfterEverythingHadExpired() throws Exception {
    String savepoint = stop(start("first", null), 10, FILES);
    List<String> before = Lake.keys(hits);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    for (int i = 0; i < 2; i++) {
      new Maintenance(1 << 20, Long.MAX_VALUE, threads)
          .run(hits, (step, done, of) -> {}, new ObjectMapper().createObjectNode());
    }
    threads.shutdown();
    assertEquals(null, hits.currentSnapshot().summary().get("flink.job-id"), "the newest is not the job's");

    stop(start("second", savepoint), before.size() + 10, 1);
    List<String> keys = Lake.keys(hits);
    assertEquals(keys.size(), keys.stream().distinct().count());
    assertTrue(keys.containsAll(before));
  }

  /** What the test above is about: an expiry that knows nothing of Flink breaks the job. */
  @Test
  void anExpiryThatKeepsNothingForFlinkKeepsTheJobFromBeingRestored() throws Exception {
    String savepoint = stop(start("first", null), 10, FILES);
    int before = Lake.keys(hits).size();
    hits.newAppend().commit();
    hits.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
    Exception failed = assertThrows(Exception.class, () -> stop(start("second", savepoint), before + 10, 1));
    assertTrue(stackOf(failed).contains("NotFoundException"), () -> stackOf(failed));
  }

  private static String stackOf(Throwable e) {
    return e == null ? "" : e + "\n" + stackOf(e.getCause());
  }
}
