package io.tidemark.runner.source;

import static io.tidemark.runner.source.GlobalWatermark.NONE;
import static io.tidemark.runner.source.ShardReport.State.ENDED;
import static io.tidemark.runner.source.ShardReport.State.PAST;
import static io.tidemark.runner.source.ShardReport.State.QUIET;
import static io.tidemark.runner.source.ShardReport.State.READING;
import static org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult.CANCELLED;
import static org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult.COMPLETE;
import static org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult.INCOMPLETE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class ShardProgressTest {
  private static final long IDLE = 5000;
  private long now = 1_000_000;

  private ShardProgress shard(long restored, boolean past) {
    return new ShardProgress(
        "s", null, null, BigInteger.ZERO, BigInteger.TEN, restored, past, TimeOnly::new, () -> now);
  }

  private static void poll(ShardProgress shard, long number, Long millisBehind) {
    shard.onBatch(millisBehind);
    shard.onPoll(number, INCOMPLETE);
  }

  private static ShardReport.State state(ShardProgress shard) {
    return shard.report(IDLE).state;
  }

  @Test
  void aShardThatNeverAnsweredHoldsHoweverLongItTakes() {
    ShardProgress shard = shard(NONE, false);
    now += 100 * IDLE;
    assertEquals(READING, state(shard));
    assertEquals(NONE, shard.watermark());
    assertEquals(-1, shard.millisBehind());
  }

  @Test
  void aShardThatIsBehindHoldsHoweverLongItIsQuiet() {
    ShardProgress shard = shard(NONE, false);
    poll(shard, 1, 60_000L);
    now += 100 * IDLE;
    assertEquals(READING, state(shard));
    assertEquals(60_000, shard.millisBehind());
    poll(shard, 2, null);
    assertEquals(READING, state(shard), "Kinesis did not say how far behind");
  }

  @Test
  void whileABatchIsEmittedItIsAsFarBehindAsTheRecordThatIs() {
    ShardProgress shard = shard(NONE, false);
    long answered = 1_381_152_600_000L;
    poll(shard, 1, 0L);
    now += 600_000; // quiet for ten minutes
    shard.onAnswer(answered);
    assertEquals(0, shard.millisBehind(), "none of it is emitted yet");
    shard.onRecord(TimeOnly.row(101L), answered - 4_000);
    assertEquals(4_000, shard.millisBehind());
    now += 30_000; // the job is slow
    assertEquals(34_000, shard.millisBehind());
    shard.onRecord(TimeOnly.row(102L), answered - 1_000);
    assertEquals(31_000, shard.millisBehind());
    shard.onBatch(0L);
    assertEquals(0, shard.millisBehind(), "that was all there is");
    shard.onAnswer(answered + 40_000);
    shard.onBatch(90_000L);
    shard.onAnswer(answered + 41_000);
    shard.onRecord(TimeOnly.row(103L), answered + 40_900);
    assertEquals(90_000, shard.millisBehind(), "Kinesis knows of more than is in the batch");
  }

  @Test
  void anEmptyShardIsQuietAfterTheIdleTimeOut() {
    ShardProgress shard = shard(NONE, false);
    now += IDLE - 1;
    poll(shard, 7, 0L);
    assertEquals(READING, state(shard));
    now += 1;
    assertEquals(QUIET, state(shard));
    assertEquals(7, shard.report(IDLE).askedAt);
    assertEquals(0, shard.millisBehind());
  }

  @Test
  void theTipCountsOnlyWhenTheBatchIsEmittedAndThePollHasReturned() {
    ShardProgress shard = shard(NONE, false);
    now += IDLE;
    shard.onBatch(0L);
    assertEquals(READING, state(shard), "the poll may yet say that this was the shard's end");
    assertEquals(0, shard.report(IDLE).askedAt);
    shard.onPoll(3, INCOMPLETE);
    assertEquals(QUIET, state(shard));
    shard.onBatch(10L);
    assertEquals(READING, state(shard), "there is more to read");
    shard.onPoll(4, INCOMPLETE);
    assertEquals(3, shard.report(IDLE).askedAt, "a poll that did not reach the tip says nothing");
  }

  @Test
  void aPollWithoutAnyBatchSaysNothing() {
    ShardProgress shard = shard(NONE, false);
    poll(shard, 3, 0L);
    now += IDLE;
    shard.onPoll(9, INCOMPLETE); // enhanced fan-out: a subscription that ran out without a record
    assertEquals(3, shard.report(IDLE).askedAt);
    assertEquals(READING, state(shard));
    shard.onPoll(9, CANCELLED);
    assertEquals(3, shard.report(IDLE).askedAt);
  }

  @Test
  void aShardThatEndsIsNeverQuiet() {
    ShardProgress shard = shard(NONE, false);
    shard.onRecord(TimeOnly.row(101L), 0);
    now += IDLE;
    poll(shard, 1, 0L);
    shard.onHeard(100);
    assertEquals(QUIET, state(shard));
    shard.onBatch(0L);
    shard.onPoll(2, COMPLETE);
    assertEquals(ENDED, state(shard));
    assertEquals(100, shard.report(IDLE).watermark);
    assertEquals(1, shard.report(IDLE).askedAt, "its end is not its tip: its children go on");
    assertEquals(0, shard.millisBehind());
  }

  @Test
  void itsLastWordIsHeardBeforeItIsQuiet() {
    ShardProgress shard = shard(NONE, false);
    shard.onRecord(TimeOnly.row(101L), 0);
    poll(shard, 1, 0L);
    now += 100 * IDLE; // the job master did not answer all the while
    assertEquals(READING, state(shard));
    shard.onHeard(50);
    assertEquals(READING, state(shard));
    shard.onHeard(100);
    assertEquals(QUIET, state(shard));
    shard.onEpoch();
    assertEquals(READING, state(shard));
  }

  @Test
  void recordsOfOneTimeOrOlderOnesAreSpeakingToo() {
    ShardProgress shard = shard(NONE, false);
    for (int second = 0; second < 20; second++) {
      shard.onRecord(TimeOnly.row(second % 2 == 0 ? 101L : 40L), 0);
      poll(shard, second, 0L);
      shard.onHeard(100);
      assertEquals(READING, state(shard));
      now += IDLE - 1;
    }
    assertEquals(100, shard.watermark());
  }

  @Test
  void recordsWithoutAPlausibleTimeNeitherMoveNorHold() {
    ShardProgress shard = shard(NONE, false);
    for (int second = 0; second < 10; second++) {
      shard.onRecord(TimeOnly.row(null), 0); // broken, or from 2099
      poll(shard, second, 0L);
      now += 1000;
      assertEquals(second < 4 ? READING : QUIET, state(shard));
    }
    assertEquals(NONE, shard.watermark());
    shard.onRecord(TimeOnly.row(101L), 0);
    assertEquals(100, shard.watermark());
    assertEquals(READING, state(shard));
    now += IDLE - 1;
    shard.onRecord(TimeOnly.row(null), 0);
    now += 1;
    poll(shard, 11, 0L);
    shard.onHeard(100);
    assertEquals(QUIET, state(shard));
  }

  @Test
  void aQuietShardThatComesBackHoldsAgain() {
    ShardProgress shard = shard(NONE, false);
    shard.onRecord(TimeOnly.row(101L), 0);
    shard.onHeard(100);
    poll(shard, 1, 0L);
    now += IDLE;
    assertEquals(QUIET, state(shard));
    shard.onRecord(TimeOnly.row(91L), 0);
    assertEquals(READING, state(shard));
    assertEquals(100, shard.watermark());
  }

  @Test
  void aRestoredWatermarkHoldsUntilTheShardIsPastIt() {
    ShardProgress shard = shard(500, false);
    assertEquals(500, shard.report(IDLE).watermark);
    shard.onRecord(TimeOnly.row(300L), 0);
    assertEquals(500, shard.watermark());
    shard.onRecord(TimeOnly.row(601L), 0);
    assertEquals(600, shard.watermark());
    assertEquals(READING, state(shard));
  }

  @Test
  void aShardThatHadEndedBeforeTheRestoreStaysSo() {
    assertEquals(PAST, state(shard(500, true)));
    assertEquals(0, shard(500, true).millisBehind());
  }
}
