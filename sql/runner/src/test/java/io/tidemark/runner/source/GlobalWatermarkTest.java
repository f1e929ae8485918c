package io.tidemark.runner.source;

import static io.tidemark.runner.source.GlobalWatermark.NONE;
import static io.tidemark.runner.source.ShardReport.State.ENDED;
import static io.tidemark.runner.source.ShardReport.State.PAST;
import static io.tidemark.runner.source.ShardReport.State.QUIET;
import static io.tidemark.runner.source.ShardReport.State.READING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlobalWatermarkTest {
  private final GlobalWatermark global = new GlobalWatermark();
  private int parallelism = 2;
  private int epoch = -1;

  /** Reports until the report counts, as a subtask does; returns the answer. */
  private GlobalAnswer report(int subtask, int attempt, ShardReport... shards) {
    GlobalAnswer answer = global.report(new SubtaskReport(subtask, parallelism, attempt, epoch, List.of(shards)));
    if (answer.epoch != epoch) {
      epoch = answer.epoch;
      answer = global.report(new SubtaskReport(subtask, parallelism, attempt, epoch, List.of(shards)));
    }
    return answer;
  }

  private long watermark(int subtask, ShardReport... shards) {
    return report(subtask, 0, shards).watermark;
  }

  /** All subtasks have reported a shard that has not spoken, so that the epoch stands. */
  private void start(int subtasks) {
    parallelism = subtasks;
    for (int round = 0; round < 2; round++) {
      for (int subtask = 0; subtask < subtasks; subtask++) {
        assertEquals(NONE, watermark(subtask, reading("unheard", NONE)));
      }
    }
  }

  private static ShardReport shard(String id, ShardReport.State state, long watermark, long askedAt) {
    return keys(id, null, null, 0, 99, state, watermark, askedAt);
  }

  private static ShardReport reading(String id, long watermark) {
    return shard(id, READING, watermark, 0);
  }

  private static ShardReport keys(
      String id, String parent, String adjacent, long from, long to, ShardReport.State state, long watermark, long askedAt) {
    return new ShardReport(id, parent, adjacent, BigInteger.valueOf(from), BigInteger.valueOf(to), state, watermark, askedAt);
  }

  @Test
  void aSubtaskThatHasNotReportedHoldsEverything() {
    assertEquals(NONE, watermark(0, reading("a", 100)));
    assertEquals(NONE, watermark(0, reading("a", 200)));
    assertEquals(NONE, watermark(1, reading("b", 150)), "the first subtask has not reported in this epoch");
    assertEquals(150, watermark(0, reading("a", 200)));
  }

  @Test
  void theSlowestShardOfAnySubtaskHolds() {
    start(2);
    watermark(0, reading("a", 500), reading("b", 300));
    assertEquals(200, watermark(1, reading("c", 200)));
    assertEquals(300, watermark(1, reading("c", 900)));
    assertEquals(300, watermark(0, reading("a", 900), reading("b", 300)));
  }

  @Test
  void aShardThatAnswersLateHoldsEverything() {
    start(2);
    watermark(0, reading("a", 500), reading("b", NONE));
    assertEquals(NONE, watermark(1, reading("c", 400)));
    assertEquals(350, watermark(0, reading("a", 500), reading("b", 350)));
  }

  @Test
  void aSubtaskWithoutShardsContributesNothing() {
    start(3);
    watermark(0, reading("a", 500));
    assertEquals(NONE, watermark(1));
    assertEquals(500, watermark(2));
    assertEquals(600, watermark(0, reading("a", 600)));
    assertEquals(600, watermark(1));
  }

  @Test
  void withoutAnyShardThereIsNoWatermark() {
    start(2);
    assertEquals(NONE, watermark(0));
    assertEquals(NONE, watermark(1));
  }

  @Test
  void aShardThatStaysEmptyIsLeftOutOnceItWasAskedAgain() {
    start(2);
    watermark(0, reading("a", 500));
    GlobalAnswer proposed = report(1, 0, shard("empty", QUIET, NONE, 0));
    assertEquals(NONE, proposed.watermark, "asked before the watermark was proposed");
    assertEquals(500, watermark(1, shard("empty", QUIET, NONE, proposed.number)));
  }

  @Test
  void aRecordPutIntoAQuietShardBeforeTheOthersIsNotOvertaken() {
    start(2);
    watermark(0, reading("a", 100));
    long asked = report(1, 0, reading("b", 100)).number;
    assertEquals(100, watermark(1, shard("b", QUIET, 100, asked)));

    // 110 goes into b, then 200 into a; a is read first
    assertEquals(100, watermark(0, reading("a", 200)));
    GlobalAnswer learnt = report(1, 0, shard("b", QUIET, 100, asked));
    assertEquals(100, learnt.watermark);
    // the poll that starts now finds 110: b is no longer quiet and takes the 200 back
    assertEquals(110, watermark(1, reading("b", 110)));
    assertEquals(110, watermark(0, reading("a", 300)));

    // quiet again: what waits is released by a poll that began after the report of 300, not by one before it
    GlobalAnswer waiting = report(1, 0, shard("b", QUIET, 110, learnt.number));
    assertEquals(110, waiting.watermark);
    assertEquals(300, watermark(1, shard("b", QUIET, 110, waiting.number)));
  }

  @Test
  void everyQuietShardIsAsked() {
    start(2);
    long number = report(0, 0, reading("a", 500), shard("b", QUIET, NONE, 0)).number;
    number = report(1, 0, shard("c", QUIET, NONE, number)).number;
    number = report(0, 0, reading("a", 500), shard("b", QUIET, NONE, number)).number;
    assertEquals(NONE, watermark(1, shard("c", QUIET, NONE, 1)));
    assertEquals(500, watermark(1, shard("c", QUIET, NONE, number)));
  }

  @Test
  void whenAllAreQuietWhatWasSaidIsReleasedAndThenItStays() {
    start(1);
    long number = report(0, 0, reading("a", 500), shard("b", QUIET, NONE, 0)).number;
    assertEquals(NONE, watermark(0, shard("a", QUIET, 500, number), shard("b", QUIET, NONE, 0)));
    assertEquals(500, watermark(0, shard("a", QUIET, 500, number), shard("b", QUIET, NONE, number)));
    assertEquals(500, watermark(0, shard("a", QUIET, 500, number + 3), shard("b", QUIET, NONE, number + 3)));
  }

  @Test
  void whenTheLastReaderEndsWhatAllQuietShardsHavePassedHolds() {
    start(1);
    ShardReport left = keys("l", "p", null, 0, 49, QUIET, 900, 1000);
    ShardReport right = keys("r", "p", null, 50, 99, QUIET, 800, 1000);
    assertEquals(300, watermark(0, keys("p", null, null, 0, 99, READING, 300, 0), left, right));
    assertEquals(800, watermark(0, keys("p", null, null, 0, 99, ENDED, 310, 0), left, right));
  }

  @Test
  void aSplitShardHoldsUntilItsChildrenCoverItsKeys() {
    start(2);
    ShardReport other = keys("other", null, null, 100, 199, READING, 500, 0);
    ShardReport ended = keys("p", null, null, 0, 99, ENDED, 150, 0);
    ShardReport left = keys("l", "p", null, 0, 49, READING, 300, 0);
    ShardReport right = keys("r", "p", null, 50, 99, READING, NONE, 0);

    watermark(0, keys("p", null, null, 0, 99, READING, 100, 0));
    assertEquals(100, watermark(1, other));
    assertEquals(150, watermark(0, ended));
    assertEquals(150, watermark(1, other, left), "half of the keys is not known yet");
    assertEquals(150, watermark(0, ended, right), "the other half has not spoken");
    assertEquals(300, watermark(0, ended, keys("r", "p", null, 50, 99, READING, 400, 0)));
  }

  @Test
  void mergedShardsHoldUntilTheirChildIsKnown() {
    start(2);
    ShardReport a = keys("a", null, null, 0, 49, ENDED, 100, 0);
    ShardReport b = keys("b", null, null, 50, 99, ENDED, 200, 0);
    watermark(0, a);
    assertEquals(100, watermark(1, b));
    assertEquals(100, watermark(1, b, keys("child", "a", "b", 0, 99, READING, NONE, 0)));
    assertEquals(700, watermark(1, b, keys("child", "a", "b", 0, 99, READING, 700, 0)));
  }

  @Test
  void theLastWordsBeforeASplitHoldWhenNothingComesAfterIt() {
    start(1);
    ShardReport other = reading("other", 100);
    assertEquals(100, watermark(0, keys("a", null, null, 0, 99, READING, 300, 0), other));
    ShardReport a = keys("a", null, null, 0, 99, ENDED, 900, 0);
    ShardReport b = keys("other", null, null, 100, 199, ENDED, 700, 0);
    // Both are over at once, with children that have nothing in them and were not asked after it yet.
    ShardReport[] children = {
      keys("a1", "a", null, 0, 49, QUIET, NONE, 0), keys("a2", "a", null, 50, 99, QUIET, NONE, 0),
      keys("b1", "other", null, 100, 199, QUIET, NONE, 0)
    };
    GlobalAnswer answer = report(0, 0, a, b, children[0], children[1], children[2]);
    assertEquals(100, answer.watermark);
    long asked = answer.number;
    assertEquals(
        700,
        watermark(
            0, a, b, keys("a1", "a", null, 0, 49, QUIET, NONE, asked), keys("a2", "a", null, 50, 99, QUIET, NONE, asked),
            keys("b1", "other", null, 100, 199, QUIET, NONE, asked)));
  }

  @Test
  void theLastWordsAreThoseOfTheNearestShardThatSaidAny() {
    start(1);
    ShardReport old = keys("old", null, null, 0, 99, PAST, 200, 0);
    ShardReport silent = keys("silent", "old", null, 0, 99, ENDED, NONE, 0);
    GlobalAnswer answer = report(0, 0, old, silent, keys("new", "silent", null, 0, 99, QUIET, NONE, 0));
    assertEquals(200, watermark(0, old, silent, keys("new", "silent", null, 0, 99, QUIET, NONE, answer.number)));
  }

  @Test
  void whatAQuietShardSaidItselfCountsMoreThanWhatWasBefore() {
    start(1);
    ShardReport a = keys("a", null, null, 0, 99, ENDED, 900, 0);
    ShardReport b = keys("b", null, null, 100, 199, QUIET, 950, 0);
    GlobalAnswer answer = report(0, 0, a, b, keys("child", "a", null, 0, 99, QUIET, NONE, 0));
    ShardReport asked = keys("b", null, null, 100, 199, QUIET, 950, answer.number);
    assertEquals(950, watermark(0, a, asked, keys("child", "a", null, 0, 99, QUIET, NONE, answer.number)));
  }

  @Test
  void aShardThatHadEndedBeforeTheRestoreHoldsNothing() {
    start(1);
    assertEquals(500, watermark(0, keys("p", null, null, 0, 99, PAST, 100, 0), keys("l", "p", null, 0, 49, READING, 500, 0)));
  }

  @Test
  void itNeverGoesBack() {
    start(1);
    assertEquals(500, watermark(0, reading("a", 500)));
    assertEquals(500, watermark(0, reading("a", 500), reading("new", NONE)));
    assertEquals(500, watermark(0, reading("a", 600), reading("new", 400)));
    assertEquals(550, watermark(0, reading("a", 600), reading("new", 550)));
  }

  @Test
  void aRestartForgetsWhatIsAheadOfTheCheckpoint() {
    start(2);
    watermark(0, reading("a", 900));
    assertEquals(900, watermark(1, reading("b", 900)));

    GlobalAnswer restarted = report(0, 1, reading("a", 300));
    assertEquals(NONE, restarted.watermark, "the other subtask has not reported since");
    report(1, 1, reading("b", 400));
    assertEquals(300, report(0, 1, reading("a", 300)).watermark);
  }

  @Test
  void aReportOfAnExecutionThatIsOverChangesNothing() {
    start(1);
    assertEquals(100, watermark(0, reading("a", 100)));
    report(0, 1, reading("a", 50));
    assertEquals(50, report(0, 1, reading("a", 50)).watermark);
    int current = epoch;
    GlobalAnswer stale = global.report(new SubtaskReport(0, 1, 0, current - 1, List.of(reading("a", 999))));
    assertEquals(NONE, stale.watermark);
    assertEquals(60, report(0, 1, reading("a", 60)).watermark);
    assertEquals(current, epoch);
  }

  @Test
  void aReportMadeInAnEarlierEpochDoesNotCount() {
    start(2);
    watermark(1, reading("b", 900));
    int before = epoch;
    report(0, 1, reading("a", 300));
    assertNotEquals(before, epoch);
    GlobalAnswer late = global.report(new SubtaskReport(1, 2, 0, before, List.of(reading("b", 900))));
    assertEquals(NONE, late.watermark);
    assertEquals(NONE, report(0, 1, reading("a", 300)).watermark, "the second subtask has not reported in this epoch");
  }

  @Test
  void aRescaleWaitsForAllOfTheNewSubtasks() {
    start(2);
    watermark(0, reading("a", 900));
    assertEquals(900, watermark(1, reading("b", 900)));
    parallelism = 1;
    assertEquals(400, report(0, 1, reading("a", 500), reading("b", 400)).watermark);
    parallelism = 3;
    report(0, 2, reading("a", 600));
    report(1, 1, reading("b", 600));
    report(2, 0);
    report(0, 2, reading("a", 600));
    assertEquals(600, report(1, 1, reading("b", 600)).watermark);
  }

  @Test
  void manyWaitingCandidatesStillGetThrough() {
    start(2);
    long asked = 0;
    for (int time = 1; time <= 2000; time++) {
      GlobalAnswer answer = report(0, 0, reading("a", time));
      if (time % 700 == 0) {
        asked = report(1, 0, shard("b", QUIET, NONE, asked)).number;
      }
      assertTrue(answer.watermark < time, "b was not asked since");
    }
    asked = report(1, 0, shard("b", QUIET, NONE, asked)).number;
    assertEquals(2000, watermark(1, shard("b", QUIET, NONE, asked)));
  }
}
