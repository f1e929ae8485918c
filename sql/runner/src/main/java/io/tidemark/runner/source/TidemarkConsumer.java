package io.tidemark.runner.source;

import io.tidemark.runner.lake.CommittedSince;
import io.tidemark.runner.lake.LakeTables;
import io.tidemark.runner.lake.ReadAgain;
import io.tidemark.runner.lake.RestoredFrom;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher.FlinkKinesisProxyFactory;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardMetadata;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxy;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;
import org.apache.flink.table.data.RowData;

/**
 * The connector's consumer with a {@link TidemarkFetcher}, and with what must survive a restart beside the shards' positions: the
 * watermarks, and how many records were read. Metrics of the operator: {@code tidemark.records_read}, {@code tidemark.clocks_read},
 * {@code tidemark.millis_behind_latest}, {@code tidemark.watermark}.
 */
class TidemarkConsumer extends FlinkKinesisConsumer<RowData> {
  private static final long serialVersionUID = 1L;

  /** The connector's own name for the positions in its shards. */
  private static final ListStateDescriptor<Tuple2<StreamShardMetadata, SequenceNumber>> POSITIONS =
      new ListStateDescriptor<>("Kinesis-Stream-Shard-State", TypeInformation.of(new TypeHint<>() {}));

  private final String stream;
  private final Properties properties;
  private final SourceSettings settings;
  private final WatermarkStrategy<RowData> strategy;

  private transient ListState<Tuple2<String, Long>> watermarkState;
  private transient ListState<Tuple2<Long, Long>> countState;
  private transient ListState<Tuple2<String, Long>> originState;
  private transient RestoredWatermarks restored;
  private transient long restoredReadUpTo;
  private transient ReadCounts counts;
  private transient volatile TidemarkFetcher fetcher;
  private transient boolean closed;

  TidemarkConsumer(
      String stream,
      RecordDecoder decoder,
      Properties properties,
      SourceSettings settings,
      WatermarkStrategy<RowData> strategy) {
    super(stream, decoder, properties);
    this.stream = stream;
    this.properties = properties;
    this.settings = settings;
    this.strategy = strategy;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    super.initializeState(context);
    watermarkState =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("tidemark-watermarks", Types.TUPLE(Types.STRING, Types.LONG)));
    countState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("tidemark-read", Types.TUPLE(Types.LONG, Types.LONG)));
    originState =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("tidemark-origin", Types.TUPLE(Types.STRING, Types.LONG)));
    restored = RestoredWatermarks.from(watermarkState.get());
    long records = 0;
    long clocks = 0;
    for (Tuple2<Long, Long> part : countState.get()) { // after a rescale a subtask gets the counts of several, or none
      records += part.f0;
      clocks += part.f1;
    }
    counts = new ReadCounts(records, clocks);
    RestoredFrom from = restoredFrom(context);
    restoredReadUpTo = from.readUpTo();
    LakeTables lake = LakeTables.inParameters(getRuntimeContext().getGlobalJobParameters());
    if (!lake.isEmpty() && getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
      // nothing is committed before every subtask is here
      if (context.isRestored()) {
        Iterable<Tuple2<StreamShardMetadata, SequenceNumber>> positions = context.getOperatorStateStore().getUnionListState(POSITIONS).get();
        CommittedSince.remove(lake, from, () -> new ReadOn(stream, positions, properties, kinesis()));
      } else {
        removeWhatIsReadAgain(lake);
      }
    }
  }

  private RestoredFrom restoredFrom(FunctionInitializationContext context) throws Exception {
    String job = null;
    long readUpTo = Long.MAX_VALUE;
    for (Tuple2<String, Long> origin : originState.get()) {
      job = origin.f0;
      readUpTo = Math.min(readUpTo, origin.f1);
    }
    return new RestoredFrom(
        job, context.getRestoredCheckpointId().orElse(0), restored.emitted(), readUpTo == Long.MAX_VALUE ? RestoredFrom.NONE : readUpTo);
  }

  private void removeWhatIsReadAgain(LakeTables lake) throws Exception {
    OptionalLong first = FirstRecord.arrival(stream, properties, kinesis());
    if (first.isPresent()) {
      ReadAgain.remove(lake, first.getAsLong());
    }
  }

  private KinesisProxyInterface kinesis() {
    FlinkKinesisProxyFactory factory = proxies() == null ? KinesisProxy::create : proxies();
    return factory.create(properties);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (closed) {
      return; // as the positions, which the connector leaves as they were
    }
    TidemarkFetcher running = fetcher;
    watermarkState.update(running == null ? restored.entries() : running.watermarkEntries());
    countState.update(List.of(Tuple2.of(counts.records(), counts.clocks())));
    long readUpTo = running == null ? restoredReadUpTo : running.readUpTo(restoredReadUpTo);
    originState.update(List.of(Tuple2.of(getRuntimeContext().getJobInfo().getJobId().toString(), readUpTo)));
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup("tidemark");
    metrics.gauge("records_read", (Gauge<Long>) counts::records);
    metrics.gauge("clocks_read", (Gauge<Long>) counts::clocks);
    metrics.gauge("millis_behind_latest", (Gauge<Long>) () -> fetcher == null ? -1 : fetcher.progress().millisBehind());
    metrics.gauge("watermark", (Gauge<Long>) () -> fetcher == null ? restored.emitted() : fetcher.emitted());
  }

  @Override
  public void close() throws Exception {
    super.close();
    closed = true;
  }

  @Override
  protected KinesisDataFetcher<RowData> createFetcher(
      List<String> streams,
      SourceContext<RowData> sourceContext,
      RuntimeContext runtime,
      Properties properties,
      KinesisDeserializationSchema<RowData> decoder) {
    StreamingRuntimeContext streaming = (StreamingRuntimeContext) runtime;
    fetcher =
        new TidemarkFetcher(
            streams,
            sourceContext,
            runtime,
            properties,
            decoder,
            getShardAssigner(),
            settings,
            strategy,
            WatermarkExchange.through(
                streaming.getGlobalAggregateManager(), "tidemark-watermark-" + streaming.getOperatorUniqueID()),
            restored,
            counts,
            proxies());
    return fetcher;
  }

  SourceSettings settings() {
    return settings;
  }

  WatermarkStrategy<RowData> strategy() {
    return strategy;
  }

  /** What the connector is told. */
  Properties properties() {
    return properties;
  }

  /** How Kinesis is reached: for tests; null for the connector's own way. */
  FlinkKinesisProxyFactory proxies() {
    return null;
  }
}
