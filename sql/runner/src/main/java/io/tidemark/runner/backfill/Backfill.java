package io.tidemark.runner.backfill;

import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.Layer;
import io.tidemark.runner.lake.RowReplacement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.IOUtils;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Computes some days of the lake again from trades that it keeps, with the SQL files as a batch job, and replaces exactly
 * these days in each table, in one commit; beside them bars that reach into the days, the first bars after, and events so far as
 * they look back into them.
 */
public final class Backfill {
  private static final String REJECTED = "lake.rejects";

  /** What is to be done. */
  public static final class Request {
    public Days days;
    /** Whether raw records are read, as if each had come in time; otherwise the trades that counted, as they counted. */
    public boolean raw;
    public boolean dryRun;
    /** Whether rows are sent again that are as they were. */
    public boolean resend;
    /** Names the staging tables: letters, digits and underscores. */
    public String id;
    /** What the snapshots say of whose SQL it was. */
    public String sql = "";

    /**
     * Of properties: {@code from}, {@code to} (days), {@code layer} (bronze or silver), {@code dryRun}, {@code resend}
     * (true or false), {@code id}, {@code sql}. Throws where one is missing or wrong.
     */
    public static Request of(Map<String, String> properties) {
      Request request = new Request();
      request.days = new Days(day(properties, "from"), day(properties, "to"));
      String layer = properties.getOrDefault("layer", "bronze");
      if (!layer.equals("bronze") && !layer.equals("silver")) {
        throw new IllegalArgumentException("layer is " + layer + "; it can be bronze or silver");
      }
      request.raw = layer.equals("bronze");
      request.dryRun = Boolean.parseBoolean(properties.get("dryRun"));
      request.resend = Boolean.parseBoolean(properties.get("resend"));
      request.id = properties.getOrDefault("id", "").replaceAll("[^A-Za-z0-9]", "_").toLowerCase(Locale.ROOT);
      request.sql = properties.getOrDefault("sql", "");
      return request;
    }

    private static LocalDate day(Map<String, String> properties, String name) {
      try {
        return LocalDate.parse(properties.getOrDefault(name, ""));
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(
            name + " is " + properties.get(name) + ": a backfill needs a day such as 2013-10-07", e);
      }
    }
  }

  private final Request asked;
  private final Consumer<String> say;
  private final List<LakeTable.Opened> opened = new ArrayList<>();

  private Backfill(Request asked, Consumer<String> say) {
    this.asked = asked;
    this.say = say;
  }

  /**
   * Returns {@code {days, layer, dryRun, tables: [{table, before, after, added, removed, changed, beside, examples:
   * [{before, after}]}], sent}}. Throws {@code SqlProblems} where the SQL is wrong, {@link IllegalArgumentException} where
   * these days cannot be computed.
   *
   * @param say is told what is done next
   */
  public static ObjectNode run(StreamExecutionEnvironment env, SqlFiles files, Request asked, Consumer<String> say)
      throws Exception {
    Backfill backfill = new Backfill(asked, say);
    try {
      return backfill.run(env, new Computation(env, files));
    } finally {
      IOUtils.closeAllQuietly(backfill.opened);
    }
  }

