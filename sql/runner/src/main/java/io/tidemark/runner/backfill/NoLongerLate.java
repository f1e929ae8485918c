package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.lake.RowReplacement;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Records that were rejected as late and count now, as if they had come in time. */
final class NoLongerLate {
  private NoLongerLate() {}

  /** Takes from the rejects what was late, and is not any more now that it counts as if it had come in time. */
  static ObjectNode remove(BackfillRequest asked, LakeTable.Opened rejects, LakeTable.Opened raw) throws IOException {
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
    LakeRows.read(raw.table(), raw.table().currentSnapshot().snapshotId(), asked.days.partitions(), key, row -> {
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
}
