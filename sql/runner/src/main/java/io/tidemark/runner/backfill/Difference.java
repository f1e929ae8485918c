package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/**
 * What is other in rows that were computed again than in a table of the lake: in the days all rows, beside them those that
 * depend on the days. Rows are told apart by the table's key, and compared without {@code emitted_at}.
 */
final class Difference {
  /** So many rows are held at once. */
  private static final int AT_ONCE = 250_000;
  private static final int EXAMPLES = 5;

  /** A row before and after; one of them is null where it is new, or gone. */
  static final class Change {
    final Record before;
    final Record after;

    Change(Record before, Record after) {
      this.before = before;
      this.after = after;
    }
  }

  final LakeTable definition;
  final String time;
  long before;
  long after;
  long added;
  long removed;
  long changed;
  final List<Change> examples = new ArrayList<>();
  /** By key: rows outside the days whose new values differ. */
  final Map<List<Object>, Change> beside = new LinkedHashMap<>();

  private final Table lake;
  private final Table computed;
  private final Days days;
  private final long closed;
  private final Surroundings surroundings;
  private final String series;

  /**
   * @param closed windows that end after it are not over, and left to the job
   * @param series the column that names a symbol
   */
  Difference(
      LakeTable definition, Table lake, Table computed, Days days, long closed, Surroundings surroundings, String series) {
    this.definition = definition;
    this.time = TimeColumn.of(definition, lake.schema());
    this.lake = lake;
    this.computed = computed;
    this.days = days;
    this.closed = closed;
    this.surroundings = surroundings;
    this.series = series;
  }

  boolean isEmpty() {
    return added + removed + changed + beside.size() == 0;
  }

  /**
   * Compares. Each row that the days are to hold is handed on: one that says what it said before as it was, with the time at
   * which it was made then.
   */
  void compare(Consumer<Record> inDays, Consumer<Change> changes) throws IOException {
    findBeside();
    beside.values().forEach(change -> note(change, changes));
    int parts = (int) Math.max(1, Math.max(rowsOf(lake), rowsOf(computed)) / AT_ONCE + 1);
    for (int part = 0; part < parts; part++) {
      compare(part, parts, inDays, changes);
    }
  }

  private void compare(int part, int parts, Consumer<Record> inDays, Consumer<Change> changes) throws IOException {
    Map<List<Object>, Record> old = new HashMap<>();
    Expression within = LakeRows.between(time, days.start(), days.end());
    read(lake, within, part, parts, row -> {
      Record twice = old.put(RowValues.key(row, definition.key()), row);
      if (twice != null) {
        throw new IllegalStateException(
            definition.name() + " holds a row twice, which its key " + definition.key() + " does not allow: " + twice);
      }
    });
    before += old.size();
    read(computed, within, part, parts, row -> {
      if (!isWhole(row)) {
        return;
      }
      Record now = RowValues.as(lake.schema(), row);
      Record was = old.remove(RowValues.key(now, definition.key()));
      after++;
      boolean same = was != null && RowValues.same(was, now);
      inDays.accept(same ? was : now);
      if (!same) {
        added += was == null ? 1 : 0;
        changed += was == null ? 0 : 1;
        note(new Change(was, now), changes);
      }
    });
    removed += old.size();
    old.values().forEach(gone -> note(new Change(gone, null), changes));
  }

  private void note(Change change, Consumer<Change> changes) {
    if (examples.size() < EXAMPLES) {
      examples.add(change);
    }
    changes.accept(change);
  }

  /** Over, and made of trades that were all read. Throws where it reaches further. */
  private boolean isWhole(Record row) {
    if (row.struct().field("window_end") == null) {
      return LakeRows.micros(row, time) <= closed;
    }
    long end = LakeRows.micros(row, "window_end");
    if (end > Days.start(Days.dayOf(days.end()) + 1)) {
      throw new IllegalArgumentException(
          definition.name() + " has a window that ends at " + Days.instant(end) + ", more than a day after " + days.to
              + ": windows of more than a day cannot be computed again by days");
    }
    return end <= closed;
  }