  private ObjectNode run(StreamExecutionEnvironment env, Computation computation) throws Exception {
    Map<String, LakeTable.Opened> lake = new LinkedHashMap<>();
    for (LakeTable each : computation.lake().values()) {
      LakeTable.Opened table = each.open();
      opened.add(table);
      lake.put(each.name(), table);
    }
    LakeTable.Opened trades = only(lake, Layer.SILVER);
    LakeTable.Opened raw = asked.raw ? only(lake, Layer.BRONZE) : null;
    String series = trades.definition().key().get(0);
    long closed = closed(lake);
    if (closed < asked.days.end()) {
      throw new IllegalArgumentException(
          "The job has closed windows up to " + Days.instant(closed) + " only, so that " + asked.days.to
              + " is not over, and what it will still write would be there twice. Take days before "
              + Days.date(closed));
    }
    say.accept("Looking for what lies around " + asked.days);
    Surroundings surroundings =
        new SurroundingsFinder(trades.definition(), trades.table(), asked.days)
            .find(symbols(trades, raw, series), trades.definition().carried());
    Map<String, LakeTable.Opened> targets = targets(lake);
    try (Staging staging = new Staging(asked.id)) {
      Map<String, String> staged = new HashMap<>();
      targets.forEach((name, table) -> staged.put(name, staging.make(table)));
      say.accept("Computing " + asked.days + " again from " + (asked.raw ? "raw" : "valid") + " trades");
      computation.run(rows(env, computation.source(), trades, raw, surroundings, series), staged);
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.put("from", asked.days.from.toString()).put("to", asked.days.to.toString());
      answer.put("layer", asked.raw ? "bronze" : "silver").put("dryRun", asked.dryRun);
      ArrayNode tables = answer.putArray("tables");
      List<Sending> sends = new ArrayList<>();
      for (LakeTable.Opened target : targets.values()) {
        Difference difference =
            new Difference(
                target.definition(), target.table(), staging.of(target), asked.days, closed, surroundings, series);
        tables.add(replace(target, difference, sends));
      }
      if (raw != null && lake.containsKey(REJECTED)) {
        tables.add(noLongerLate(lake.get(REJECTED), raw));
      }
      for (Sending sending : sends) { // when the lake is done, so that what fails now can be done again by itself
        say.accept("Sending " + sending.rows.size() + " corrected rows to " + sending.sink);
        sending.said.put("sent", computation.corrections(sending.sink).send(sending.rows, sending.time));
      }
      return answer;
    }
  }

  /** Rows of a table that go to a sink again. */
  private static final class Sending {
    final List<Record> rows = new ArrayList<>();
    String sink;
    String time;
    ObjectNode said;
  }

  private ObjectNode replace(LakeTable.Opened target, Difference difference, List<Sending> sends) throws IOException {
    say.accept("Comparing " + target.definition().name());
    Table table = target.table();
    RowReplacement replacement = new RowReplacement(table);
    Sending sending = new Sending();
    sending.sink = target.definition().correctionsTo();
    sending.time = difference.time;
    try {
      difference.compare(
          row -> {
            if (!asked.dryRun) {
              add(replacement, row);
            }
            if (asked.resend) {
              sending.rows.add(row);
            }
          },
          change -> {
            boolean listed = asked.resend && change.after != null && asked.days.holds(LakeRows.micros(change.after, difference.time));
            if (change.after != null && !listed) {
              sending.rows.add(change.after);
            }
          });
      if (!asked.dryRun && !difference.isEmpty()) {
        for (Difference.Change beside : difference.beside.values()) {
          if (beside.after != null) {
            replacement.add(beside.after);
          }
        }
        Expression days = LakeRows.between(difference.time, asked.days.start(), asked.days.end());
        replacement.remove(days, beside(difference), row ->
            difference.beside.containsKey(RowValues.key(row, target.definition().key())));
        replacement.commit(Map.of("tidemark.backfill", asked.days + " " + asked.sql));
      }
    } catch (IOException | RuntimeException e) {
      replacement.abort();
      throw e;
    }
    replacement.abort(); // what was written of days that are as they were, or only looked at
    ObjectNode said = said(difference);
    sending.said = said;
    if (sending.sink != null && !asked.dryRun && !sending.rows.isEmpty()) {
      sends.add(sending);
    }
    return said;
  }

