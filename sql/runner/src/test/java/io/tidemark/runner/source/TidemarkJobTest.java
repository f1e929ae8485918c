package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher.FlinkKinesisProxyFactory;
import org.apache.flink.streaming.connectors.kinesis.table.UniformShardAssignerFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source in a Flink job, with its subtasks, its job master, checkpoints and restarts; only Kinesis is made up. */
class TidemarkJobTest {
  private static final RowType TRADE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("trade_id", DataTypes.STRING()),
                  DataTypes.FIELD("event_time", DataTypes.TIMESTAMP_LTZ(3)),
                  DataTypes.FIELD("source", DataTypes.STRING()))
              .getLogicalType();

  private static final List<Seen> SEEN = Collections.synchronizedList(new ArrayList<>());
  private static final AtomicLong WATERMARK = new AtomicLong();
  private static final AtomicBoolean FAIL = new AtomicBoolean();

  @TempDir Path directory;
  private final List<JobClient> jobs = new ArrayList<>();
  private InMemoryReporter metrics;
  private String kinesisName;
  private FakeKinesis kinesis;
  private int trades;

  /** A record where it comes out of the source, with the watermark that its subtask had emitted before. */
  private static final class Seen {
    final String id;
    final long time;
    final long watermark;

    Seen(String id, long time, long watermark) {
      this.id = id;
      this.time = time;
      this.watermark = watermark;
    }

    boolean late() {
      return time <= watermark;
    }

    @Override
    public String toString() {
      return id + " of " + time + " at " + watermark;
    }
  }

  private static final class Consumer extends TidemarkConsumer {
    private final String stream;

    Consumer(String stream, Properties properties) {
      super(
          stream,
          new RecordDecoder(TRADE, List.of(), InternalTypeInfo.of(TRADE)),
          properties,
          new SourceSettings(300, 20),
          WatermarkStrategy.forGenerator(context -> new Plausible()));
      this.stream = stream;
    }

    @Override
    FlinkKinesisProxyFactory proxies() {
      return properties -> FakeKinesis.of(stream);
    }
  }

  /** As the planner's generator for the trades table: nothing from a NULL or from 2099. */
  private static final class Plausible implements WatermarkGenerator<RowData> {
    private long current = GlobalWatermark.NONE;

    @Override
    public void onEvent(RowData row, long arrivedAt, WatermarkOutput output) {
      if (!row.isNullAt(1) && row.getTimestamp(1, 3).getMillisecond() <= arrivedAt + 60_000) {
        current = Math.max(current, row.getTimestamp(1, 3).getMillisecond() - 1);
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      output.emitWatermark(new Watermark(current));
    }
  }

  /** In the source's own task, where a watermark that runs ahead shows first. */
  private static final class Look extends ProcessFunction<RowData, RowData> {
    @Override
    public void processElement(RowData row, Context context, Collector<RowData> out) {
      if (!row.isNullAt(0)) {
        SEEN.add(
            new Seen(row.getString(0).toString(), row.getTimestamp(1, 3).getMillisecond(), context.timerService().currentWatermark()));
      }
      out.collect(row);
    }
  }

  /** Behind an exchange: sees the watermark that all subtasks have reached. */
  private static final class Follow extends ProcessFunction<RowData, RowData> {
    @Override
    public void processElement(RowData row, Context context, Collector<RowData> out) {
      if (FAIL.getAndSet(false)) {
        throw new IllegalStateException("made to fail");
      }
      WATERMARK.accumulateAndGet(context.timerService().currentWatermark(), Math::max);
    }
  }

  @BeforeEach
  void reset() {
    SEEN.clear();
    FAIL.set(false);
    WATERMARK.set(GlobalWatermark.NONE);
  }

  @AfterEach
  void stop() throws Exception {
    for (JobClient job : jobs) {
      stop(job);
    }
  }

  /** Ends a job and waits until it has ended; one that ends by itself meanwhile refuses to be cancelled, in several ways. */
  private static void stop(JobClient job) throws Exception {
    try {
      job.cancel();
    } catch (IllegalStateException e) {
      // its cluster went with it
    }
    job.getJobExecutionResult().handle((result, failure) -> null).get(60, TimeUnit.SECONDS);
  }

  private JobClient run(int parallelism, String savepoint) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.dir", directory.toUri().toString());
    configuration.setString("restart-strategy.type", "fixed-delay");
    configuration.setString("restart-strategy.fixed-delay.delay", "50 ms");
    configuration.setString("taskmanager.numberOfTaskSlots", String.valueOf(parallelism));
    if (savepoint != null) {
      configuration.setString("execution.state-recovery.path", savepoint);
    }
    metrics = InMemoryReporter.create(); // forgets the metrics of tasks that are over
    metrics.addToConfiguration(configuration);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
    env.enableCheckpointing(100);
    Properties properties = new Properties();
    properties.setProperty("aws.region", "us-east-1");
    properties.setProperty("flink.stream.initpos", "TRIM_HORIZON");
    properties.setProperty("flink.shard.getrecords.intervalmillis", "10");
    properties.setProperty("flink.shard.discovery.intervalmillis", "50");
    Consumer consumer = new Consumer(kinesisName, properties);
    consumer.setShardAssigner(new UniformShardAssignerFactory().getShardAssigner());
    TypeInformation<RowData> rows = InternalTypeInfo.of(TRADE);
    env.addSource(consumer, "trades", rows).uid("trades")
        .process(new Look()).returns(rows).uid("look")
        .rebalance()
        .process(new Follow()).returns(rows).uid("follow").setParallelism(1);
    JobClient job = env.executeAsync();
    jobs.add(job);
    return job;
  }

  private void stream(String name, int shards) {
    kinesisName = name;
    kinesis = FakeKinesis.create(name, shards);
    trades = 0;
  }

  /** Milliseconds after the start of the trading day. */
  private static long at(long millis) {
    return Instant.parse("2013-10-07T13:30:00Z").toEpochMilli() + millis;
  }

  private void trade(int shard, long millis) {
    String time = Instant.ofEpochMilli(at(millis)).toString();
    kinesis.put(shard, "{\"trade_id\":\"t" + trades++ + "\",\"event_time\":\"" + time + "\",\"source\":\"test\"}");
  }

  private void clock(int shard, long millis) {
    kinesis.put(shard, "{\"event_time\":\"" + Instant.ofEpochMilli(at(millis)) + "\",\"source\":\"clock\"}");
  }

  private static List<Seen> seen() {
    synchronized (SEEN) {
      return new ArrayList<>(SEEN);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "waited 30 s for " + what + "; seen " + SEEN.size() + ", watermark " + WATERMARK);
      Thread.sleep(10);
    }
  }

  private List<Long> gauges(JobClient job, String name) {
    return metrics.findMetrics(job.getJobID(), "tidemark." + name).values().stream()
        .map(metric -> ((Gauge<Long>) metric).getValue())
        .collect(Collectors.toList());
  }

  private long sum(JobClient job, String name) {
    return gauges(job, name).stream().mapToLong(Long::longValue).sum();
  }

  private void awaitWatermark(JobClient job, int parallelism, long millis) throws InterruptedException {
    await(
        "the watermark " + at(millis),
        () -> gauges(job, "watermark").size() >= parallelism && gauges(job, "watermark").stream().allMatch(mark -> mark == at(millis) - 1));
  }

  private void assertAllOnTime() {
    assertEquals(List.of(), seen().stream().filter(Seen::late).map(Seen::toString).collect(Collectors.toList()));
    assertEquals(trades, SEEN.size(), "each trade once");
    assertEquals(trades, new HashSet<>(seen().stream().map(seen -> seen.id).collect(Collectors.toList())).size());
  }

  @Test
  void aCatchUpReadMakesNothingLate() throws Exception {
    stream("catch-up", 4); // shard 3 stays empty
    for (int millis = 0; millis < 3000; millis++) {
      trade(millis % 3, millis);
    }
    kinesis.block(0);
    kinesis.batchesOf(100);
    JobClient job = run(3, null);
    await("shards 1 and 2", () -> SEEN.size() == 2000);
    Thread.sleep(700); // far longer than the idle time-out
    assertEquals(List.of(GlobalWatermark.NONE), gauges(job, "watermark").stream().distinct().collect(Collectors.toList()));
    assertTrue(gauges(job, "millis_behind_latest").contains(-1L), "a shard has not answered yet");

    kinesis.unblock(0);
    awaitWatermark(job, 3, 2997); // the least of what the three shards have said last
    assertAllOnTime();
    await("the counts", () -> sum(job, "records_read") == 3000);
    assertEquals(List.of(0L), gauges(job, "millis_behind_latest").stream().distinct().collect(Collectors.toList()));
  }

  @Test
  void subtasksWithoutShardsAndRecordsWithoutATimeNeitherHoldNorMove() throws Exception {
    stream("few-shards", 2);
    trade(0, 10);
    trade(1, 20);
    kinesis.put(0, "{\"source\":\"test\",\"event_time\":\"2099-01-01T00:00:00.000Z\"}");
    kinesis.put(1, "no JSON");
    JobClient job = run(4, null);
    awaitWatermark(job, 4, 10);
    clock(0, 500);
    clock(1, 400);
    awaitWatermark(job, 4, 400);
    await("the counts", () -> sum(job, "records_read") == 4 && sum(job, "clocks_read") == 2);
    assertAllOnTime();
  }

  @Test
  void splitsAndMergesMakeNothingLate() throws Exception {
    stream("reshard", 2);
    for (int millis = 0; millis < 1000; millis++) {
      trade(millis % 2, millis);
    }
    kinesis.batchesOf(7);
    JobClient job = run(2, null);
    kinesis.split(0); // into 2 and 3, while the parent is still read
    for (int millis = 1000; millis < 1300; millis++) {
      trade(1 + millis % 3, millis);
    }
    kinesis.merge(3, 1); // into 4
    for (int millis = 1300; millis < 1600; millis++) {
      trade(millis % 10 == 0 ? 2 : 4, millis);
    }
    clock(2, 2000);
    clock(4, 2000);
    awaitWatermark(job, 2, 2000);
    assertAllOnTime();
  }

  @Test
  void aQuietShardThatComesBackIsNotOvertaken() throws Exception {
    stream("quiet", 2);
    trade(0, 0);
    trade(1, 0);
    JobClient job = run(2, null);
    awaitWatermark(job, 2, 0);
    clock(0, 100);
    awaitWatermark(job, 2, 100); // shard 1 is left out
    for (int round = 1; round <= 20; round++) {
      kinesis.block(1); // its poll takes long, as it may
      trade(1, 1000 * round);
      trade(0, 1000 * round + 500);
      Thread.sleep(60);
      kinesis.unblock(1);
      int expected = trades;
      await("the trades", () -> SEEN.size() == expected);
    }
    clock(0, 30_000);
    clock(1, 30_000);
    awaitWatermark(job, 2, 30_000);
    assertAllOnTime();
  }

  @Test
  void aRestoreWithAnotherParallelismKeepsWatermarkAndCounts() throws Exception {
    stream("restore", 4);
    for (int millis = 0; millis < 400; millis++) {
      trade(millis % 4, millis);
    }
    for (int shard = 0; shard < 4; shard++) {
      clock(shard, 1000);
    }
    JobClient first = run(2, null);
    awaitWatermark(first, 2, 1000);
    String savepoint =
        first
            .stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
            .get(30, TimeUnit.SECONDS);
    assertAllOnTime();

    for (int parallelism : new int[] {3, 1}) {
      SEEN.clear();
      int before = trades;
      trade(0, 500); // behind the watermark: on time only for a source that has forgotten it
      trade(1, 1500);
      JobClient job = run(parallelism, savepoint);
      await("two trades", () -> SEEN.size() == 2);
      await("the counts", () -> sum(job, "records_read") == before + 2 && sum(job, "clocks_read") == 4);
      Seen late = seen().stream().filter(seen -> seen.time == at(500)).findFirst().orElseThrow();
      assertEquals(at(1000) - 1, late.watermark, "the watermark is there before the first record");
      for (int shard = 0; shard < 4; shard++) {
        clock(shard, 3000);
      }
      awaitWatermark(job, parallelism, 3000);
      stop(job);
      stream("restore", 4); // as it was at the savepoint
      for (int millis = 0; millis < 400; millis++) {
        trade(millis % 4, millis);
      }
      for (int shard = 0; shard < 4; shard++) {
        clock(shard, 1000);
      }
    }
  }

  @Test
  void aFailureInTheMiddleMakesNothingLateAndCountsNothingTwice() throws Exception {
    stream("failure", 3);
    kinesis.batchesOf(20);
    for (int millis = 0; millis < 900; millis++) {
      trade(millis % 3, millis);
    }
    JobClient job = run(2, null);
    await("half", () -> SEEN.size() > 450);
    Thread.sleep(200); // a checkpoint
    FAIL.set(true);
    for (int millis = 900; millis < 1200; millis++) {
      trade(millis % 3, millis);
    }
    await("the failure", () -> !FAIL.get());
    for (int shard = 0; shard < 3; shard++) {
      clock(shard, 5000);
    }
    await("all trades", () -> seen().stream().map(seen -> seen.id).distinct().count() == trades);
    await("running", () -> job.getJobStatus().join() == JobStatus.RUNNING);
    await("the counts of the last attempt", () -> sum(job, "records_read") == trades && sum(job, "clocks_read") == 3);
    assertEquals(List.of(), seen().stream().filter(Seen::late).map(Seen::toString).collect(Collectors.toList()));
  }
}
