package io.tidemark.runner.lake;

import javax.annotation.Nullable;

/** The checkpoint that a job is restored from, as far as it says what of the lake is from before it. */
public final class RestoredFrom {
  /** For {@link #watermark} and {@link #readUpTo}: there was none. */
  public static final long NONE = Long.MIN_VALUE;

  @Nullable final String jobId;
  final long checkpointId;
  final long watermark;
  final long readUpTo;

  /**
   * @param jobId of the job that took it; null where a version took it that did not write it down
   * @param watermark what the source had emitted, in milliseconds since 1970, or {@link #NONE}
   * @param readUpTo a time in milliseconds since 1970 up to which every shard had been read, or {@link #NONE}
   */
  public RestoredFrom(@Nullable String jobId, long checkpointId, long watermark, long readUpTo) {
    this.jobId = jobId;
    this.checkpointId = checkpointId;
    this.watermark = watermark;
    this.readUpTo = readUpTo;
  }

  /** A time in milliseconds since 1970 up to which every shard had been read, or {@link #NONE}. */
  public long readUpTo() {
    return readUpTo;
  }
}
