package io.tidemark.runner.lake.maintenance;

import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.runner.lake.Lake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryTest {
  private static final long ALL = Long.MAX_VALUE;

  @TempDir Path folder;
  private Table hits;

  @BeforeEach
  void create() {
    hits = new Lake(folder).create("hits", "event_time", "event_time");
  }

  /** A commit as Flink's sink makes it. */
  private void flink(String job, String operator, long checkpoint) {
    AppendFiles append = hits.newAppend();
    append.set("flink.job-id", job).set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint));
    if (operator != null) {
      append.set("flink.operator-id", operator);
    }
    append.commit();
  }

  private void others(int commits) {
    for (int i = 0; i < commits; i++) {
      hits.newAppend().commit();
    }
  }

  private int expire(long olderThan) {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      return Expiry.run(hits, olderThan, threads);
    } finally {
      threads.shutdown();
    }
  }

  /** What Flink's committer does when its job is restored; -1 where it finds nothing and commits once more. */
  private long lookUp(String job, String operator) {
    hits.refresh();
    for (Snapshot snapshot = hits.currentSnapshot(); snapshot != null; ) {
      String of = snapshot.summary().get("flink.operator-id");
      if (job.equals(snapshot.summary().get("flink.job-id")) && (of == null || of.equals(operator))) {
        return Long.parseLong(snapshot.summary().get("flink.max-committed-checkpoint-id"));
      }
      snapshot = snapshot.parentId() == null ? null : hits.snapshot(snapshot.parentId());
    }
    return -1;
  }

  private int snapshots() {
    hits.refresh();
    return (int) SnapshotUtil.currentAncestorIds(hits).stream().filter(id -> hits.snapshot(id) != null).count();
  }

  @Test
  void theNewestSnapshotStaysWhereNoFlinkJobWrote() {
    others(5);
    assertEquals(4, expire(ALL));
    assertEquals(1, snapshots());
    assertEquals(0, expire(ALL));
  }

  @Test
  void youngSnapshotsStay() throws IOException, InterruptedException {
    others(2);
    Thread.sleep(2);
    long later = System.currentTimeMillis();
    others(3);
    assertEquals(2, expire(later));
    assertEquals(3, snapshots());
  }

  @Test
  void whatARestoredJobLooksForStaysHoweverOldItIs() {
    flink("a", "sink", 1);
    flink("a", "sink", 2);
    others(4);
    assertEquals(1, expire(ALL));
    assertEquals(2, lookUp("a", "sink"));
    assertEquals(5, snapshots(), "with all that leads there");
  }

  @Test
  void theWayThereStaysThoughItWasInterruptedByAnExpiryBefore() {
    flink("a", "sink", 1);
    others(1);
    expire(ALL);
    others(2);
    expire(ALL);
    flink("a", "sink", 2);
    others(1);
    expire(ALL);
    assertEquals(2, lookUp("a", "sink"));
    assertEquals(2, snapshots());
  }

  @Test
  void eachSinkOfTheJobIsFound() {
    flink("a", "first", 7);
    flink("a", "second", 6);
    flink("a", "second", 7);
    others(1);
    expire(ALL);
    assertEquals(7, lookUp("a", "first"));
    assertEquals(7, lookUp("a", "second"));
  }

  @Test
  void sinksOfAnOlderFlinkThatDoNotSayTheirOperatorAreFound() {
    flink("a", null, 3);
    others(2);
    expire(ALL);
    assertEquals(3, lookUp("a", "sink"));
  }

  @Test
  void aJobThatAnotherTookOverFromKeepsNothing() {
    flink("a", "sink", 1);
    others(3);
    flink("b", "sink", 1);
    assertEquals(4, expire(ALL));
    assertEquals(1, lookUp("b", "sink"));
    assertEquals(-1, lookUp("a", "sink"));
  }

  @Test
  void aJobThatCameToItsEndDoesNotHideTheOneThatRunsOn() {
    flink("streaming", "sink", 9);
    others(1);
    flink("backfill", "sink", Long.MAX_VALUE);
    others(1);
    expire(ALL);
    assertEquals(9, lookUp("streaming", "sink"));
  }

  @Test
  void filesOfWhatStaysAreStillThere() throws IOException {
    DataFile file = Lake.append(hits, row(hits, "h1", "2026-01-01T10:00:00Z", 1.0));
    flink("a", "sink", 1);
    hits.newDelete().deleteFile(file).commit();
    expire(ALL);
    assertEquals(1, Lake.keys(hits).size() + 1, "the row is gone from the newest snapshot");
    hits.refresh();
    Snapshot flinks = hits.snapshot(hits.currentSnapshot().parentId());
    assertEquals("1", flinks.summary().get("total-records"));
    assertEquals(true, hits.io().newInputFile(file.location()).exists());
  }
}
