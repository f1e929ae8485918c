package io.tidemark.runner.source;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Shard;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.source.SourceFunction.SourceContext;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.connectors.kinesis.KinesisShardAssigner;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.internals.ShardConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher;
import org.apache.flink.streaming.connectors.kinesis.model.KinesisStreamShardState;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxy;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyV2Factory;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the shards of one subtask as the connector does, but keeps a {@link ShardProgress} for each, reports them to the job's
 * {@link GlobalWatermark} and emits the watermark that comes back, which is the same in all subtasks.
 */
final class TidemarkFetcher extends KinesisDataFetcher<RowData> {
  private static final Logger LOG = LoggerFactory.getLogger(TidemarkFetcher.class);
  /** An exchange may fail while the job master is busy; the watermark then waits. A job master that never answers is an error. */
  private static final int EXCHANGE_ATTEMPTS = 10;

  private final Object checkpointLock;
  private final SourceContext<RowData> context;
  private final RuntimeContext runtime;
  private final SourceSettings settings;
  private final WatermarkStrategy<RowData> strategy;
  private final WatermarkExchange exchange;
  private final RestoredWatermarks restored;
  private final ReadCounts counts;
  private final SubtaskProgress progress;
  private final Map<Integer, ShardProgress> shards = new ConcurrentHashMap<>();
  private final Map<Integer, RecordDecoder> decoders = new ConcurrentHashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile long emitted = GlobalWatermark.NONE;
  private volatile boolean started;
  private volatile Throwable reporterError;

  TidemarkFetcher(
      List<String> streams,
      SourceContext<RowData> sourceContext,
      RuntimeContext runtime,
      Properties properties,
      KinesisDeserializationSchema<RowData> decoder,
      KinesisShardAssigner assigner,
      SourceSettings settings,
      WatermarkStrategy<RowData> strategy,
      WatermarkExchange exchange,
      RestoredWatermarks restored,
      ReadCounts counts,
      FlinkKinesisProxyFactory proxies) {
    super(
        streams,
        new NeverIdle<>(sourceContext),
        sourceContext.getCheckpointLock(),
        runtime,
        properties,
        decoder,
        assigner,
        null, // the watermark assigner: it knows neither the other subtasks nor who lags behind
        null,
        new AtomicReference<>(),
        new ArrayList<>(),
        createInitialSubscribedStreamsToLastDiscoveredShardsState(streams),
        proxies == null ? KinesisProxy::create : proxies,
        KinesisProxyV2Factory::createKinesisProxyAsyncV2);
    this.checkpointLock = sourceContext.getCheckpointLock();
    this.context = sourceContext;
    this.runtime = runtime;
    this.settings = settings;
    this.strategy = strategy;
    this.exchange = exchange;
    this.restored = restored;
    this.counts = counts;
    TaskInfo task = runtime.getTaskInfo();
    this.progress =
        new SubtaskProgress(
            task.getIndexOfThisSubtask(), task.getNumberOfParallelSubtasks(), task.getAttemptNumber(), settings.idleMillis);
  }

