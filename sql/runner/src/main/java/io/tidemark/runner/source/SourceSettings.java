package io.tidemark.runner.source;

import java.io.Serializable;

/** The options that the connector itself does not have. */
final class SourceSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A shard that is read up to its tip and says nothing for that long does not hold the watermark back. */
  final long idleMillis;
  /** How often a subtask reports its shards and asks for the watermark. */
  final long watermarkIntervalMillis;

  SourceSettings(long idleMillis, long watermarkIntervalMillis) {
    this.idleMillis = idleMillis;
    this.watermarkIntervalMillis = watermarkIntervalMillis;
  }
}
