package io.tidemark.runner.lake;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.keys;
import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.CommittedSince.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedSinceTest {
  private static final String RECORDS = "key STRING, arrived_at TIMESTAMP_LTZ(6), event_time TIMESTAMP_LTZ(6), shard_id STRING,"
      + " sequence_number STRING, sub_sequence_number BIGINT, `day` DATE";
  private static final String WINDOWS = "key STRING, window_start TIMESTAMP_LTZ(6), window_end TIMESTAMP_LTZ(6), `day` DATE";

  @TempDir Path folder;
  private LakeTables tables;
  private Table trades;
  private Table bars;
  private Table moves;
  private boolean asked;

  @BeforeEach
  void create() throws IOException {
    Ddl ddl =
        new Ddl(folder)
            .with("trades", RECORDS, "tidemark.read-again-by", "arrived_at")
            .with("bars", WINDOWS, "tidemark.read-again-by", "window_end")
            .with("moves", "key STRING, event_time TIMESTAMP_LTZ(6), `day` DATE");
    tables = ddl.compiled();
    LakeSchema.apply(tables);
    trades = load("trades");
    bars = load("bars");
    moves = load("moves");
    job("one", 7, trades, trade("t1", "10:00:10", "a", 1), trade("t2", "10:01:10", "b", 1));
    job("one", 8, trades, trade("t3", "10:01:20", "a", 2), trade("t4", "10:02:00", "b", 2));
    job("one", 8, bars, bar("10:00", "10:00:00", "10:01:00"), bar("10:01", "10:01:00", "10:02:00"));
    job("one", 8, moves, move("m1", "10:01:29.999"), move("m2", "10:01:30"), move("m3", "10:01:30.001"));
  }

  private Table load(String name) {
    return new Lake(folder).load(name);
  }

  private Record trade(String key, String time, String shard, int number) {
    String at = "2026-01-01T" + time + "Z";
    return row(trades, key, at, at, shard, String.valueOf(number), 0L, null);
  }

  private Record bar(String key, String start, String end) {
    return row(bars, key, "2026-01-01T" + start + "Z", "2026-01-01T" + end + "Z", null);
  }

  private Record move(String key, String time) {
    return row(moves, key, "2026-01-01T" + time + "Z", null);
  }

  /** Rows and, behind them, what Flink's committer says of a checkpoint. */
  private static void job(String job, long checkpoint, Table table, Record... rows) throws IOException {
    append(table, rows);
    table.newAppend().set("flink.job-id", job).set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint)).commit();
  }

  /** Of shard a number 1 had been read, of b none: records up to {@code trimmed} are there no more. */
  private CommittedSince.Stream stream(int trimmed) {
    asked = true;
    return new CommittedSince.Stream() {
      @Override
      public String name() {
        return "stream";
      }

      @Override
      public Fate of(String shardId, String sequenceNumber, long subSequenceNumber) {
        int number = Integer.parseInt(sequenceNumber);
        return number <= (shardId.equals("a") ? 1 : 0) ? Fate.READ_BEFORE : number <= trimmed ? Fate.GONE : Fate.READ_AGAIN;
      }

      @Override
      public OptionalLong firstArrival() {
        return OptionalLong.of(millis("10:01:00"));
      }
    };
  }

  private static long millis(String time) {
    return Instant.parse("2026-01-01T" + time + "Z").toEpochMilli();
  }

  private void restore(String job, long checkpoint, long watermark, long readUpTo) throws Exception {
    CommittedSince.remove(tables, new RestoredFrom(job, checkpoint, watermark, readUpTo), () -> stream(0));
  }

  private List<Long> snapshots() {
    List<Long> ids = new ArrayList<>();
    for (Table table : List.of(trades, bars, moves)) {
      table.refresh();
      ids.add(table.currentSnapshot().snapshotId());
    }
    return ids;
  }

  @Test
  void removesWhatWasReadAndGivenOutSince() throws Exception {
    restore("one", 7, millis("10:01:30"), millis("10:01:30"));
    assertEquals(List.of("t1"), keys(trades));
    assertEquals(List.of("10:00"), keys(bars));
    assertEquals(List.of("m1", "m2"), keys(moves), "the watermark had passed both");
  }

  @Test
  void aWindowThatTheWatermarkHadJustClosedStays() throws Exception {
    restore("one", 7, millis("10:01:59.999"), millis("10:01:30"));
    assertEquals(List.of("10:00", "10:01"), keys(bars));
    restore("one", 7, millis("10:01:59.998"), millis("10:01:30"));
    assertEquals(List.of("10:00"), keys(bars));
  }

  @Test
  void theSecondTimeNothingChanges() throws Exception {
    restore("one", 7, millis("10:01:30"), millis("10:01:30"));
    List<Long> once = snapshots();
    restore("one", 7, millis("10:01:30"), millis("10:01:30"));
    assertEquals(once, snapshots());
  }

  @Test
  void theNewestCheckpointRemovesNothingAndAsksNobody() throws Exception {
    List<Long> before = snapshots();
    restore("one", 8, millis("10:01:30"), millis("10:01:30"));
    assertEquals(before, snapshots());
    assertEquals(false, asked);
  }

  @Test
  void whatAnotherJobWroteSinceIsLookedAtWhateverItsNumber() throws Exception {
    job("two", 1, trades, trade("t5", "10:02:10", "a", 3));
    restore("one", 8, millis("10:01:30"), millis("10:01:30"));
    assertEquals(List.of("t1"), keys(trades));
  }

  @Test
  void whereNobodyWroteDownWhichJobItWasEverythingIsLookedAt() throws Exception {
    restore(null, 8, millis("10:01:30"), RestoredFrom.NONE);
    assertEquals(List.of("t1"), keys(trades));
  }

  @Test
  void filesFromBeforeAreNotLookedInto() throws Exception {
    restore("one", 7, millis("10:01:30"), millis("10:11:15"));
    assertEquals(List.of("t1", "t2"), keys(trades), "t2 is in a file of before 10:01:15");
  }

  @Test
  void beforeTheFirstWatermarkTheStreamSaysFromWhichEventOn() throws Exception {
    restore("one", 7, RestoredFrom.NONE, RestoredFrom.NONE);
    assertEquals(List.of("10:00"), keys(bars), "t2 is the first that is in the stream, of 10:01:10");
    assertEquals(List.of(), keys(moves));
    assertEquals(List.of("t1"), keys(trades));
  }

  @Test
  void whatIsGoneFromTheStreamIsAnErrorAndNothingIsRemoved() throws Exception {
    List<Long> before = snapshots();
    IllegalStateException error =
        assertThrows(
            IllegalStateException.class,
            () ->
                CommittedSince.remove(
                    tables, new RestoredFrom("one", 7, millis("10:01:30"), RestoredFrom.NONE), () -> stream(1)));
    assertTrue(error.getMessage().contains("lake.trades has 1 records that arrived after checkpoint 7"), error.getMessage());
    assertTrue(error.getMessage().contains("the first of 2026-01-01T10:01:10Z"), error.getMessage());
    assertEquals(before, snapshots());
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(4, files.filter(file -> file.toString().endsWith(".parquet")).count(), "no file is left behind");
    }
  }
}