  @Override
  public int registerNewSubscribedShardState(KinesisStreamShardState state) {
    synchronized (checkpointLock) {
      int index = super.registerNewSubscribedShardState(state);
      Shard shard = state.getStreamShardHandle().getShard();
      boolean past = SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM.get().equals(state.getLastProcessedSequenceNum());
      ShardProgress added =
          new ShardProgress(
              shard.getShardId(),
              shard.getParentShardId(),
              shard.getAdjacentParentShardId(),
              new BigInteger(shard.getHashKeyRange().getStartingHashKey()),
              new BigInteger(shard.getHashKeyRange().getEndingHashKey()),
              restored.of(shard.getShardId()),
              past,
              () -> strategy.createWatermarkGenerator(runtime::getMetricGroup),
              () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
      shards.put(index, added);
      progress.add(added);
      return index;
    }
  }

  @Override
  protected ShardConsumer<RowData> createShardConsumer(
      Integer index,
      StreamShardHandle handle,
      SequenceNumber from,
      MetricGroup metrics,
      KinesisDeserializationSchema<RowData> decoder)
      throws InterruptedException {
    decoders.put(index, (RecordDecoder) decoder); // this shard's own copy
    return super.createShardConsumer(index, handle, from, metrics, decoder);
  }

  @Override
  protected RecordPublisher createRecordPublisher(
      SequenceNumber from, Properties properties, MetricGroup metrics, StreamShardHandle handle)
      throws InterruptedException {
    RecordPublisher publisher = super.createRecordPublisher(from, properties, metrics, handle);
    ShardProgress shard = progress.shard(handle.getShard().getShardId());
    return consumer -> {
      long numberAtStart = progress.number();
      RecordPublisher.RecordPublisherRunResult result =
          publisher.run(
              batch -> {
                long answered = System.currentTimeMillis();
                shard.onAnswer(answered);
                SequenceNumber last = consumer.accept(batch);
                shard.onBatch(batch.getMillisBehindLatest());
                if (batch.getMillisBehindLatest() != null) {
                  shard.onReadUpTo(answered - batch.getMillisBehindLatest());
                }
                return last;
              });
      shard.onPoll(numberAtStart, result);
      return result;
    };
  }

  @Override
  protected void emitRecordAndUpdateState(RowData row, long arrivedAt, int index, SequenceNumber number) {
    RecordDecoder decoder = decoders.get(index);
    decoder.setSubSequenceNumber(row, number.isAggregated() ? number.getSubSequenceNumber() : 0);
    synchronized (checkpointLock) { // a checkpoint sees the record, the count and the shard's watermark, or none of them
      super.emitRecordAndUpdateState(row, arrivedAt, index, number);
      counts.add(decoder.lastWasClock());
      shards.get(index).onRecord(row, arrivedAt);
    }
  }

  @Override
  public void runFetcher() throws Exception {
    emit(restored.emitted());
    started = true;
    Thread reporter = new Thread(this::exchangeUntilStopped, "watermark-" + runtime.getTaskInfo().getTaskNameWithSubtasks());
    reporter.setDaemon(true);
    reporter.start();
    try {
      super.runFetcher();
    } finally {
      stopped.countDown();
      try {
        reporter.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the task is being cancelled: the reporter finds it stopped
      }
    }
    if (reporterError != null) {
      ExceptionUtils.rethrowException(reporterError);
    }
  }

  @Override
  public void shutdownFetcher() {
    stopped.countDown();
    super.shutdownFetcher();
  }

  /** Not in Flink's timer thread: that one holds the checkpoint lock, and the job master may take its time. */
  private void exchangeUntilStopped() {
    int failures = 0;
    try {
      do {
        try {
          exchangeWatermark();
          failures = 0;
        } catch (IOException e) {
          if (stopped.getCount() == 0) {
            return;
          }
          if (++failures == EXCHANGE_ATTEMPTS) {
            throw e;
          }
          LOG.warn("The job master did not answer with a watermark; asking again", e);
        }
      } while (!stopped.await(settings.watermarkIntervalMillis, TimeUnit.MILLISECONDS));
    } catch (Throwable t) {
      reporterError = t; // the fetcher may have ended well meanwhile, and must not: a window may have failed to close
      stopWithError(t);
    }
  }

  private void exchangeWatermark() throws IOException {
    SubtaskReport report = progress.report();
    GlobalAnswer answer = exchange.report(report);
    if (progress.onAnswer(report, answer)) {
      report = progress.report();
      answer = exchange.report(report);
      progress.onAnswer(report, answer);
    }
    emit(answer.watermark);
  }

  private void emit(long watermark) {
    synchronized (checkpointLock) {
      if (watermark > emitted && stopped.getCount() > 0) {
        emitted = watermark;
        context.emitWatermark(new Watermark(watermark));
      }
    }
  }

  SubtaskProgress progress() {
    return progress;
  }

  /** What {@link RestoredWatermarks} keeps in a checkpoint; what it was restored with until all shards are known. */
  List<Tuple2<String, Long>> watermarkEntries() {
    return started ? RestoredWatermarks.entries(emitted(), progress.shards()) : restored.entries();
  }

  /** As {@link SubtaskProgress#readUpTo}; {@code restored} until all shards are known and have answered. */
  long readUpTo(long restored) {
    long readUpTo = started ? progress.readUpTo() : Long.MIN_VALUE;
    return readUpTo == Long.MIN_VALUE ? restored : readUpTo;
  }

  /** The newest watermark that was emitted; before the run it is the restored one. */
  long emitted() {
    return Math.max(emitted, restored.emitted());
  }
}
