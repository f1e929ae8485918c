package io.tidemark.runner.backfill;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Whole days in UTC, both ends included. */
public final class Days {
  private static final long DAY = 86_400_000_000L;

  final LocalDate from;
  final LocalDate to;

  /** Throws where the last day is before the first. */
  public Days(LocalDate from, LocalDate to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("The days end before they begin: from " + from + " to " + to);
    }
    this.from = from;
    this.to = to;
  }

  /** Microseconds since 1970, as all times here. */
  long start() {
    return start((int) from.toEpochDay());
  }

  /** The first moment after them. */
  long end() {
    return start((int) to.toEpochDay() + 1);
  }

  boolean holds(long time) {
    return time >= start() && time < end();
  }

  /** The rows of the partitions of these days. */
  Expression partitions() {
    return Expressions.and(
        Expressions.greaterThanOrEqual("day", (int) from.toEpochDay()),
        Expressions.lessThanOrEqual("day", (int) to.toEpochDay()));
  }

  /** When a day since 1970 begins. */
  static long start(int day) {
    return day * DAY;
  }

  /** The day since 1970 of a time. */
  static int dayOf(long time) {
    return (int) Math.floorDiv(time, DAY);
  }

  static Instant instant(long time) {
    return Instant.EPOCH.plus(time, ChronoUnit.MICROS);
  }

  static LocalDate date(long time) {
    return instant(time).atZone(ZoneOffset.UTC).toLocalDate();
  }

  @Override
  public String toString() {
    return from.equals(to) ? from.toString() : from + " to " + to;
  }
}
