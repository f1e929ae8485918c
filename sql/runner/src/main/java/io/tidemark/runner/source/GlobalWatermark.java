package io.tidemark.runner.source;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one watermark of a source, made of the reports of all its subtasks. It lives in the job master, so it outlives restarts of
 * subtasks.
 *
 * <p>It is the minimum over the shards that are being read. A quiet shard is left out, but a step ahead waits until each quiet shard has
 * been asked again: reports are numbered, and a candidate that came with report n is released only when every quiet shard has found its
 * tip in a poll that began after its subtask had learnt of a number ≥ n. A record that was put into the quiet shard before the records
 * behind the candidate is therefore always read first.
 *
 * <p>A restart of any subtask opens an epoch: all reports are forgotten, and one made in an earlier epoch does not count, so that nothing
 * of an execution that is over has a say.
 */
final class GlobalWatermark {
  static final long NONE = Long.MIN_VALUE;
  /** Candidates that wait for quiet shards; past that many the newest one is replaced, which costs smoothness, not progress. */
  private static final int MAX_WAITING = 256;

  private final Map<Integer, Integer> attempts = new HashMap<>();
  private final Map<Integer, SubtaskReport> reports = new HashMap<>();
  private final Deque<Candidate> waiting = new ArrayDeque<>();
  private int parallelism = -1;
  private int epoch;
  private long number;
  private long watermark = NONE;

  private static final class Candidate {
    final long number;
    long watermark;

    Candidate(long number, long watermark) {
      this.number = number;
      this.watermark = watermark;
    }
  }

  /** Takes a report and answers with the watermark that holds for all subtasks of the epoch. */
  GlobalAnswer report(SubtaskReport report) {
    number++;
    int known = attempts.getOrDefault(report.subtask, -1);
    if (report.attempt < known) {
      return new GlobalAnswer(report.epoch, number, NONE); // from an execution that is over
    }
    if (report.attempt > known || report.parallelism != parallelism) {
      attempts.put(report.subtask, report.attempt);
      parallelism = report.parallelism;
      epoch++;
      reports.clear();
      waiting.clear();
      watermark = NONE;
    }
    if (report.epoch == epoch) {
      reports.put(report.subtask, report);
      if (reports.size() == parallelism) {
        advance();
      }
    }
    return new GlobalAnswer(epoch, number, watermark);
  }

  private void advance() {
    List<ShardReport> shards = new ArrayList<>();
    reports.values().forEach(report -> shards.addAll(report.shards));
    long reading = Long.MAX_VALUE;
    long quiet = Long.MAX_VALUE;
    long asked = Long.MAX_VALUE;
    for (ShardReport shard : shards) {
      if (shard.state == ShardReport.State.QUIET) {
        asked = Math.min(asked, shard.askedAt);
        quiet = shard.watermark == NONE ? quiet : Math.min(quiet, shard.watermark);
      } else if (holds(shard, shards)) {
        reading = Math.min(reading, shard.watermark);
      }
    }
    long ceiling = reading; // a shard that came back, or was found, takes back what waits
    waiting.forEach(candidate -> candidate.watermark = Math.min(candidate.watermark, ceiling));
    // when nobody reads any more, what all quiet shards have passed holds: the last reader may have held back what they said before
    long candidate = reading != Long.MAX_VALUE ? reading : quiet != Long.MAX_VALUE ? quiet : passedBefore(shards);
    if (candidate != Long.MAX_VALUE) {
      propose(candidate);
    }
    while (!waiting.isEmpty() && (asked == Long.MAX_VALUE || waiting.peekFirst().number <= asked)) {
      watermark = Math.max(watermark, waiting.pollFirst().watermark);
    }
  }

  /**
   * What the shards have passed from which the quiet ones came, where none of these has said anything yet: the last words before a split
   * or a merge, which no other shard was there to wait for.
   */
  private static long passedBefore(List<ShardReport> shards) {
    long passed = Long.MAX_VALUE;
    for (ShardReport shard : shards) {
      if (shard.state == ShardReport.State.QUIET) {
        passed = Math.min(passed, passedBefore(shard, shards));
      }
    }
    return passed;
  }

  private static long passedBefore(ShardReport shard, List<ShardReport> all) {
    long passed = Long.MAX_VALUE;
    for (ShardReport other : all) {
      if (shard.isChildOf(other)) {
        passed = Math.min(passed, other.watermark == NONE ? passedBefore(other, all) : other.watermark);
      }
    }
    return passed;
  }

  private void propose(long candidate) {
    if (candidate <= watermark || !waiting.isEmpty() && candidate <= waiting.peekLast().watermark) {
      return;
    }
    if (waiting.size() == MAX_WAITING) {
      waiting.pollLast();
    }
    waiting.addLast(new Candidate(number, candidate));
  }

  private static boolean holds(ShardReport shard, List<ShardReport> all) {
    switch (shard.state) {
      case READING:
        return true;
      case ENDED:
        return !childrenCover(shard, all);
      default:
        return false;
    }
  }

  /** Whether the children that are known leave no gap in the hash keys of a shard that was split or merged. */
  private static boolean childrenCover(ShardReport shard, List<ShardReport> all) {
    List<ShardReport> children = new ArrayList<>();
    for (ShardReport other : all) {
      if (other.isChildOf(shard)) {
        children.add(other);
      }
    }
    children.sort(Comparator.comparing(child -> child.firstHashKey));
    BigInteger next = shard.firstHashKey;
    for (ShardReport child : children) {
      if (child.firstHashKey.compareTo(next) > 0) {
        return false;
      }
      next = next.max(child.lastHashKey.add(BigInteger.ONE));
    }
    return next.compareTo(shard.lastHashKey) > 0;
  }
}