  private static Expression beside(Difference difference) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Difference.Change change : difference.beside.values()) {
      long time = LakeRows.micros(change.before == null ? change.after : change.before, difference.time);
      first = Math.min(first, time);
      last = Math.max(last, time);
    }
    return first > last ? Expressions.alwaysFalse() : LakeRows.between(difference.time, first, last + 1);
  }

  private static void add(RowReplacement replacement, Record row) {
    try {
      replacement.add(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode said(Difference difference) {
    ObjectNode said = JsonNodeFactory.instance.objectNode();
    said.put("table", difference.definition.name());
    said.put("before", difference.before).put("after", difference.after);
    said.put("added", difference.added).put("removed", difference.removed).put("changed", difference.changed);
    said.put("beside", difference.beside.size());
    ArrayNode examples = said.putArray("examples");
    for (Difference.Change example : difference.examples) {
      ObjectNode one = examples.addObject();
      one.set("before", example.before == null ? null : RowValues.json(example.before, Set.of()));
      one.set("after", example.after == null ? null : RowValues.json(example.after, Set.of()));
    }
    return said;
  }

  /** Takes from the rejects what was late, and is not any more now that it counts as if it had come in time. */
  private ObjectNode noLongerLate(LakeTable.Opened rejects, LakeTable.Opened raw) throws IOException {
    List<String> key = rejects.definition().key();
    Table table = rejects.table();
    ObjectNode said = JsonNodeFactory.instance.objectNode();
    said.put("table", rejects.definition().name());
    Set<List<Object>> late = new HashSet<>();
    Expression isLate = Expressions.equal("reason", "late");
    if (table != null && table.currentSnapshot() != null) {
      LakeRows.read(table, table.currentSnapshot().snapshotId(), isLate, key, row -> late.add(RowValues.key(row, key)));
    }
    Set<List<Object>> counted = new HashSet<>();
    LakeRows.read(raw.table(), raw.table().currentSnapshot().snapshotId(), ofDays(), key, row -> {
      List<Object> one = RowValues.key(row, key);
      if (late.contains(one)) {
        counted.add(one);
      }
    });
    said.put("before", late.size()).put("after", late.size() - counted.size());
    said.put("added", 0).put("removed", counted.size()).put("changed", 0).put("beside", 0).putArray("examples");
    if (!asked.dryRun && !counted.isEmpty()) {
      RowReplacement replacement = new RowReplacement(table);
      replacement.remove(Expressions.alwaysFalse(), isLate, row ->
          "late".equals(row.getField("reason")) && counted.contains(RowValues.key(row, key)));
      replacement.commit(Map.of("tidemark.backfill", asked.days + " " + asked.sql));
    }
    return said;
  }

  private Expression ofDays() {
    return Expressions.and(
        Expressions.greaterThanOrEqual("day", (int) asked.days.from.toEpochDay()),
        Expressions.lessThanOrEqual("day", (int) asked.days.to.toEpochDay()));
  }

  private DataStream<RowData> rows(
      StreamExecutionEnvironment env,
      SourceColumns source,
      LakeTable.Opened trades,
      LakeTable.Opened raw,
      Surroundings surroundings,
      String series) {
    Set<Integer> days = new TreeSet<>(surroundings.allDays());
    for (int day = (int) asked.days.from.toEpochDay(); day <= asked.days.to.toEpochDay() && raw == null; day++) {
      days.add(day);
    }
    DataStream<RowData> valid =
        KeptRows.valid(
            env, trades.definition(), trades.table(), source, days, new Choice(asked.days, raw == null, surroundings));
    if (raw == null) {
      return InOrder.asTheyAre(valid, source);
    }
    DataStream<RowData> records = KeptRows.raw(env, raw.definition(), raw.table(), source, asked.days);
    return InOrder.asTheyCame(valid.union(records), source, series);
  }

  /** The tables that are computed again: from raw records the valid trades and the counts too. */
  private Map<String, LakeTable.Opened> targets(Map<String, LakeTable.Opened> lake) {
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

  private static LakeTable.Opened only(Map<String, LakeTable.Opened> lake, Layer layer) {
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
  private Set<String> symbols(LakeTable.Opened trades, LakeTable.Opened raw, String series) throws IOException {
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
      LakeRows.read(raw.table(), raw.table().currentSnapshot().snapshotId(), ofDays(), List.of(series), row -> {
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
  private static long closed(Map<String, LakeTable.Opened> lake) throws IOException {
    long closed = Long.MIN_VALUE;
    for (LakeTable.Opened table : lake.values()) {
      boolean windows = table.definition().layer() == Layer.GOLD
          && table.table() != null
          && table.table().schema().findField("window_end") != null;
      if (windows && table.table().currentSnapshot() != null) {
        int field = table.table().schema().findField("window_end").fieldId();
        try (CloseableIterable<FileScanTask> tasks = table.table().newScan().includeColumnStats().planFiles()) {
          for (FileScanTask task : tasks) {
            closed = Math.max(closed, latest(task.file(), field));
          }
        }
      }
    }
    return closed == Long.MIN_VALUE ? Long.MAX_VALUE : closed;
  }

  private static long latest(DataFile file, int field) {
    List<Long> bounds = new ArrayList<>();
    LakeRows.bounds(file, field, bounds);
    return bounds.get(1);
  }
}
