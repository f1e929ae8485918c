package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** Finds in the silver trades what lies around some days, a day at a time and no further than it must. */
final class SurroundingsFinder {
  private final Table trades;
  private final long snapshot;
  private final String series;
  private final String time;
  private final Days range;

  SurroundingsFinder(LakeTable definition, Table trades, Days range) {
    this.trades = trades;
    this.snapshot = trades.currentSnapshot().snapshotId();
    this.series = definition.key().get(0);
    this.time = TimeColumn.of(definition, trades.schema());
    this.range = range;
  }

  /**
   * @param symbols those that are traded in the days, also in records that have not counted so far
   * @param carried columns whose last value before the days reaches into them, whenever that was
   */
  Surroundings find(Set<String> symbols, Collection<String> carried) throws IOException {
    Map<String, Surroundings.Neighbours> neighbours = new HashMap<>();
    symbols.forEach(symbol -> neighbours.put(symbol, new Surroundings.Neighbours(range)));
    NavigableSet<Integer> before = days(Expressions.lessThan(time, range.start()));
    before.removeIf(day -> day >= Days.dayOf(range.start()));
    search(before.descendingSet(), neighbours, true);
    NavigableSet<Integer> after = days(Expressions.greaterThanOrEqual(time, range.end()));
    after.removeIf(day -> day < Days.dayOf(range.end()));
    search(after, neighbours, false);
    Map<String, Set<Integer>> more = new HashMap<>();
    for (String column : carried) {
      if (trades.schema().findField(column) != null) {
        searchValue(column, symbols, more);
      }
    }
    return new Surroundings(range, neighbours, more);
  }

  private void search(Iterable<Integer> days, Map<String, Surroundings.Neighbours> neighbours, boolean before)
      throws IOException {
    for (int day : days) {
      Set<String> open = new HashSet<>();
      neighbours.forEach((symbol, of) -> {
        if (before ? !of.allBefore() : of.second == null) {
          open.add(symbol);
        }
      });
      if (open.isEmpty()) {
        return;
      }
      LakeRows.read(trades, snapshot, LakeRows.ofDay(time, day), List.of(series, time), row -> {
        String symbol = String.valueOf(row.getField(series));
        if (open.contains(symbol)) {
          long at = LakeRows.micros(row, time);
          if (before) {
            neighbours.get(symbol).before(at);
          } else {
            neighbours.get(symbol).after(at);
          }
        }
      });
    }
  }

  /** The last day before the range on which each symbol has a value. */
  private void searchValue(String column, Set<String> symbols, Map<String, Set<Integer>> found) throws IOException {
    Expression there = Expressions.and(Expressions.lessThan(time, range.start()), Expressions.notNull(column));
    NavigableSet<Integer> days = days(there);
    Set<String> open = new HashSet<>(symbols);
    for (int day : days.descendingSet()) {
      if (open.isEmpty()) {
        return;
      }
      Set<String> here = new HashSet<>();
      Expression rows = Expressions.and(LakeRows.ofDay(time, day), there);
      LakeRows.read(trades, snapshot, rows, List.of(series), row -> here.add(String.valueOf(row.getField(series))));
      here.retainAll(open);
      here.forEach(symbol -> found.computeIfAbsent(symbol, each -> new HashSet<>()).add(day));
      open.removeAll(here);
    }
  }

  /** The days since 1970 of all files that may have such rows. */
  private NavigableSet<Integer> days(Expression rows) throws IOException {
    NavigableSet<Integer> days = new TreeSet<>();
    int field = trades.schema().findField(time).fieldId();
    try (CloseableIterable<FileScanTask> tasks =
        trades.newScan().useSnapshot(snapshot).filter(rows).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        long[] bounds = LakeRows.bounds(task.file(), field);
        for (int day = Days.dayOf(bounds[0]); day <= Days.dayOf(bounds[1]); day++) {
          days.add(day);
        }
      }
    }
    return days;
  }
}
