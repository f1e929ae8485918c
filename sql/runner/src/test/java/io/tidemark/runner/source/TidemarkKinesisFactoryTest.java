package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.StreamSource;
import org.apache.flink.streaming.api.transformations.LegacySourceTransformation;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TidemarkKinesisFactoryTest {
  private static final String COLUMNS =
      "symbol STRING, event_time TIMESTAMP_LTZ(3), payload STRING METADATA VIRTUAL, parse_error STRING METADATA VIRTUAL, "
          + "`stream` STRING METADATA VIRTUAL, shard_id STRING METADATA VIRTUAL, sequence_number STRING METADATA VIRTUAL, "
          + "sub_sequence_number BIGINT METADATA VIRTUAL, arrived_at TIMESTAMP_LTZ(3) METADATA VIRTUAL, "
          + "plausible_time AS CASE WHEN event_time <= arrived_at + INTERVAL '60' SECOND THEN event_time END, "
          + "WATERMARK FOR plausible_time AS plausible_time - INTERVAL '2' SECOND";

  private StreamTableEnvironment tables;

  @BeforeEach
  void open() {
    tables = StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment());
  }

  private void create(String columns, String options) {
    tables.executeSql(
        "CREATE TABLE trades (" + columns + ") WITH ('connector' = 'tidemark-kinesis', 'stream' = 'trades', 'aws.region' = 'us-east-1'"
            + options + ")");
  }

  private TidemarkConsumer consumer() {
    List<Transformation<?>> all = new ArrayList<>();
    all.add(tables.toDataStream(tables.sqlQuery("SELECT * FROM trades")).getTransformation());
    for (int i = 0; i < all.size(); i++) {
      all.addAll(all.get(i).getInputs());
    }
    Transformation<?> source = all.get(all.size() - 1);
    return (TidemarkConsumer) ((StreamSource<?, ?>) ((LegacySourceTransformation<?>) source).getOperator()).getUserFunction();
  }

  private String error(String columns, String options) {
    create(columns, options);
    StringWriter text = new StringWriter();
    assertThrows(RuntimeException.class, this::consumer).printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void thePlanPushesMetadataAndWatermarkAndIsLoadedAgain() {
    create(COLUMNS, "");
    tables.executeSql("CREATE TABLE bars (symbol STRING, n BIGINT) WITH ('connector' = 'blackhole')");
    String plan =
        tables
            .compilePlanSql(
                "INSERT INTO bars SELECT symbol, COUNT(*) FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(plausible_time), "
                    + "INTERVAL '1' MINUTE)) WHERE parse_error IS NULL GROUP BY symbol, window_start, window_end")
            .asJsonString();
    assertTrue(plan.contains("\"type\" : \"WatermarkPushDown\""), plan);
    assertTrue(plan.contains("\"type\" : \"ReadingMetadata\""), plan);
    assertTrue(!plan.contains("stream-exec-watermark-assigner"), plan);
    assertTrue(tables.loadPlan(PlanReference.fromJsonString(plan)).explain().contains("TableSourceScan"));
  }

  @Test
  void thePlannersGeneratorTakesRecordsWithoutAPlausibleTime() throws Exception {
    create(COLUMNS, "");
    WatermarkGenerator<RowData> generator =
        consumer().strategy().createWatermarkGenerator(UnregisteredMetricsGroup::new);
    List<Long> heard = new ArrayList<>();
    WatermarkOutput output =
        new WatermarkOutput() {
          @Override
          public void emitWatermark(Watermark watermark) {
            heard.add(watermark.getTimestamp());
          }

          @Override
          public void markIdle() {}

          @Override
          public void markActive() {}
        };
    long arrived = 1_381_152_600_000L;
    for (Long time : new Long[] {null, arrived + 60_001, arrived + 60_000, null, arrived + 90_000, arrived - 5000}) {
      generator.onEvent(row(time, arrived), arrived, output);
      generator.onPeriodicEmit(output);
    }
    long last = arrived + 58_000;
    assertEquals(List.of(Long.MIN_VALUE, Long.MIN_VALUE, last, last, last, last), heard);
  }

  /** The row as the decoder makes it: physical columns, then the metadata columns that are used, by their keys' order. */
  private static RowData row(Long time, long arrived) {
    GenericRowData row = new GenericRowData(9);
    row.setField(1, time == null ? null : TimestampData.fromEpochMillis(time));
    int at = 2 + new ArrayList<>(Metadata.types().keySet()).indexOf("arrived_at");
    row.setField(at, TimestampData.fromEpochMillis(arrived));
    return row;
  }

  @Test
  void theDefaultsAreThere() {
    create("symbol STRING", "");
    TidemarkConsumer consumer = consumer();
    assertEquals(5000, consumer.settings().idleMillis);
    assertEquals(200, consumer.settings().watermarkIntervalMillis);
    assertEquals("UniformShardAssigner", consumer.getShardAssigner().getClass().getSimpleName());
  }

  @Test
  void theOptionsAreTaken() {
    create("symbol STRING", ", 'scan.shard.idle-timeout' = '500 ms', 'scan.watermark.interval' = '1 s', 'scan.shard-assigner' = 'default'");
    TidemarkConsumer consumer = consumer();
    assertEquals(500, consumer.settings().idleMillis);
    assertEquals(1000, consumer.settings().watermarkIntervalMillis);
    assertEquals("2000", TidemarkKinesisFactory.DEFAULTS.get(ConsumerConfigConstants.SHARD_DISCOVERY_INTERVAL_MILLIS));
  }

  @Test
  void aStartAtAnInstantReachesTheConnector() {
    String at = "2026-11-26T13:30:00.000Z";
    create("symbol STRING", ", 'scan.stream.initpos' = 'AT_TIMESTAMP', 'scan.stream.initpos-timestamp' = '" + at + "'");
    assertEquals("AT_TIMESTAMP", consumer().properties().getProperty(ConsumerConfigConstants.STREAM_INITIAL_POSITION));
    assertEquals(at, consumer().properties().getProperty(ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP));
    tables.executeSql("DROP TABLE trades");
    String wrong = error("symbol STRING", ", 'scan.stream.initpos' = 'AT_TIMESTAMP', 'scan.stream.initpos-timestamp' = 'noon'");
    assertTrue(wrong.contains("Invalid value given for initial timestamp"), wrong);
  }

  @Test
  void wrongOptionsSayWhatIsWrong() {
    assertTrue(error("symbol STRING", ", 'scan.shard-assigner' = 'random'").contains("it can be 'uniform' or 'default'"));
    tables.executeSql("DROP TABLE trades");
    assertTrue(error("symbol STRING", ", 'scan.watermark.interval' = '0 s'").contains("it must be at least 1 ms"));
    tables.executeSql("DROP TABLE trades");
    assertTrue(error("symbol STRING", ", 'format' = 'json'").contains("Unsupported options found for 'tidemark-kinesis'"));
    tables.executeSql("DROP TABLE trades");
    String unknown = error("symbol STRING", ", 'scan.stream.initposs' = 'LATEST'");
    assertTrue(unknown.contains("'scan.stream.initposs'") && unknown.contains("scan.stream.initpos"), unknown);
    tables.executeSql("DROP TABLE trades");
    assertTrue(error("symbol STRING NOT NULL", "").contains("Declare it nullable and filter in a view"));
  }
}
