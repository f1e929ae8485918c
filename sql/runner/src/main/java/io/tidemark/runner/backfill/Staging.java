package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tables beside those of the lake that hold what was computed until it is compared; dropped with their files at the end. */
final class Staging implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
  private static final String PREFIX = "tidemark_backfill_";
  /** Of a backfill that was killed: none takes as long. */
  private static final long LEFT_OVER_MILLIS = Duration.ofDays(2).toMillis();

  private final String id;
  private final Map<TableIdentifier, LakeTable.Opened> made = new LinkedHashMap<>();
  private final Thread atExit = new Thread(this::drop, "drop staging tables");

  /** @param id letters, digits and underscores */
  Staging(String id) {
    this.id = id;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Makes the table that stands beside one of the lake, without partitions. Returns its name. */
  synchronized String make(LakeTable.Opened beside) {
    removeLeftovers(beside);
    TableIdentifier name = name(beside);
    beside.catalog().createTable(name, beside.definition().schema(), null, Map.of("format-version", "2"));
    made.put(name, beside);
    return name.name();
  }

  /** What was computed beside a table of the lake. */
  Table of(LakeTable.Opened beside) {
    return beside.catalog().loadTable(name(beside));
  }

  private TableIdentifier name(LakeTable.Opened beside) {
    TableIdentifier name = beside.definition().id();
    return TableIdentifier.of(name.namespace(), PREFIX + id + "_" + name.name());
  }

  private static void removeLeftovers(LakeTable.Opened beside) {
    Catalog catalog = beside.catalog();
    Namespace namespace = beside.definition().id().namespace();
    List<TableIdentifier> left = new ArrayList<>(catalog.listTables(namespace));
    left.removeIf(each -> !each.name().startsWith(PREFIX) || !each.name().endsWith("_" + beside.definition().id().name()));
    for (TableIdentifier each : left) {
      Table table = catalog.loadTable(each);
      long changed = ((BaseTable) table).operations().current().lastUpdatedMillis();
      if (System.currentTimeMillis() - changed > LEFT_OVER_MILLIS) {
        LOG.info("The table {} is left of a backfill that did not end; it is removed", each);
        catalog.dropTable(each, true);
      }
    }
  }

  @Override
  public void close() {
    drop();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private synchronized void drop() {
    made.forEach((name, beside) -> {
      try {
        beside.catalog().dropTable(name, true);
      } catch (RuntimeException e) {
        LOG.warn("The table {} could not be removed; a backfill in two days does", name, e);
      }
    });
    made.clear();
  }
}
