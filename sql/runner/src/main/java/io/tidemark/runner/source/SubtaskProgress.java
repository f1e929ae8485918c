package io.tidemark.runner.source;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The shards of one subtask and its side of the exchange with {@link GlobalWatermark}. One thread exchanges, others look. */
final class SubtaskProgress {
  private final int subtask;
  private final int parallelism;
  private final int attempt;
  private final long idleMillis;
  private final Map<String, ShardProgress> shards = new ConcurrentSkipListMap<>();
  private volatile long number;
  private int epoch = -1;

  SubtaskProgress(int subtask, int parallelism, int attempt, long idleMillis) {
    this.subtask = subtask;
    this.parallelism = parallelism;
    this.attempt = attempt;
    this.idleMillis = idleMillis;
  }

  void add(ShardProgress shard) {
    shards.put(shard.id(), shard);
  }

  ShardProgress shard(String id) {
    return shards.get(id);
  }

  Collection<ShardProgress> shards() {
    return shards.values();
  }

  /** The newest number that the global watermark has answered with. */
  long number() {
    return number;
  }

  SubtaskReport report() {
    List<ShardReport> reports = new ArrayList<>();
    shards.values().forEach(shard -> reports.add(shard.report(idleMillis)));
    return new SubtaskReport(subtask, parallelism, attempt, epoch, reports);
  }

  /** Takes the answer to a report; returns whether it did not count, and is to be made again. */
  boolean onAnswer(SubtaskReport report, GlobalAnswer answer) {
    number = answer.number;
    if (answer.epoch != epoch) {
      epoch = answer.epoch;
      shards.values().forEach(ShardProgress::onEpoch);
      return true;
    }
    report.shards.forEach(shard -> shards.get(shard.id).onHeard(shard.watermark));
    return false;
  }

  /** The furthest of its shards behind the tip, 0 without shards, -1 while one has not answered yet. */
  long millisBehind() {
    long furthest = 0;
    for (ShardProgress shard : shards.values()) {
      long millis = shard.millisBehind();
      furthest = millis < 0 || furthest < 0 ? -1 : Math.max(furthest, millis);
    }
    return furthest;
  }

  /** The earliest of what its shards are read up to: as {@link ShardProgress#readUpTo}. */
  long readUpTo() {
    return shards.values().stream().mapToLong(ShardProgress::readUpTo).min().orElse(Long.MAX_VALUE);
  }
}
