package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.Lake;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher.FlinkKinesisProxyFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source in a Flink job beside a lake: only a start without state removes anything. */
class ReadAgainJobTest {
  private static final RowType TRADE = (RowType) DataTypes.ROW(DataTypes.FIELD("trade_id", DataTypes.STRING())).getLogicalType();

  @TempDir Path folder;

  private static final class Consumer extends TidemarkConsumer {
    Consumer(Properties properties) {
      super(
          "lake",
          new RecordDecoder(TRADE, List.of(), InternalTypeInfo.of(TRADE)),
          properties,
          new SourceSettings(300, 20),
          WatermarkStrategy.noWatermarks());
    }

    @Override
    FlinkKinesisProxyFactory proxies() {
      return properties -> FakeKinesis.of("lake");
    }
  }

  private JobClient run(Lake lake, String savepoint) throws Exception {
    return run(lake, savepoint, "TRIM_HORIZON");
  }

  private JobClient run(Lake lake, String savepoint, String position) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("taskmanager.numberOfTaskSlots", "2");
    // A savepoint that is asked for while tasks come up can fail the job, which then begins anew from where it began.
    configuration.setString("restart-strategy.type", "fixed-delay");
    configuration.setString("restart-strategy.fixed-delay.attempts", "100");
    configuration.setString("restart-strategy.fixed-delay.delay", "100 ms");
    if (savepoint != null) {
      configuration.setString("execution.state-recovery.path", savepoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    env.getConfig().setGlobalJobParameters(Configuration.fromMap(lake.tables().parameters()));
    Properties properties = new Properties();
    properties.setProperty("aws.region", "us-east-1");
    properties.setProperty("flink.stream.initpos", position);
    properties.setProperty("flink.stream.initpos.timestamp", "2026-11-26T13:30:00.000Z");
    env.addSource(new Consumer(properties), "trades", InternalTypeInfo.<RowData>of(TRADE)).uid("trades").sinkTo(new DiscardingSink<>());
    return env.executeAsync();
  }

  /** Stops the job, which can only be when all its tasks were up. */
  private String stop(JobClient job) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return job.stopWithSavepoint(false, folder.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
            .get(30, TimeUnit.SECONDS);
      } catch (Exception e) { // not all of them run yet
        assertTrue(System.nanoTime() < deadline, () -> "waited 60 s for the job: " + e);
        Thread.sleep(100);
      }
    }
  }

  @Test
  void removesRowsOnlyWithoutState() throws Exception {
    FakeKinesis.create("lake", 2).put(1, "{\"trade_id\":\"a\"}");
    Lake lake = new Lake(folder.resolve("lake"));
    Table rejects = lake.create("rejects", "arrived_at", "arrived_at");
    Lake.append(rejects, Lake.row(rejects, "old", "2020-01-01T00:00:00Z", 1.0));
    Lake.append(rejects, Lake.row(rejects, "again", "2120-01-01T00:00:00Z", 1.0));

    String savepoint = stop(run(lake, null));
    assertEquals(List.of("old"), Lake.keys(rejects));

    Lake.append(rejects, Lake.row(rejects, "new", "2120-01-01T00:00:00Z", 1.0));
    stop(run(lake, savepoint));
    assertEquals(List.of("new", "old"), Lake.keys(rejects));
  }

  @Test
  void aStartAtAnInstantRemovesWhatArrivedFromThenOn() throws Exception {
    FakeKinesis kinesis = FakeKinesis.create("lake", 1);
    for (String arrived : List.of("13:29:00", "13:31:00")) {
      kinesis.put(0, "{\"trade_id\":\"a\"}", Date.from(Instant.parse("2026-11-26T" + arrived + "Z")));
    }
    Lake lake = new Lake(folder.resolve("lake"));
    Table rejects = lake.create("rejects", "arrived_at", "arrived_at");
    Lake.append(rejects, Lake.row(rejects, "before", "2026-11-26T13:29:00Z", 1.0));
    Lake.append(rejects, Lake.row(rejects, "from then on", "2026-11-26T13:31:00Z", 1.0));

    stop(run(lake, null, "AT_TIMESTAMP"));
    assertEquals(List.of("before"), Lake.keys(rejects));
  }
}
