package io.tidemark.runner.backfill;

import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.RowReplacement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/**
 * Computes some days of the lake again from trades that it keeps, with the SQL files as a batch job, and replaces exactly
 * these days in each table, in one commit; beside them bars that reach into the days, the first bars after, and events so far as
 * they look back into them.
 */
public final class Backfill {
  private final BackfillRequest asked;
  private final Consumer<String> say;

  private Backfill(BackfillRequest asked, Consumer<String> say) {
    this.asked = asked;
    this.say = say;
  }

  /**
   * Returns {@code {from, to, layer, dryRun, tables: [{table, before, after, added, removed, changed, beside, examples:
   * [{before, after}], sent?}]}}. Throws {@code SqlProblems} where the SQL is wrong, {@link IllegalArgumentException} where
   * these days cannot be computed.
   *
   * @param say is told what is done next
   */
  public static ObjectNode run(StreamExecutionEnvironment env, SqlFiles files, BackfillRequest asked, Consumer<String> say)
      throws Exception {
    Computation computation = new Computation(env, files);
    try (BackfilledLake lake = new BackfilledLake(asked, computation.lake().values())) {
      return new Backfill(asked, say).run(env, computation, lake);
    }
  }

  private ObjectNode run(StreamExecutionEnvironment env, Computation computation, BackfilledLake lake) throws Exception {
    LakeTable.Opened trades = lake.trades();
    LakeTable.Opened raw = lake.raw();
    String series = trades.definition().key().get(0);
    long closed = lake.closed();
    if (closed < asked.days.end()) {
      throw new IllegalArgumentException(
          "The job has closed windows up to " + Days.instant(closed) + " only, so that " + asked.days.to
              + " is not over, and what it will still write would be there twice. Take days before "
              + Days.date(closed));
    }
    say.accept("Looking for what lies around " + asked.days);
    Surroundings surroundings =
        new SurroundingsFinder(trades.definition(), trades.table(), asked.days)
            .find(lake.symbols(series), trades.definition().carried());
    Map<String, LakeTable.Opened> targets = lake.targets();
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
      if (raw != null && lake.rejects() != null) {
        tables.add(NoLongerLate.remove(asked, lake.rejects(), raw));
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
}
