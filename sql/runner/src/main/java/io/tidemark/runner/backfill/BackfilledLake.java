package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.Layer;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.util.IOUtils;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.io.CloseableIterable;

/** The tables of the lake that a backfill reads and replaces. */
final class BackfilledLake implements Closeable {
  static final String REJECTED = "lake.rejects";

  private final BackfillRequest asked;
  private final Map<String, LakeTable.Opened> lake = new LinkedHashMap<>();

  BackfilledLake(BackfillRequest asked, Collection<LakeTable> tables) {
    this.asked = asked;
    for (LakeTable each : tables) {
      lake.put(each.name(), each.open());
    }
  }

  /** The silver table. Throws where there is none, more than one, or nothing in it. */
  LakeTable.Opened trades() {
    return only(Layer.SILVER);
  }

  /** The bronze table, null where it is not read. Throws as {@link #trades}. */
  LakeTable.Opened raw() {
    return asked.raw ? only(Layer.BRONZE) : null;
  }

  /** Null where there is none. */
  LakeTable.Opened rejects() {
    return lake.get(REJECTED);
  }

  /** The tables that are computed again: from raw records the valid trades and the counts too. */
  Map<String, LakeTable.Opened> targets() {
    Map<String, LakeTable.Opened> targets = new LinkedHashMap<>();
    lake.forEach((name, table) -> {
      Layer layer = table.definition().layer();
      boolean counts = layer == Layer.AUDIT && !name.equals(REJECTED);
      if (layer == Layer.GOLD || (asked.raw && (layer == Layer.SILVER || counts))) {
        if (table.table() == null) {
          throw new IllegalArgumentException(
              "There is no table " + name + " in the lake yet: the job makes it when it starts; start it once with this SQL");
        }
        unknownColumns(table);
        targets.put(name, table);
      }
    });
    return targets;
  }

  private static void unknownColumns(LakeTable.Opened table) {
    List<String> unknown =
        table.definition().schema().columns().stream()
            .map(column -> column.name())
            .filter(column -> table.table().schema().findField(column) == null)
            .collect(Collectors.toList());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "The SQL writes columns of " + table.definition().name() + " that the lake does not have: " + unknown
              + ". Start the job with this SQL first, which adds them");
    }
  }

  private LakeTable.Opened only(Layer layer) {
    List<LakeTable.Opened> of =
        lake.values().stream().filter(table -> table.definition().layer() == layer).collect(Collectors.toList());
    String called = layer.name().toLowerCase(Locale.ROOT);
    if (of.size() != 1) {
      throw new IllegalArgumentException(
          "One table of 3_sinks/lake has to be the " + called + " one ('tidemark.layer' = '" + called + "'); there are "
              + of.size());
    }
    LakeTable.Opened table = of.get(0);
    if (table.table() == null || table.table().currentSnapshot() == null) {
      throw new IllegalArgumentException("The lake's table " + table.definition().name() + " is empty: there is nothing to read");
    }
    return table;
  }

  /** Those that have trades in windows which begin in the days: these may lie on the day after. */
  Set<String> symbols(String series) throws IOException {
    LakeTable.Opened trades = trades();
    LakeTable.Opened raw = raw();
    Set<String> symbols = new HashSet<>();
    Set<String> valid = new TreeSet<>();
    String time = TimeColumn.of(trades.definition(), trades.table().schema());
    LakeRows.read(
        trades.table(),
        trades.table().currentSnapshot().snapshotId(),
        LakeRows.between(time, asked.days.start(), Days.start(Days.dayOf(asked.days.end()) + 1)),
        List.of(series, time),
        row -> {
          symbols.add(String.valueOf(row.getField(series)));
          if (asked.days.holds(LakeRows.micros(row, time))) {
            valid.add(String.valueOf(row.getField(series)));
          }
        });
    if (raw != null) {
      Set<String> inRaw = new HashSet<>();
      LakeRows.read(raw.table(), raw.table().currentSnapshot().snapshotId(), asked.days.partitions(), List.of(series), row -> {
        if (row.getField(series) != null) {
          inRaw.add(row.getField(series).toString());
        }
      });
      valid.removeAll(inRaw);
      if (!valid.isEmpty()) {
        throw new IllegalArgumentException(
            "The raw trades of " + asked.days + " are not all there (none of " + valid.iterator().next()
                + "): the days are from before they were kept. Take --layer silver");
      }
      symbols.addAll(inRaw);
    }
    if (symbols.isEmpty()) {
      throw new IllegalArgumentException("The lake has no trades of " + asked.days);
    }
    return symbols;
  }

  /** Up to when windows are over, as far as the lake tells; without end where it has none. */
  long closed() throws IOException {
    long closed = Long.MIN_VALUE;
    for (LakeTable.Opened table : lake.values()) {
      boolean windows = table.definition().layer() == Layer.GOLD
          && table.table() != null
          && table.table().schema().findField("window_end") != null;
      if (windows && table.table().currentSnapshot() != null) {
        int field = table.table().schema().findField("window_end").fieldId();
        try (CloseableIterable<FileScanTask> tasks = table.table().newScan().includeColumnStats().planFiles()) {
          for (FileScanTask task : tasks) {
            closed = Math.max(closed, LakeRows.bounds(task.file(), field)[1]);
          }
        }
      }
    }
    return closed == Long.MIN_VALUE ? Long.MAX_VALUE : closed;
  }

  @Override
  public void close() {
    IOUtils.closeAllQuietly(lake.values());
  }
}
