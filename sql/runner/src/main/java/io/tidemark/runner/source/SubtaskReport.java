package io.tidemark.runner.source;

import java.io.Serializable;
import java.util.List;

/** All shards of one subtask at one moment; sent only after its first discovery of shards. */
final class SubtaskReport implements Serializable {
  private static final long serialVersionUID = 1L;

  final int subtask;
  final int parallelism;
  /** Flink's attempt number: a subtask that starts again has a higher one. */
  final int attempt;
  /** The epoch of the last answer, {@code -1} before the first. */
  final int epoch;

  final List<ShardReport> shards;

  SubtaskReport(int subtask, int parallelism, int attempt, int epoch, List<ShardReport> shards) {
    this.subtask = subtask;
    this.parallelism = parallelism;
    this.attempt = attempt;
    this.epoch = epoch;
    this.shards = shards;
  }
}
