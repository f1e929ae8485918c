package io.tidemark.runner.backfill;

import java.time.Instant;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * {@code CURRENT_WATERMARK} over rows that are kept: the watermark that there was when the row came, as the lake says, so
 * that what was behind it then is so again; NULL where it says none. A row is read and looked at by the same thread.
 */
public final class ReadWatermark extends ScalarFunction {
  private static final long serialVersionUID = 1L;

  private static final ThreadLocal<Read> LAST = new ThreadLocal<>();

  private static final class Read {
    long[] times;
    TimestampData watermark;
  }

  /** The row that is read now: its times, one of which is its event time, in milliseconds, and its watermark or null. */
  static void read(long[] times, TimestampData watermark) {
    Read read = LAST.get();
    if (read == null) {
      read = new Read();
      LAST.set(read);
    }
    read.times = times;
    read.watermark = watermark;
  }

  /** Throws where the row is not the one that was read last, which would give it the watermark of another. */
  public @DataTypeHint("TIMESTAMP_LTZ(3)") Instant eval(@DataTypeHint("TIMESTAMP_LTZ(3)") Instant time) {
    Read read = LAST.get();
    if (time != null && (read == null || !holds(read.times, time.toEpochMilli()))) {
      throw new IllegalStateException(
          "CURRENT_WATERMARK is asked for after rows were joined, grouped or sorted: in a backfill it is known only where it"
              + " is asked of the source's own rows, so ask in the view that reads the source, and hand it on as a column");
    }
    return time == null || read.watermark == null ? null : read.watermark.toInstant();
  }

  private static boolean holds(long[] times, long time) {
    for (long each : times) {
      if (each == time) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isDeterministic() {
    return false; // it depends on more than its argument
  }
}
