package io.tidemark.runner.source;

import java.math.BigInteger;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult;
import org.apache.flink.table.data.RowData;

/**
 * What is known of one shard: its watermark, whether it is read up to its tip, and how long it has said nothing about event time.
 * Called by the shard's own thread and by the one that reports, hence synchronized.
 */
final class ShardProgress {
  /** While a shard has spoken within this time, it need not be asked whether a record that moved nothing was one that may. */
  private static final long PROBE_AFTER_MILLIS = 200;

  /** So long after its end the children of a shard are being read, and say themselves how far. */
  private static final long CHILDREN_FOUND_MILLIS = 600_000;

  private final String id;
  @Nullable private final String parent;
  @Nullable private final String adjacentParent;
  private final BigInteger firstHashKey;
  private final BigInteger lastHashKey;
  private final Supplier<WatermarkGenerator<RowData>> generators;
  private final WatermarkGenerator<RowData> generator;
  private final LongSupplier clock;
  private final WatermarkOutput output = outputTo(this::raise);
  @Nullable private WatermarkGenerator<RowData> probe;
  private boolean probeSpoke;
  private long watermark;
  private long heard = GlobalWatermark.NONE;
  private long spokeAt;
  private long millisBehind = -1;
  private long readUpTo = Long.MIN_VALUE;
  private long lastArrival = Long.MIN_VALUE;
  private boolean emitting;
  private long emittedArrival = Long.MIN_VALUE;
  private long answeredTime;
  private long answeredAt;
  private long endedAt;
  private boolean tipInPoll;
  private boolean atTip;
  private long askedAt;
  private boolean ended;
  private final boolean past;

  /**
   * @param restored its watermark in the checkpoint, {@link GlobalWatermark#NONE} if there is none
   * @param past whether it was read to its end before the job was restored
   * @param generators gives watermark generators, each without a history
   * @param clock milliseconds, monotonic
   */
  ShardProgress(
      String id,
      @Nullable String parent,
      @Nullable String adjacentParent,
      BigInteger firstHashKey,
      BigInteger lastHashKey,
      long restored,
      boolean past,
      Supplier<WatermarkGenerator<RowData>> generators,
      LongSupplier clock) {
    this.id = id;
    this.parent = parent;
    this.adjacentParent = adjacentParent;
    this.firstHashKey = firstHashKey;
    this.lastHashKey = lastHashKey;
    this.watermark = restored;
    this.past = past;
    this.ended = past;
    this.generators = generators;
    this.generator = generators.get();
    this.clock = clock;
    this.spokeAt = clock.getAsLong();
  }

  /** A record was emitted. Only one from which the planner's generator makes a watermark counts as speaking. */
  synchronized void onRecord(RowData row, long arrivedAt) {
    long before = watermark;
    lastArrival = Math.max(lastArrival, arrivedAt);
    emittedArrival = arrivedAt;
    generator.onEvent(row, arrivedAt, output);
    generator.onPeriodicEmit(output);
    long now = clock.getAsLong();
    if (watermark > before || now - spokeAt > PROBE_AFTER_MILLIS && mayMoveWatermark(row, arrivedAt)) {
      spokeAt = now;
    }
  }

  /**
   * Tells a record whose event time is merely not newer from one that has none. The generator answers both with silence,
   * so one without a history is asked.
   */
  private boolean mayMoveWatermark(RowData row, long arrivedAt) {
    if (probe == null) {
      probe = generators.get();
    }
    probeSpoke = false;
    WatermarkOutput heard = outputTo(candidate -> probeSpoke |= candidate > GlobalWatermark.NONE);
    probe.onEvent(row, arrivedAt, heard);
    probe.onPeriodicEmit(heard);
    if (probeSpoke) {
      probe = null; // has a history now
    }
    return probeSpoke;
  }

  private void raise(long candidate) {
    watermark = Math.max(watermark, candidate);
  }

  /** All was emitted that had arrived by then, in milliseconds since 1970 by this machine's clock. */
  synchronized void onReadUpTo(long time) {
    readUpTo = time;
  }

  /**
   * A time up to which it is read: {@link Long#MIN_VALUE} before the first answer, {@link Long#MAX_VALUE} some time after its end.
   * At its end it is its last record's, as its children may hold what came right behind that, and are yet to be found.
   */
  synchronized long readUpTo() {
    if (!ended) {
      return readUpTo;
    }
    return past || clock.getAsLong() - endedAt > CHILDREN_FOUND_MILLIS ? Long.MAX_VALUE : lastArrival;
  }

  /** A batch has come, at {@code time} in milliseconds since 1970, and will be emitted: which takes long where the job is slow. */
  synchronized void onAnswer(long time) {
    emitting = true;
    emittedArrival = Long.MIN_VALUE;
    answeredTime = time;
    answeredAt = clock.getAsLong();
  }

  /** A batch was emitted; {@code millis} is how far behind the shard's tip Kinesis said it ends, if it did. */
  synchronized void onBatch(@Nullable Long millis) {
    emitting = false;
    millisBehind = millis == null ? -1 : millis;
    tipInPoll = millisBehind == 0;
    atTip &= tipInPoll;
  }

  /**
   * A poll has returned. It must have returned, not only its batch been emitted, before it says that the tip was reached:
   * the tip may have been the shard's end, behind which its children go on.
   *
   * @param numberAtStart the newest number of {@link GlobalWatermark} known when it began
   */
  synchronized void onPoll(long numberAtStart, RecordPublisherRunResult result) {
    if (result == RecordPublisherRunResult.COMPLETE) {
      ended = true;
      endedAt = clock.getAsLong();
      atTip = false;
    } else if (result == RecordPublisherRunResult.INCOMPLETE) {
      atTip = tipInPoll;
      askedAt = atTip ? Math.max(askedAt, numberAtStart) : askedAt;
    }
    tipInPoll = false;
  }

  /** A watermark that was reported has been taken into account: without that a shard is not quiet, or its last word could go unheard. */
  synchronized void onHeard(long reported) {
    heard = Math.max(heard, reported);
  }

  /** What was reported is forgotten, because some subtask has started again. */
  synchronized void onEpoch() {
    heard = GlobalWatermark.NONE;
  }

  synchronized ShardReport report(long idleMillis) {
    ShardReport.State state =
        past ? ShardReport.State.PAST
            : ended ? ShardReport.State.ENDED
            : atTip && heard == watermark && clock.getAsLong() - spokeAt >= idleMillis ? ShardReport.State.QUIET
            : ShardReport.State.READING;
    return new ShardReport(id, parent, adjacentParent, firstHashKey, lastHashKey, state, watermark, askedAt);
  }

  String id() {
    return id;
  }

  synchronized long watermark() {
    return watermark;
  }

  /**
   * How far it was behind the tip at its last batch, or how long ago the record arrived that is emitted of one; 0 at its end, -1
   * before the first answer.
   */
  synchronized long millisBehind() {
    if (ended) {
      return 0;
    }
    boolean within = emitting && emittedArrival != Long.MIN_VALUE;
    return within ? Math.max(millisBehind, answeredTime + clock.getAsLong() - answeredAt - emittedArrival) : millisBehind;
  }

  private static WatermarkOutput outputTo(LongConsumer consumer) {
    return new WatermarkOutput() {
      @Override
      public void emitWatermark(Watermark watermark) {
        consumer.accept(watermark.getTimestamp());
      }

      @Override
      public void markIdle() {} // table.exec.source.idle-timeout: here scan.shard.idle-timeout decides

      @Override
      public void markActive() {}
    };
  }
}
