package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.Job;
import io.tidemark.runner.lake.Ddl;
import io.tidemark.runner.lake.Lake;
import io.tidemark.runner.lake.LakeSchema;
import io.tidemark.runner.lake.LakeTables;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher.FlinkKinesisProxyFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job that is restored from a snapshot after which it had gone on for a while, as a rollback does: what it committed meanwhile
 * is in the lake, and the job reads and writes it again.
 */
class OlderSnapshotJobTest {
  private static final RowType RECORD =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("trade_id", DataTypes.STRING()),
                  DataTypes.FIELD("symbol", DataTypes.STRING()),
                  DataTypes.FIELD("event_time", DataTypes.TIMESTAMP_LTZ(3)))
              .getLogicalType();
  private static final RowType ROW =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("trade_id", DataTypes.STRING()),
                  DataTypes.FIELD("symbol", DataTypes.STRING()),
                  DataTypes.FIELD("event_time", DataTypes.TIMESTAMP_LTZ(3)),
                  DataTypes.FIELD("shard_id", DataTypes.STRING()),
                  DataTypes.FIELD("sequence_number", DataTypes.STRING()),
                  DataTypes.FIELD("sub_sequence_number", DataTypes.BIGINT()),
                  DataTypes.FIELD("arrived_at", DataTypes.TIMESTAMP_LTZ(3)))
              .getLogicalType();

  /** The lake's tables, of each kind in which rows are found again, and the queries that fill them. */
  private static final String[][] TABLES = {
    {
      "trades", "trade_id",
      "trade_id STRING, event_time TIMESTAMP_LTZ(6), shard_id STRING, sequence_number STRING, sub_sequence_number BIGINT,"
          + " arrived_at TIMESTAMP_LTZ(6), `day` DATE",
      "arrived_at",
      "SELECT trade_id, event_time, shard_id, sequence_number, sub_sequence_number, arrived_at, CAST(event_time AS DATE) FROM records"
    },
    {
      "bars", "symbol, window_start",
      "symbol STRING, window_start TIMESTAMP_LTZ(6), window_end TIMESTAMP_LTZ(6), trades BIGINT, `day` DATE",
      "window_end",
      "SELECT symbol, CAST(window_start AS TIMESTAMP_LTZ(6)), CAST(window_end AS TIMESTAMP_LTZ(6)), COUNT(*),"
          + " CAST(window_start AS DATE) FROM TABLE(TUMBLE(TABLE records, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))"
          + " GROUP BY symbol, window_start, window_end"
    },
    {
      "counts", "window_start",
      "window_start TIMESTAMP_LTZ(6), trades BIGINT, `day` DATE",
      "window_start",
      "SELECT CAST(window_start AS TIMESTAMP_LTZ(6)), COUNT(*), CAST(window_start AS DATE)"
          + " FROM TABLE(TUMBLE(TABLE records, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end"
    },
    {
      "moves", "trade_id",
      "trade_id STRING, event_time TIMESTAMP_LTZ(6), before BIGINT, `day` DATE",
      "event_time",
      "SELECT trade_id, event_time, COUNT(*) OVER (PARTITION BY symbol ORDER BY event_time), CAST(event_time AS DATE) FROM records"
    },
  };

  private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");

  @TempDir Path folder;
  private final List<JobClient> jobs = new ArrayList<>();
  private FakeKinesis kinesis;
  private Ddl ddl;
  private int seconds;

  private static final class Consumer extends TidemarkConsumer {
    Consumer(Properties properties) {
      super(
          "older",
          new RecordDecoder(
              RECORD,
              List.of(Metadata.SHARD_ID, Metadata.SEQUENCE_NUMBER, Metadata.SUB_SEQUENCE_NUMBER, Metadata.ARRIVED_AT),
              InternalTypeInfo.of(ROW)),
          properties,
          new SourceSettings(300, 20),
          WatermarkStrategy.forGenerator(context -> new TwoSecondsLate()));
    }

    @Override
    FlinkKinesisProxyFactory proxies() {
      return properties -> FakeKinesis.of("older");
    }
  }

  private static final class TwoSecondsLate implements WatermarkGenerator<RowData> {
    private long newest = GlobalWatermark.NONE;

    @Override
    public void onEvent(RowData row, long arrivedAt, WatermarkOutput output) {
      newest = Math.max(newest, row.getTimestamp(2, 3).getMillisecond() - 2_001);
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      output.emitWatermark(new Watermark(newest));
    }
  }

  @BeforeEach
  void create() throws Exception {
    kinesis = FakeKinesis.create("older", 2);
    ddl = new Ddl(folder.resolve("lake"));
    for (String[] table : TABLES) {
      ddl.with(table[0], table[2], "tidemark.key", table[1], "tidemark.read-again-by", table[3]);
    }
  }

  @AfterEach
  void end() throws Exception {
    for (JobClient job : jobs) {
      try {
        job.cancel();
      } catch (IllegalStateException e) {
        // it has ended, and its cluster with it
      }
      job.getJobExecutionResult().handle((result, failure) -> null).get(60, TimeUnit.SECONDS);
    }
  }

  private JobClient run(String savepoint) throws Exception {
    LakeTables lake = ddl.compiled();
    LakeSchema.apply(lake);
    Configuration configuration = new Configuration();
    configuration.setString("taskmanager.numberOfTaskSlots", "2");
    configuration.setString("execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    configuration.setString("execution.checkpointing.interval", "250 ms");
    configuration.setString("restart-strategy.type", "fixed-delay");
    configuration.setString("restart-strategy.fixed-delay.attempts", "3");
    configuration.setString("restart-strategy.fixed-delay.delay", "100 ms");
    if (savepoint != null) {
      configuration.setString("execution.state-recovery.path", savepoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    env.getConfig().setGlobalJobParameters(Configuration.fromMap(lake.parameters()));
    Properties properties = new Properties();
    properties.setProperty("aws.region", "us-east-1");
    properties.setProperty("flink.stream.initpos", "TRIM_HORIZON");
    properties.setProperty("flink.shard.getrecords.intervalmillis", "10");
    properties.setProperty("flink.shard.discovery.intervalmillis", "50");
    StreamTableEnvironment tables = Job.tables(env);
    tables.createTemporaryView(
        "records",
        env.addSource(new Consumer(properties), "records", InternalTypeInfo.<RowData>of(ROW)).uid("records"),
        Schema.newBuilder()
            .column("trade_id", DataTypes.STRING())
            .column("symbol", DataTypes.STRING())
            .column("event_time", DataTypes.TIMESTAMP_LTZ(3))
            .column("shard_id", DataTypes.STRING())
            .column("sequence_number", DataTypes.STRING())
            .column("sub_sequence_number", DataTypes.BIGINT())
            .column("arrived_at", DataTypes.TIMESTAMP_LTZ(3))
            .watermark("event_time", "SOURCE_WATERMARK()")
            .build());
    ddl.create(tables);
    StreamStatementSet set = tables.createStatementSet();
    for (String[] table : TABLES) {
      set.addInsertSql("INSERT INTO lake." + table[0] + " " + table[4]);
    }
    set.attachAsDataStream();
    JobClient job = env.executeAsync();
    jobs.add(job);
    return job;
  }

  /** A trade of each shard for each second. */
  private void put(int count) {
    for (int i = 0; i < count; i++, seconds++) {
      for (int shard = 0; shard < 2; shard++) {
        kinesis.put(
            shard,
            String.format(
                "{\"trade_id\":\"%d-%d\",\"symbol\":\"S%d\",\"event_time\":\"%s\"}", shard, seconds, shard, START.plusSeconds(seconds)));
      }
    }
  }

  private Table table(String name) {
    return new Lake(folder.resolve("lake")).load(name);
  }

  /** How often each row is there; a row is its columns before the day. */
  private Map<String, Integer> rows(String name) throws Exception {
    Map<String, Integer> rows = new TreeMap<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table(name)).build()) {
      for (Record row : records) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < row.size() - 1; i++) {
          text.append(row.struct().fields().get(i).name().equals("arrived_at") ? "" : row.get(i)).append(' ');
        }
        rows.merge(text.toString(), 1, Integer::sum);
      }
    }
    return rows;
  }

  /** As the newest snapshot says, without reading the files. */
  private long count(String name) {
    Snapshot newest = table(name).currentSnapshot();
    return newest == null ? 0 : Long.parseLong(newest.summary().get("total-records"));
  }

  /** The newest checkpoint that a job has committed to the table, -1 where the newest snapshot is not a job's. */
  private long committed(String name) {
    Snapshot newest = table(name).currentSnapshot();
    String checkpoint = newest == null ? null : newest.summary().get("flink.max-committed-checkpoint-id");
    return checkpoint == null ? -1 : Long.parseLong(checkpoint);
  }

  private static void await(JobClient job, String what, Callable<Boolean> there) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    CompletableFuture<?> ended = job.getJobExecutionResult();
    while (!there.call()) {
      if (ended.isDone()) {
        ended.get(); // which throws why
      }
      assertTrue(System.nanoTime() < deadline, "waited 240 s for " + what);
      Thread.sleep(50);
    }
  }

  private String savepoint(JobClient job, boolean stop) throws Exception {
    String directory = folder.resolve("savepoints").toUri().toString();
    CompletableFuture<String> taken =
        stop
            ? job.stopWithSavepoint(false, directory, SavepointFormatType.CANONICAL)
            : job.triggerSavepoint(directory, SavepointFormatType.CANONICAL);
    return taken.get(60, TimeUnit.SECONDS);
  }

  /** Every row of what was put is there, once: computed here, not by the job. */
  private void assertEachRowOnce() throws Exception {
    int closed = (seconds - 3) / 60; // minutes that the watermark has passed
    Map<String, Integer> trades = new TreeMap<>();
    Map<String, Integer> bars = new TreeMap<>();
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, Integer> moves = new TreeMap<>();
    for (int shard = 0; shard < 2; shard++) {
      for (int second = 0; second < seconds; second++) {
        trades.put(shard + "-" + second + " " + at(second) + " shardId-00000000000" + shard + " " + (second + 1) + " 0  ", 1);
        if (second <= seconds - 1 - 3) {
          moves.put(shard + "-" + second + " " + at(second) + " " + (second + 1) + " ", 1);
        }
      }
      for (int minute = 0; minute < closed; minute++) {
        bars.put("S" + shard + " " + at(minute * 60) + " " + at(minute * 60 + 60) + " 60 ", 1);
        counts.put(at(minute * 60) + " 120 ", 1);
      }
    }
    assertEquals(trades, rows("trades"));
    assertEquals(bars, rows("bars"));
    assertEquals(counts, rows("counts"));
    assertEquals(moves, rows("moves"));
  }

  private static String at(int second) {
    return START.plusSeconds(second).atOffset(ZoneOffset.UTC).toString();
  }

  private void awaitAll(JobClient job) throws Exception {
    await(job, "trades", () -> count("trades") >= 2 * seconds);
    await(job, "bars", () -> count("bars") >= 2 * ((seconds - 3) / 60));
    await(job, "counts", () -> count("counts") >= (seconds - 3) / 60);
    await(job, "moves", () -> count("moves") >= 2 * (seconds - 3));
  }

  @Test
  void eachRowIsThereOnceAfterARollbackToAnOlderSnapshot() throws Exception {
    put(150); // in the middle of a minute
    JobClient job = run(null);
    awaitAll(job);
    String older = savepoint(job, false);
    long then = committed("trades");

    put(300);
    awaitAll(job);
    await(job, "ten checkpoints", () -> committed("trades") > then + 10);
    assertEachRowOnce();
    savepoint(job, true);
    long last = committed("trades");

    JobClient again = run(older);
    put(100);
    await(again, "a commit", () -> committed("trades") > then && !newestJob().equals(job.getJobID().toString()));
    assertTrue(committed("trades") <= last, "it commits from its first checkpoint on, not only past number " + last);
    awaitAll(again);
    savepoint(again, true);
    assertEachRowOnce();
  }

  private String newestJob() {
    return String.valueOf(table("trades").currentSnapshot().summary().get("flink.job-id"));
  }
}
