package io.tidemark.runner.backfill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackfillTest {
  private static final LocalDate FIRST = LocalDate.of(2024, 3, 4);
  private static final int DAYS = 8;
  private static final LocalDate FROM = FIRST.plusDays(2);
  private static final LocalDate TO = FIRST.plusDays(3);
  private static final String LAST = FIRST.plusDays(DAYS - 1).toString();

  @TempDir Path folder;

  private static final List<Map<String, Object>> TRADES =
      new RandomTrades(Long.getLong("tidemark.seed", 7)).make(FIRST, DAYS, List.of("A", "B", "C", "D"));

  private KeptLake lake(String name, List<Map<String, Object>> trades) throws Exception {
    KeptLake lake = new KeptLake(folder.resolve(name), BackfillTest::withoutStream);
    lake.append("lake.trades", trades);
    lake.backfill(FIRST.toString(), LAST, "silver", false);
    return lake;
  }

  /** Nothing is sent: no stream is there. */
  private static void withoutStream(String file, StringBuilder text) {
    String option = "'tidemark.corrections-to' = 'streams.bars',";
    int at = text.indexOf(option);
    if (at >= 0) {
      text.delete(at, at + option.length());
    }
  }

  private static long differing(JsonNode answer) {
    long all = 0;
    for (JsonNode table : answer.path("tables")) {
      for (String kind : List.of("added", "removed", "changed", "beside")) {
        all += table.path(kind).asLong();
      }
    }
    return all;
  }

  private static JsonNode table(JsonNode answer, String name) {
    for (JsonNode table : answer.path("tables")) {
      if (table.path("table").asText().equals(name)) {
        return table;
      }
    }
    throw new AssertionError("No " + name + " in " + answer);
  }

  /**
   * Days alone give what all days gave, as trades counted. From raw records late ones count, copies do not, and of nothing in
   * the days it is remembered that it was behind the watermark: as if all had come in time.
   */
  @Test
  void daysAloneGiveWhatAllDaysGaveAndRawRecordsWhatTheyWouldHaveGivenInTime() throws Exception {
    List<Map<String, Object>> late =
        TRADES.stream()
            .filter(BackfillTest::isCorrected)
            .filter(trade -> (Long) trade.get("sequence") % 3 == 0)
            .filter(trade -> trade.get("previous_close") == null) // which would reach into all later bars
            .collect(Collectors.toList());
    assertTrue(late.size() > 5);
    List<Map<String, Object>> inTime = new ArrayList<>(TRADES);
    inTime.removeAll(late);
    KeptLake corrected = lake("corrected", inTime);
    List<Map<String, Object>> raw = RawRecords.of(TRADES);
    raw.addAll(RawRecords.copiesOf(TRADES));
    raw.add(RawRecords.record("no JSON", 99_000_000, null, FROM));
    corrected.append("lake.raw_trades", raw);
    corrected.append("lake.rejects", RawRecords.rejected("late", late));
    corrected.append("lake.rejects", RawRecords.rejected("invalid", inTime.subList(0, 3)));
    Map<String, List<String>> before = corrected.gold();

    assertTrue(before.get("lake.bars").size() > 100, "bars are made");
    assertTrue(before.get("lake.hits").size() > 5, "levels are crossed");
    JsonNode same = corrected.backfill(FROM.toString(), TO.toString(), "silver", true);
    assertEquals(0, differing(same), same::toString);
    assertEquals(before, corrected.gold(), "a dry run writes nothing");

    JsonNode done = corrected.backfill(FROM.toString(), TO.toString(), "bronze", false);
    assertEquals(late.size(), table(done, "lake.trades").path("added").asInt(), done::toString);
    assertEquals(late.size(), table(done, "lake.rejects").path("removed").asInt());
    assertEquals(3, corrected.rows("lake.rejects").size());
    List<Map<String, Object>> all = new ArrayList<>();
    TRADES.forEach(trade -> {
      Map<String, Object> now = new HashMap<>(trade);
      boolean behind = trade.get("watermark_before") != null;
      now.compute("watermark_before", (name, at) -> isCorrected(trade) && behind ? null : at);
      all.add(now);
    });
    KeptLake whole = lake("all", all);
    same(whole.rows("lake.trades"), corrected.rows("lake.trades"), "lake.trades");
    Map<String, List<String>> now = corrected.gold();
    whole.gold().forEach((table, rows) -> same(rows, now.get(table), table));
  }

  @Test
  void whatCannotBeDoneIsRefused() throws Exception {
    KeptLake lake = new KeptLake(folder.resolve("refused"), BackfillTest::withoutStream);
    lake.append("lake.trades", TRADES.subList(0, 40));
    lake.append("lake.bars", List.of(Map.of("window_end", RandomTrades.time(FIRST.plusDays(9).toEpochDay() * 86_400_000L),
        "window_start", RandomTrades.time(FIRST.plusDays(8).toEpochDay() * 86_400_000L), "day", FIRST.plusDays(8))));
    assertThat(lake, "2023-01-01", "silver", "The lake has no trades of 2023-01-01");
    assertThat(lake, FIRST.toString(), "bronze", "The lake's table lake.raw_trades is empty");
    assertThat(lake, "2024-04-01", "silver", "so that 2024-04-01 is not over");
  }

  private static void assertThat(KeptLake lake, String day, String layer, String said) {
    Exception refused = assertThrows(IllegalArgumentException.class, () -> lake.backfill(day, day, layer, false));
    assertTrue(refused.getMessage().contains(said), refused::getMessage);
  }

  private static boolean isCorrected(Map<String, Object> trade) {
    LocalDate day = (LocalDate) trade.get("day");
    return !day.isBefore(FROM) && !day.isAfter(TO);
  }

  private static void same(List<String> expected, List<String> actual, String table) {
    assertEquals(without(expected, actual), without(actual, expected), table);
    assertEquals(expected.size(), actual.size(), table);
  }

  private static List<String> without(List<String> rows, List<String> others) {
    List<String> rest = new ArrayList<>(rows);
    rest.removeAll(others);
    return rest;
  }
}
