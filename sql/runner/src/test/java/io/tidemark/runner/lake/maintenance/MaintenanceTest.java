package io.tidemark.runner.lake.maintenance;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.Lake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceTest {
  private static final long TARGET = 1 << 20;

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private Table bars;

  @BeforeEach
  void create() {
    bars = new Lake(folder).create("bars", "window_end", "window_start", "window_end");
  }

  @AfterEach
  void shutdown() {
    threads.shutdown();
  }

  private static Record bar(Table table, String key, int day) {
    String start = "2026-01-" + String.format("%02d", day) + "T10:00:00Z";
    return row(table, key, start, start, 1.0 / key.hashCode());
  }

  private JsonNode maintain(long olderThan) throws IOException {
    return maintain(olderThan, (step, done, of) -> {});
  }

  private JsonNode maintain(long olderThan, Maintenance.Listener listener) throws IOException {
    ObjectNode answer = new ObjectMapper().createObjectNode();
    new Maintenance(TARGET, olderThan, threads).run(bars, listener, answer);
    return answer;
  }

  /** The same table as another program has it. */
  private Table elsewhere() {
    return new HadoopCatalog(new Configuration(), folder.toUri().toString())
        .loadTable(TableIdentifier.of("tidemark", "bars"));
  }

  private Map<LocalDate, Long> filesByDay() throws IOException {
    bars.refresh();
    Map<LocalDate, Long> files = new HashMap<>();
    try (CloseableIterable<FileScanTask> tasks = bars.newScan().planFiles()) {
      tasks.forEach(
          task -> files.merge(LocalDate.ofEpochDay(task.file().partition().get(0, Integer.class)), 1L, Long::sum));
    }
    return files;
  }

  private long parquetFiles() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(".parquet")).count();
    }
  }

  @Test
  void manySmallFilesOfADayBecomeOneWithTheSameRows() throws IOException {
    for (int i = 0; i < 20; i++) {
      append(bars, bar(bars, "a" + i, 1), bar(bars, "b" + i, 1));
    }
    for (int i = 0; i < 6; i++) {
      append(bars, bar(bars, "c" + i, 2));
    }
    append(bars, bar(bars, "alone", 3));
    List<String> rows = Lake.rows(bars);

    JsonNode answer = maintain(0);
    assertEquals(
        Map.of(LocalDate.parse("2026-01-01"), 1L, LocalDate.parse("2026-01-02"), 1L, LocalDate.parse("2026-01-03"), 1L),
        filesByDay());
    assertEquals(rows, Lake.rows(bars));
    assertEquals(27, answer.path("before").path("files").asInt());
    assertEquals(3, answer.path("before").path("partitions").asInt());
    assertEquals(20, answer.path("before").path("mostFilesInPartition").asInt());
    assertEquals(3, answer.path("after").path("files").asInt());
    assertEquals(1, answer.path("after").path("mostFilesInPartition").asInt());
    assertEquals(47, answer.path("before").path("rows").asLong());
    assertEquals(47, answer.path("after").path("rows").asLong());
    assertEquals(26, answer.path("rewrittenFiles").asInt());
    assertEquals(2, answer.path("addedFiles").asInt());
    assertEquals(0, answer.path("leftGroups").asInt());
    assertTrue(answer.path("after").path("manifests").asInt() < 10, () -> answer.toString());
    assertTrue(answer.path("before").path("manifests").asInt() >= 27, () -> answer.toString());
  }

  @Test
  void filesOfAnOlderPartitioningBecomeFilesOfTheNewOne() throws IOException {
    for (int i = 0; i < 10; i++) {
      append(bars, bar(bars, "a" + i, 1 + i % 2), bar(bars, "b" + i, 1 + i % 2));
    }
    bars.updateSpec().addField(Expressions.bucket("key", 2)).commit();
    List<String> rows = Lake.rows(bars);
    JsonNode answer = maintain(0);
    assertEquals(rows, Lake.rows(bars));
    assertEquals(10, answer.path("rewrittenFiles").asInt());
    assertEquals(4, answer.path("after").path("partitions").asInt(), "two days with two buckets each");
    assertEquals(4, answer.path("after").path("files").asInt());
  }

  @Test
  void theSecondTimeNothingChanges() throws IOException {
    for (int i = 0; i < 8; i++) {
      append(bars, bar(bars, "a" + i, 1));
    }
    maintain(Long.MAX_VALUE);
    String metadata = maintain(0).path("after").toString();
    long snapshot = bars.currentSnapshot().snapshotId();
    assertEquals(metadata, maintain(0).path("after").toString());
    assertEquals(snapshot, bars.currentSnapshot().snapshotId());
  }

  @Test
  void aTableWithoutRowsStaysWithoutASnapshot() throws IOException {
    JsonNode answer = maintain(Long.MAX_VALUE);
    assertEquals(0, answer.path("after").path("rows").asLong());
    assertEquals(0, answer.path("after").path("snapshots").asInt());
  }

  @Test
  void aPlanChangesNothing() throws IOException {
    for (int i = 0; i < 12; i++) {
      append(bars, bar(bars, "a" + i, 1));
    }
    long snapshot = bars.currentSnapshot().snapshotId();
    ObjectNode answer = new ObjectMapper().createObjectNode();
    new Maintenance(TARGET, Long.MAX_VALUE, threads).plan(bars, answer);
    bars.refresh();
    assertEquals(snapshot, bars.currentSnapshot().snapshotId());
    assertEquals(12, answer.path("rewrittenFiles").asInt());
    assertEquals(11, answer.path("expiredSnapshots").asInt());
    assertTrue(answer.path("rewritesManifests").asBoolean());
    assertEquals(12, parquetFiles());
  }

  @Test
  void filesThatOnlyExpiredSnapshotsReferToAreDeleted() throws IOException {
    for (int i = 0; i < 8; i++) {
      append(bars, bar(bars, "a" + i, 1));
    }
    assertEquals(8, maintain(0).path("rewrittenFiles").asInt());
    assertEquals(9, parquetFiles(), "as of an earlier time they are read still");
    append(bars, bar(bars, "a8", 2)); // the snapshot that took the eight out goes, and they with it
    List<String> rows = Lake.rows(bars);
    assertEquals(1, maintain(Long.MAX_VALUE).path("after").path("snapshots").asInt());
    assertEquals(2, parquetFiles());
    assertEquals(rows, Lake.rows(bars));
  }

  @Test
  void aWriterGoesOnAllTheWhile() throws Exception {
    Table writer = elsewhere();
    for (int i = 0; i < 30; i++) {
      append(writer, bar(writer, "before" + i, 1));
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger commits = new AtomicInteger();
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (!stop.get()) {
                  int i = commits.get();
                  append(writer, bar(writer, "meanwhile" + i, 1), bar(writer, "next" + i, 2));
                  commits.incrementAndGet();
                  Thread.sleep(5);
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    for (int round = 0; round < 3 || commits.get() < 6 && !writing.isDone(); round++) {
      assertEquals(0, maintain(Long.MAX_VALUE).path("leftGroups").asInt(), "an append is no conflict");
    }
    stop.set(true);
    writing.get();
    int written = commits.get();
    List<String> keys = Lake.keys(bars);
    assertEquals(30 + 2 * written, keys.size());
    assertEquals(keys.size(), keys.stream().distinct().count(), "no row twice");
    maintain(Long.MAX_VALUE);
    assertEquals(keys, Lake.keys(bars));
  }

  @Test
  void aGroupWhoseRowsOthersRemoveIsLeftForTheNextTime() throws IOException {
    List<DataFile> ofDay2 = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      append(bars, bar(bars, "a" + i, 1));
      ofDay2.add(append(bars, bar(bars, "b" + i, 2)));
      append(bars, bar(bars, "c" + i, 3));
    }
    Table others = elsewhere();
    AtomicBoolean removed = new AtomicBoolean();
    JsonNode answer =
        maintain(
            0,
            (step, done, of) -> {
              if (step.equals("compact") && removed.compareAndSet(false, true)) {
                others.refresh(); // a file of each group that is still to come, whichever these are
                others.newDelete().deleteFile(remaining(others)).commit();
              }
            });
    assertEquals(1, answer.path("leftGroups").asInt());
    assertEquals(17, Lake.keys(bars).size());
    assertEquals(17, Lake.keys(bars).stream().distinct().count());
    assertEquals(0, maintain(0).path("leftGroups").asInt());
    assertEquals(17, Lake.keys(bars).size());
    assertEquals(3, filesByDay().size());
    assertTrue(filesByDay().values().stream().allMatch(files -> files == 1), () -> "one file each");
    assertEquals(18 + 3, parquetFiles(), "what could not be committed is gone");
  }

  /** A file of one row: one that is not yet rewritten. */
  private static DataFile remaining(Table table) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        if (task.file().recordCount() == 1) {
          return task.file();
        }
      }
      throw new AssertionError("all files are rewritten");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
