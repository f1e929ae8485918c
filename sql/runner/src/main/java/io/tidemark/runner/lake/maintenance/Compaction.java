package io.tidemark.runner.lake.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.Table;
import org.apache.iceberg.actions.BinPackRewriteFilePlanner;
import org.apache.iceberg.actions.RewriteDataFilesCommitManager;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the small data files of each partition into larger ones. What is rewritten and how it is committed is the
 * library's; this only moves the rows. Each group is a commit of its own, so what stops it loses one group's work.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

  /** Is told after each group. */
  interface Listener {
    void rewritten(int groups, int of);
  }

  /** What was rewritten, and how many groups were left for the next time as others changed their files. */
  static final class Result {
    int rewrittenFiles;
    int addedFiles;
    int leftGroups;
  }

  private final Table table;
  private final long targetBytes;
  private final ExecutorService threads;

  /** The threads read files ahead. */
  Compaction(Table table, long targetBytes, ExecutorService threads) {
    this.table = table;
    this.threads = threads;
    this.targetBytes = targetBytes;
  }

  /** The groups of files that are to become fewer; none where the table has no snapshot. */
  List<RewriteFileGroup> plan() {
    table.refresh();
    if (table.currentSnapshot() == null) {
      return List.of();
    }
    BinPackRewriteFilePlanner planner =
        new BinPackRewriteFilePlanner(table, Expressions.alwaysTrue(), table.currentSnapshot().snapshotId(), true);
    planner.init(
        Map.of(
            BinPackRewriteFilePlanner.TARGET_FILE_SIZE_BYTES, String.valueOf(targetBytes),
            BinPackRewriteFilePlanner.MAX_FILE_GROUP_SIZE_BYTES, String.valueOf(4 * targetBytes)));
    List<RewriteFileGroup> groups = new ArrayList<>();
    planner.plan().groups().forEach(groups::add);
    return groups;
  }

  Result run(Listener listener) throws IOException {
    List<RewriteFileGroup> groups = plan();
    Result result = new Result();
    if (groups.isEmpty()) {
      return result;
    }
    RewriteDataFilesCommitManager commits =
        new RewriteDataFilesCommitManager(table, table.currentSnapshot().snapshotId());
    GroupRewrite rewrite = new GroupRewrite(table, threads);
    for (int i = 0; i < groups.size(); i++) {
      RewriteFileGroup group = groups.get(i);
      rewrite.write(group, i);
      if (commit(commits, group)) {
        result.rewrittenFiles += group.rewrittenFiles().size();
        result.addedFiles += group.addedFiles().size();
      } else {
        result.leftGroups++;
      }
      listener.rewritten(i + 1, groups.size());
    }
    return result;
  }

  /** Whether it is committed. Appends by others never keep it from that; a removal of rows from its files does. */
  private boolean commit(RewriteDataFilesCommitManager commits, RewriteFileGroup group) {
    try {
      Commits.patiently(() -> commits.commitFileGroups(Set.of(group)));
      return true;
    } catch (CommitFailedException | ValidationException e) {
      LOG.warn("{} files of {} stay as they are until the next time", group.rewrittenFiles().size(), table.name(), e);
      commits.abortFileGroup(group);
      return false;
    } catch (RuntimeException e) {
      if (e instanceof CleanableFailure) { // after any other the commit may be there nevertheless
        commits.abortFileGroup(group);
      }
      throw e;
    }
  }
}
