package io.tidemark.runner.lake.maintenance;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.iceberg.util.SnapshotUtil;

/** Keeps one Iceberg table quick to read and to commit to, while others go on writing it. */
final class Maintenance {
  /** Is told what is being done, of which parts so many are done. */
  interface Listener {
    void at(String step, int done, int of);
  }

  private final long targetBytes;
  private final long olderThan;
  private final ExecutorService threads;

  /**
   * Small files become files of about {@code targetBytes}; snapshots older than {@code olderThan} (milliseconds since
   * 1970) expire, but for those that a restored Flink job needs. {@code threads} plan, read and delete.
   */
  Maintenance(long targetBytes, long olderThan, ExecutorService threads) {
    this.targetBytes = targetBytes;
    this.olderThan = olderThan;
    this.threads = threads;
  }

  /** What there is to do, in numbers; nothing is changed. */
  void plan(Table table, ObjectNode answer) {
    Figures.of(table).write(answer.putObject("before"));
    List<RewriteFileGroup> groups = new Compaction(table, targetBytes, threads).plan();
    answer.put("rewrittenFiles", groups.stream().mapToInt(RewriteFileGroup::inputFileNum).sum());
    answer.put("rewritesManifests", Manifests.areMany(table));
    answer.put("expiredSnapshots", Expiry.expirable(table, olderThan));
  }

  /**
   * Does it, and writes the numbers before and after into the answer. It can be stopped at any time: what is committed is
   * whole, and the next time begins where this one ended. Throws {@link IllegalStateException} where rows are not what
   * they were; then nothing expires.
   */
  void run(Table table, Listener listener, ObjectNode answer) throws IOException {
    long start = System.nanoTime();
    listener.at("look", 0, 1);
    Figures before = Figures.of(table);
    Snapshot first = table.currentSnapshot();
    Compaction.Result compacted =
        new Compaction(table, targetBytes, threads).run((done, of) -> listener.at("compact", done, of));
    listener.at("manifests", 0, 1);
    Manifests.run(table);
    checkRows(table, first, before);
    listener.at("expire", 0, 1);
    int snapshots = Expiry.run(table, olderThan, threads);
    before.write(answer.putObject("before"));
    Figures.of(table).write(answer.putObject("after"));
    answer.put("rewrittenFiles", compacted.rewrittenFiles).put("addedFiles", compacted.addedFiles);
    answer.put("leftGroups", compacted.leftGroups).put("expiredSnapshots", snapshots);
    answer.put("seconds", (System.nanoTime() - start) / 1e9);
  }

  /** Nothing but what others wrote meanwhile may have changed the number of rows. */
  private static void checkRows(Table table, Snapshot first, Figures before) {
    Figures after = Figures.of(table);
    if (first == null || table.currentSnapshot().snapshotId() == first.snapshotId()) {
      return;
    }
    long byOthers = 0;
    for (Snapshot snapshot :
        SnapshotUtil.ancestorsBetween(table, table.currentSnapshot().snapshotId(), first.snapshotId())) {
      if (!Objects.equals(snapshot.operation(), "replace")) {
        byOthers += PropertyUtil.propertyAsLong(snapshot.summary(), SnapshotSummary.ADDED_RECORDS_PROP, 0);
        byOthers -= PropertyUtil.propertyAsLong(snapshot.summary(), SnapshotSummary.DELETED_RECORDS_PROP, 0);
      }
    }
    if (after.rows != before.rows + byOthers) {
      throw new IllegalStateException(
          table.name() + " had " + before.rows + " rows, others changed that by " + byOthers + ", and it has " + after.rows
              + ": no snapshot was expired, so the rows can be had back from snapshot " + first.snapshotId());
    }
  }
}
