package io.tidemark.runner.lake;

import java.util.Arrays;
import java.util.Locale;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** By which column of a lake table the rows are found that are written again: {@code tidemark.read-again-by} in its DDL. */
enum FoundBy {
  /** Rows of single records: those that arrived in the stream since. */
  ARRIVED_AT,
  /** Rows of windows, whose last part may hold something that is read again. */
  WINDOW_END,
  /** Rows of minutes. */
  WINDOW_START,
  /** Rows of moments. */
  EVENT_TIME;

  static final String OPTION = "tidemark.read-again-by";

  private static final long MINUTE = 60_000_000;

  /** Throws where {@code value} is none of the columns. */
  static FoundBy of(String table, String value) {
    return Arrays.stream(values())
        .filter(by -> by.column().equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The lake table " + table + " has '" + OPTION + "' = " + (value == null ? "nothing" : "'" + value + "'")
                        + ": set it to the column by which the rows are found that a start without state writes again, arrived_at,"
                        + " window_end, window_start or event_time"));
  }

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rows that are written again when records are read that arrived from {@code arrival} on, whose events are from
   * {@code event} on. Both in microseconds since 1970.
   */
  Expression rows(long arrival, long event) {
    switch (this) {
      case ARRIVED_AT:
        return Expressions.greaterThanOrEqual(column(), arrival);
      case WINDOW_END:
        return Expressions.greaterThan(column(), event);
      case WINDOW_START:
        return Expressions.greaterThanOrEqual(column(), minuteOf(event));
      default:
        return Expressions.greaterThanOrEqual(column(), event);
    }
  }

  /** The start of the minute, in microseconds as {@code time}. */
  static long minuteOf(long time) {
    return Math.floorDiv(time, MINUTE) * MINUTE;
  }
}
