package io.tidemark.runner.lake.maintenance;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.sink.SinkUtil;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Expires old snapshots with the files that only they refer to. A Flink job that is restored looks for the last checkpoint
 * that it committed, from the newest snapshot back through the parents, and commits its files once more where it finds
 * none: so the newest snapshot of the job stays however old it is, and so does all that came after it, which leads there.
 */
final class Expiry {
  private Expiry() {}

  /** How many of the newest snapshots have to stay: 1, or as many as lead back to what a restored job looks for. */
  static int needed(Table table) {
    int needed = 1;
    int depth = 0;
    String job = null;
    Set<String> operators = new HashSet<>();
    for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
      depth++;
      Map<String, String> summary = snapshot.summary();
      if (!isRestorable(summary)) {
        continue;
      }
      job = job == null ? summary.get(SinkUtil.FLINK_JOB_ID) : job;
      if (job.equals(summary.get(SinkUtil.FLINK_JOB_ID))
          && operators.add(Objects.toString(summary.get(SinkUtil.OPERATOR_ID)))) {
        needed = depth;
      }
    }
    return needed;
  }

  /** How many snapshots older than {@code olderThan} (milliseconds since 1970) would expire. */
  static int expirable(Table table, long olderThan) {
    return table.currentSnapshot() == null ? 0 : expire(table, olderThan).apply().size();
  }

  /** Expires them, and returns how many there were. */
  static int run(Table table, long olderThan, ExecutorService threads) {
    int expirable = expirable(table, olderThan);
    if (expirable > 0) {
      Commits.patiently(() -> expire(table, olderThan).planWith(threads).executeDeleteWith(threads).commit());
    }
    return expirable;
  }

  private static ExpireSnapshots expire(Table table, long olderThan) {
    table.refresh();
    return table.expireSnapshots().expireOlderThan(olderThan).retainLast(needed(table));
  }

  /** A job that came to its end commits as the highest checkpoint there can be, and is restored no more. */
  private static boolean isRestorable(Map<String, String> summary) {
    String checkpoint = summary.get(SinkUtil.MAX_COMMITTED_CHECKPOINT_ID);
    return summary.containsKey(SinkUtil.FLINK_JOB_ID)
        && checkpoint != null
        && Long.parseLong(checkpoint) != Long.MAX_VALUE;
  }
}
