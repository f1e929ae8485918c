package io.tidemark.runner.source;

/** Records and clock records that one subtask has emitted. Changed under the checkpoint lock, read by the metrics without it. */
final class ReadCounts {
  private volatile long records;
  private volatile long clocks;

  ReadCounts(long records, long clocks) {
    this.records = records;
    this.clocks = clocks;
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer at a time, by the checkpoint lock
  void add(boolean clock) {
    if (clock) {
      clocks++;
    } else {
      records++;
    }
  }

  /** All but clock records, those that could not be read included. */
  long records() {
    return records;
  }

  long clocks() {
    return clocks;
  }
}
