package io.tidemark.runner.backfill;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What is read beside the days themselves, for each symbol: trades before them that their rows are compared with, and
 * trades after them whose windows began in them, or whose rows are compared with theirs.
 */
final class Surroundings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A window is at most as long. */
  private static final long DAY = Days.start(1);

  /**
   * By symbol: the two latest event times before, the latest that is more than a day before, the two earliest after; each null
   * where there is none.
   */
  static final class Neighbours implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long start;
    Long early;
    Long last;
    Long secondLast;
    Long first;
    Long second;

    Neighbours(Days range) {
      this.start = range.start();
    }

    boolean allBefore() {
      return secondLast != null && early != null;
    }

    void before(long time) {
      if (time < start - DAY && (early == null || time > early)) {
        early = time;
      }
      if (last == null || time > last) {
        secondLast = last;
        last = time;
      } else if (time < last && (secondLast == null || time > secondLast)) {
        secondLast = time;
      }
    }

    void after(long time) {
      if (first == null || time < first) {
        second = first;
        first = time;
      } else if (time > first && (second == null || time < second)) {
        second = time;
      }
    }
  }

  private final int afterDay;
  private final Map<String, Neighbours> neighbours;
  private final Map<String, Set<Integer>> days = new HashMap<>();

  /** @param carried by symbol: days whose trades hold a value that reaches into the days, whenever that was */
  Surroundings(Days range, Map<String, Neighbours> neighbours, Map<String, Set<Integer>> carried) {
    this.afterDay = Days.dayOf(range.end());
    this.neighbours = neighbours;
    neighbours.forEach((symbol, of) -> days.put(symbol, daysOf(of)));
    carried.forEach((symbol, more) -> days.computeIfAbsent(symbol, each -> new HashSet<>()).addAll(more));
  }

  /** A move compares with the trades of minutes before it, which may be those of the day before. */
  private Set<Integer> daysOf(Neighbours of) {
    Set<Integer> days = new HashSet<>();
    for (Long before : new Long[] {of.last, of.secondLast}) {
      if (before != null) {
        days.add(Days.dayOf(before));
        days.add(Days.dayOf(before) - 1);
      }
    }
    if (of.early != null) {
      days.add(Days.dayOf(of.early)); // a window that reaches into the days compares with one before it
    }
    days.add(afterDay); // windows that began in the days end here
    if (of.first != null) {
      days.add(Days.dayOf(of.first));
      days.add(Days.dayOf(of.first) + 1);
    }
    if (of.second != null) {
      days.add(Days.dayOf(of.second));
    }
    return days;
  }

  /** Whether trades of a symbol on a day since 1970, which is none of the days themselves, are read. */
  boolean reads(String symbol, int day) {
    Set<Integer> of = days.get(symbol);
    return of != null && of.contains(day);
  }

  /** All days since 1970 that are read for some symbol. */
  Set<Integer> allDays() {
    Set<Integer> all = new HashSet<>();
    days.values().forEach(all::addAll);
    return all;
  }

  /** Until when rows of a symbol after the days, whose own time is that of an event, may be other than before. */
  long eventsReach(String symbol, long end, long reaches) {
    Neighbours of = neighbours.get(symbol);
    Long second = of == null ? null : of.second == null ? of.first : of.second;
    return second == null ? end + reaches : Math.max(second, end + reaches);
  }

  /** Until when a symbol's trades after the days are all read: windows that end later are not whole. */
  long wholeUntil(String symbol) {
    Neighbours of = neighbours.get(symbol);
    return Days.start((of == null || of.first == null ? afterDay : Days.dayOf(of.first) + 1) + 1);
  }
}
