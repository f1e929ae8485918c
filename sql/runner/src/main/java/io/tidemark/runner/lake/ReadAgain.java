package io.tidemark.runner.lake;

import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.util.IOUtils;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.DateTimeUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes from the lake what a job without state writes again, as it reads the stream from an earlier point on. */
public final class ReadAgain {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAgain.class);

  private ReadAgain() {}

  /**
   * Removes the rows of all records that arrived from {@code firstArrival} on (milliseconds since 1970), and of everything
   * that is computed from them: at most one commit in each table. Done twice it changes nothing more.
   */
  public static void remove(LakeTables tables, long firstArrival) throws IOException {
    List<LakeTable.Opened> opened = new ArrayList<>();
    try {
      for (LakeTable table : tables.all()) {
        opened.add(table.open());
      }
      // Trades last: they alone say from which event on, so what fails in between can be done again.
      opened.sort(Comparator.comparing(LakeTable.Opened::tellsTimes));
      long arrival = firstArrival * 1000;
      OptionalLong event = firstEvent(opened, arrival);
      for (LakeTable.Opened table : opened) {
        warnOfHalfWindows(table, opened, arrival, event);
        remove(table, arrival, event);
      }
    } finally {
      IOUtils.closeAllQuietly(opened);
    }
  }

  private static void remove(LakeTable.Opened lake, long arrival, OptionalLong event) throws IOException {
    FoundBy by = lake.definition.foundBy();
    long removed = 0;
    if (lake.hasRows() && (by == FoundBy.ARRIVED_AT || event.isPresent())) {
      removed = RowRemoval.commit(lake.table(), by.rows(arrival, event.orElse(0)));
    }
    LOG.info(
        "There is no state: {} rows of {} are removed, as the stream is read again from what arrived at {} on",
        removed, lake.definition.name(), time(arrival));
  }

  static OptionalLong firstEvent(List<LakeTable.Opened> opened, long arrival) throws IOException {
    OptionalLong first = OptionalLong.empty();
    for (LakeTable.Opened lake : opened) {
      if (lake.tellsTimes()) {
        OptionalLong here = earliest(lake, "event_time", FoundBy.ARRIVED_AT.rows(arrival, 0));
        if (here.isPresent() && (first.isEmpty() || here.getAsLong() < first.getAsLong())) {
          first = here;
        }
      }
    }
    return first;
  }

  private static void warnOfHalfWindows(
      LakeTable.Opened lake, List<LakeTable.Opened> opened, long arrival, OptionalLong event) throws IOException {
    OptionalLong start = firstHalfWindow(lake, opened, arrival, event);
    if (start.isPresent()) {
      LOG.warn(
          "{} has windows from {} on whose first trades are in the stream no more: what they become holds trades from {} on only,"
              + " until a backfill corrects them",
          lake.definition.name(), time(start.getAsLong()), time(event.getAsLong()));
    }
  }

  /** The start of the first window of which only the rest can be rebuilt; empty where each is read again as a whole. */
  static OptionalLong firstHalfWindow(
      LakeTable.Opened lake, List<LakeTable.Opened> opened, long arrival, OptionalLong event) throws IOException {
    if (!lake.hasRows() || lake.definition.foundBy() != FoundBy.WINDOW_END || event.isEmpty()) {
      return OptionalLong.empty();
    }
    Expression rows = FoundBy.WINDOW_END.rows(arrival, event.getAsLong());
    Expression begun = Expressions.lessThan("window_start", event.getAsLong());
    OptionalLong start = earliest(lake, "window_start", Expressions.and(rows, begun));
    if (start.isEmpty()) {
      return start;
    }
    Expression gone =
        Expressions.and(
            Expressions.lessThan(FoundBy.ARRIVED_AT.column(), arrival),
            Expressions.greaterThanOrEqual("event_time", start.getAsLong()));
    for (LakeTable.Opened trades : opened) {
      if (trades.tellsTimes() && earliest(trades, "event_time", gone).isPresent()) {
        return start;
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong earliest(LakeTable.Opened lake, String column, Expression rows) throws IOException {
    OptionalLong earliest = OptionalLong.empty();
    try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table()).where(rows).select(column).build()) {
      for (Record record : records) {
        OffsetDateTime value = (OffsetDateTime) record.getField(column);
        long micros = value == null ? Long.MAX_VALUE : DateTimeUtil.microsFromTimestamptz(value);
        if (value != null && (earliest.isEmpty() || micros < earliest.getAsLong())) {
          earliest = OptionalLong.of(micros);
        }
      }
    }
    return earliest;
  }

  private static Instant time(long micros) {
    return DateTimeUtil.timestamptzFromMicros(micros).toInstant();
  }
}