  private void findBeside() throws IOException {
    boolean windows = computed.schema().findField("window_end") != null;
    Map<List<Object>, Record> open = windows ? windowsBeside() : nextEvents();
    long first = windows ? days.start() - Days.start(1) : days.end();
    long last = open.values().stream().mapToLong(row -> LakeRows.micros(row, time)).max().orElse(Long.MIN_VALUE);
    long until = windows ? last + 1 : Math.max(last + 1, days.end() + micros(definition.reaches()));
    if (lake.currentSnapshot() != null && until > first) {
      read(lake, LakeRows.between(time, first, until), 0, 1, row -> {
        if (days.holds(LakeRows.micros(row, time))) {
          return;
        }
        List<Object> key = RowValues.key(row, definition.key());
        Record now = open.remove(key);
        if (now != null && !RowValues.same(row, now)) {
          beside.put(key, new Change(row, now));
        } else if (now == null && !windows && isReached(row)) {
          beside.put(key, new Change(row, null)); // an event that is none any more
        }
      });
    }
    open.forEach((key, now) -> {
      if (LakeRows.micros(now, windows ? "window_end" : time) <= closed) {
        beside.put(key, new Change(null, now));
      }
    });
  }

  /** Windows before the days that reach into them, and the first one after them of each series of windows. */
  private Map<List<Object>, Record> windowsBeside() throws IOException {
    Map<List<Object>, Record> byKey = new LinkedHashMap<>();
    Expression reaching =
        Expressions.and(Expressions.lessThan(time, days.start()), Expressions.greaterThan("window_end", days.start()));
    read(computed, reaching, 0, 1, row -> {
      Record window = RowValues.as(lake.schema(), row);
      byKey.put(RowValues.key(window, definition.key()), window);
    });
    List<String> group = new ArrayList<>(definition.key());
    group.remove(time);
    Map<List<Object>, Record> first = new HashMap<>();
    read(computed, Expressions.greaterThanOrEqual(time, days.end()), 0, 1, row -> {
      Record window = RowValues.as(lake.schema(), row);
      boolean whole = LakeRows.micros(row, "window_end") <= surroundings.wholeUntil(String.valueOf(row.getField(series)));
      if (whole) {
        first.merge(
            RowValues.key(window, group),
            window,
            (one, other) -> LakeRows.micros(one, time) <= LakeRows.micros(other, time) ? one : other);
      }
    });
    first.values().forEach(window -> byKey.put(RowValues.key(window, definition.key()), window));
    return byKey;
  }

  private Map<List<Object>, Record> nextEvents() throws IOException {
    Map<List<Object>, Record> next = new LinkedHashMap<>();
    read(computed, Expressions.greaterThanOrEqual(time, days.end()), 0, 1, row -> {
      Record event = RowValues.as(lake.schema(), row);
      if (isReached(event)) {
        next.put(RowValues.key(event, definition.key()), event);
      }
    });
    return next;
  }

  private boolean isReached(Record event) {
    long until =
        definition.reaches().isZero()
            ? Long.MIN_VALUE // each row stands for itself
            : surroundings.eventsReach(String.valueOf(event.getField(series)), days.end(), micros(definition.reaches()));
    return LakeRows.micros(event, time) <= until;
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  private void read(Table table, Expression rows, int part, int parts, Consumer<Record> take) throws IOException {
    if (table.currentSnapshot() == null) {
      return;
    }
    LakeRows.read(table, table.currentSnapshot().snapshotId(), rows, Set.of(), row -> {
      if (parts == 1 || Math.floorMod(RowValues.key(row, definition.key()).hashCode(), parts) == part) {
        take.accept(row);
      }
    });
  }

  private long rowsOf(Table table) throws IOException {
    return table.currentSnapshot() == null
        ? 0
        : LakeRows.count(table, LakeRows.between(time, days.start(), days.end()));
  }
}
