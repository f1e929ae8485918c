package io.tidemark.runner.source;

import java.io.Serializable;
import java.math.BigInteger;
import javax.annotation.Nullable;

/** What a subtask says about one of its shards: the input of {@link GlobalWatermark}. Watermarks are epoch milliseconds. */
final class ShardReport implements Serializable {
  private static final long serialVersionUID = 1L;

  enum State {
    /** Holds the global watermark at its own one; at {@link GlobalWatermark#NONE} it has not spoken and holds everything back. */
    READING,
    /** Read up to its tip and quiet for the idle time-out: left out, but asked before each step ahead. */
    QUIET,
    /** Read to its end: holds its last watermark until its children are known. */
    ENDED,
    /** Was at its end already when the job was restored: holds nothing. */
    PAST
  }

  final String id;
  @Nullable final String parent;
  @Nullable final String adjacentParent;
  final BigInteger firstHashKey;
  final BigInteger lastHashKey;
  final State state;
  final long watermark;
  /** The newest number of {@link GlobalWatermark} that was known when a poll started that then found the shard's tip. */
  final long askedAt;

  ShardReport(
      String id,
      @Nullable String parent,
      @Nullable String adjacentParent,
      BigInteger firstHashKey,
      BigInteger lastHashKey,
      State state,
      long watermark,
      long askedAt) {
    this.id = id;
    this.parent = parent;
    this.adjacentParent = adjacentParent;
    this.firstHashKey = firstHashKey;
    this.lastHashKey = lastHashKey;
    this.state = state;
    this.watermark = watermark;
    this.askedAt = askedAt;
  }

  boolean isChildOf(ShardReport other) {
    return other.id.equals(parent) || other.id.equals(adjacentParent);
  }
}
