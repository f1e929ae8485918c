package io.tidemark.runner.lake;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.keys;
import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAgainTest {
  /** When the records arrived that are in the stream still. */
  private static final long ARRIVAL = Instant.parse("2026-01-01T10:00:00Z").toEpochMilli();

  @TempDir Path folder;
  private Lake lake;
  private Table trades;
  private Table rejects;
  private Table bars;
  private Table hits;
  private Table counts;

  /** A replayed day: the first two trades are in the stream no more, the first that is read again is of 13:31:30. */
  @BeforeEach
  void create() throws IOException {
    lake = new Lake(folder);
    trades = lake.create("trades", "arrived_at", "event_time", "arrived_at");
    rejects = lake.create("rejects", "arrived_at", "arrived_at");
    bars = lake.create("bars", "window_end", "window_start", "window_end");
    hits = lake.create("hits", "event_time", "event_time");
    counts = lake.create("counts", "window_start", "window_start");
    append(
        trades,
        row(trades, "t1", "2013-10-07T13:30:10Z", "2026-01-01T09:59:58Z", 1.0),
        row(trades, "t2", "2013-10-07T13:31:10Z", "2026-01-01T09:59:59.999Z", 1.0),
        row(trades, "t4", "2013-10-07T13:31:40Z", "2026-01-01T10:00:00Z", 1.0));
    append(trades, row(trades, "t3", "2013-10-07T13:31:30Z", "2026-01-01T10:00:01Z", 1.0));
    append(
        rejects, row(rejects, "r1", "2026-01-01T09:59:59Z", 1.0), row(rejects, "r2", "2026-01-01T10:00:05Z", 1.0));
    append(
        bars,
        row(bars, "13:29-30", "2013-10-07T13:29:00Z", "2013-10-07T13:30:00Z", 1.0),
        row(bars, "13:30-31", "2013-10-07T13:30:00Z", "2013-10-07T13:31:00Z", 1.0),
        row(bars, "13:31-32", "2013-10-07T13:31:00Z", "2013-10-07T13:32:00Z", 1.0),
        row(bars, "13:30-35", "2013-10-07T13:30:00Z", "2013-10-07T13:35:00Z", 1.0));
    append(
        hits,
        row(hits, "h1", "2013-10-07T13:31:29.999Z", 1.0),
        row(hits, "h2", "2013-10-07T13:31:30Z", 1.0),
        row(hits, "h3", "2013-10-07T13:32:00Z", 1.0));
    append(
        counts,
        row(counts, "13:30", "2013-10-07T13:30:00Z", 1.0),
        row(counts, "13:31", "2013-10-07T13:31:00Z", 1.0),
        row(counts, "13:32", "2013-10-07T13:32:00Z", 1.0));
  }

  private List<Long> snapshots() {
    List<Long> ids = new ArrayList<>();
    for (Table table : List.of(trades, rejects, bars, hits, counts)) {
      table.refresh();
      ids.add(table.currentSnapshot().snapshotId());
    }
    return ids;
  }

  private void assertOnlyTheOldIsLeft() throws IOException {
    assertEquals(List.of("t1", "t2"), keys(trades));
    assertEquals(List.of("r1"), keys(rejects));
    assertEquals(List.of("13:29-30", "13:30-31"), keys(bars));
    assertEquals(List.of("h1"), keys(hits));
    assertEquals(List.of("13:30"), keys(counts));
  }

  @Test
  void removesTheRowsOfWhatIsReadAgainFromEachTable() throws IOException {
    ReadAgain.remove(lake.tables(), ARRIVAL);
    assertOnlyTheOldIsLeft();
  }

  @Test
  void theSecondTimeNothingChanges() throws IOException {
    ReadAgain.remove(lake.tables(), ARRIVAL);
    List<Long> once = snapshots();
    ReadAgain.remove(lake.tables(), ARRIVAL);
    assertEquals(once, snapshots());
    assertOnlyTheOldIsLeft();
  }

  @Test
  void whatFailsBeforeTheTradesCanBeDoneAgain() throws IOException {
    lake.declare("trades", "arrived_at").put("catalog-impl", "io.tidemark.NoSuchCatalog");
    assertThrows(RuntimeException.class, () -> ReadAgain.remove(lake.tables(), ARRIVAL));
    assertEquals(3, keys(counts).size(), "every table is opened before any is changed");
    lake.declare("trades", "arrived_at");
    RowRemoval.commit(bars, FoundBy.WINDOW_END.rows(0, Instant.parse("2013-10-07T13:31:30Z").toEpochMilli() * 1000));
    ReadAgain.remove(lake.tables(), ARRIVAL);
    assertOnlyTheOldIsLeft();
  }

  @Test
  void whereNoTradeIsReadAgainWindowsAndHitsStay() throws IOException {
    List<Long> before = snapshots();
    ReadAgain.remove(lake.tables(), Instant.parse("2026-01-01T10:00:05Z").toEpochMilli());
    List<Long> after = snapshots();
    assertEquals(List.of("r1"), keys(rejects));
    assertFalse(before.get(1).equals(after.get(1)));
    before.remove(1);
    after.remove(1);
    assertEquals(before, after);
  }

  @Test
  void everythingGoesWhereTheStreamIsReadFromItsStart() throws IOException {
    ReadAgain.remove(lake.tables(), Instant.parse("2026-01-01T09:00:00Z").toEpochMilli());
    assertEquals(List.of(), keys(trades));
    assertEquals(List.of(), keys(rejects));
    assertEquals(List.of("13:29-30"), keys(bars), "of before the first trade");
    assertEquals(List.of(), keys(hits));
    assertEquals(List.of(), keys(counts));
  }

  /** The start of the first window that cannot be rebuilt as a whole, as ISO 8601; null if there is none. */
  private String halfWindow(String arrived) throws IOException {
    long arrival = Instant.parse(arrived).toEpochMilli() * 1000;
    List<LakeTable.Opened> opened = new ArrayList<>();
    try {
      LakeTable.Opened of = null;
      for (LakeTable table : lake.tables().all()) {
        opened.add(table.open());
        of = table.name().equals("lake.bars") ? opened.get(opened.size() - 1) : of;
      }
      OptionalLong start = ReadAgain.firstHalfWindow(of, opened, arrival, ReadAgain.firstEvent(opened, arrival));
      return start.isPresent() ? Instant.ofEpochMilli(start.getAsLong() / 1000).toString() : null;
    } finally {
      for (LakeTable.Opened table : opened) {
        table.close();
      }
    }
  }

  @Test
  void knowsFromWhichWindowOnPartsAreNotInTheStreamAnyMore() throws IOException {
    assertEquals("2013-10-07T13:30:00Z", halfWindow("2026-01-01T10:00:00Z"), "the five minutes");
    append(bars, row(bars, "1d", "2013-10-07T05:00:00Z", "2013-10-08T05:00:00Z", 1.0));
    assertEquals("2013-10-07T05:00:00Z", halfWindow("2026-01-01T10:00:00Z"));
    assertEquals(null, halfWindow("2026-01-01T09:00:00Z"), "all its trades are read again");
    assertEquals(null, halfWindow("2026-01-01T11:00:00Z"), "none is");
  }

  @Test
  void tablesThatAreNotThereYetOrEmptyAreNoError() throws IOException {
    Lake other = new Lake(folder.resolve("other"));
    other.declare("trades", "arrived_at");
    Table empty = other.create("bars", "window_end", "window_start", "window_end");
    ReadAgain.remove(other.tables(), ARRIVAL);
    empty.refresh();
    assertEquals(null, empty.currentSnapshot());
  }

  @Test
  void recordsAsTheyCameAndMovesAreFoundWhateverTheirPartitions() throws IOException {
    String columns = "key STRING, event_time TIMESTAMP_LTZ(6), arrived_at TIMESTAMP_LTZ(6), `day` DATE";
    String raw = "key STRING, arrived_at TIMESTAMP_LTZ(6), payload_bytes BYTES, `day` DATE";
    Ddl old = new Ddl(folder).with("bronze", raw, "tidemark.read-again-by", "arrived_at");
    LakeSchema.apply(old.compiled());
    Table bronze = lake.load("bronze");
    append(bronze, row(bronze, "old1", "2026-01-01T09:59:59Z", null), row(bronze, "new1", "2026-01-01T10:00:00Z", null));
    Ddl now =
        new Ddl(folder)
            .with("bronze", raw, "tidemark.read-again-by", "arrived_at", "tidemark.partitioned-by", "day, bucket(4, key)")
            .with("silver", columns, "tidemark.read-again-by", "arrived_at")
            .with("moves", columns, "tidemark.reaches", "5 min");
    LakeSchema.apply(now.compiled());
    bronze.refresh();
    append(bronze, row(bronze, "old2", "2026-01-01T09:59:59Z", null), row(bronze, "new2", "2026-01-01T10:00:09Z", null));
    Table silver = lake.load("silver");
    append(silver, row(silver, "s1", "2013-10-07T13:30:05Z", "2026-01-01T09:59:59Z"), row(silver, "s2", "2013-10-07T13:31:00Z", "2026-01-01T10:00:00Z"));
    Table moves = lake.load("moves");
    append(moves, row(moves, "m1", "2013-10-07T13:30:59.999Z", null), row(moves, "m2", "2013-10-07T13:31:00Z", null));

    for (int time = 0; time < 2; time++) {
      ReadAgain.remove(now.compiled(), ARRIVAL);
      assertEquals(List.of("old1", "old2"), keys(bronze));
      assertEquals(List.of("s1"), keys(silver));
      assertEquals(List.of("m1"), keys(moves));
    }
  }

  @Test
  void aMomentInAMinuteBelongsToThatMinuteBefore1970Too() {
    assertEquals(60_000_000, FoundBy.minuteOf(119_999_999));
    assertEquals(60_000_000, FoundBy.minuteOf(60_000_000));
    assertEquals(-60_000_000, FoundBy.minuteOf(-1));
  }
}
