package io.tidemark.runner.lake;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/** An Iceberg table that the job writes, reached as its DDL says. */
final class LakeTable {
  private final String name;
  private final Map<String, String> options;
  private final FoundBy foundBy;

  /** Throws where an option that is needed here is missing. */
  LakeTable(String name, Map<String, String> options) {
    this.name = name;
    this.options = options;
    this.foundBy = FoundBy.of(name, options.get(FoundBy.OPTION));
    for (String option : new String[] {"catalog-name", "catalog-impl", "catalog-database", "catalog-table"}) {
      if (!options.containsKey(option)) {
        throw new IllegalArgumentException("The lake table " + name + " has no option '" + option + "': add it to its DDL");
      }
    }
  }

  String name() {
    return name;
  }

  Map<String, String> options() {
    return options;
  }

  FoundBy foundBy() {
    return foundBy;
  }

  /** To be closed, even where there is no such table yet. */
  Opened open() {
    String name = options.get("catalog-name");
    Catalog catalog = CatalogUtil.loadCatalog(options.get("catalog-impl"), name, options, new Configuration());
    try {
      TableIdentifier id = TableIdentifier.of(options.get("catalog-database"), options.get("catalog-table"));
      return new Opened(this, catalog, catalog.tableExists(id) ? catalog.loadTable(id) : null);
    } catch (RuntimeException e) {
      try {
        Opened.close(catalog);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /** The table with the connections of its catalog. */
  static final class Opened implements Closeable {
    final LakeTable definition;
    private final Catalog catalog;
    private final Table table;

    private Opened(LakeTable definition, Catalog catalog, Table table) {
      this.definition = definition;
      this.catalog = catalog;
      this.table = table;
    }

    boolean hasRows() {
      return table != null && table.currentSnapshot() != null;
    }

    Table table() {
      return table;
    }

    /** Whether its rows say when each record of the stream happened, and when it arrived. */
    boolean tellsTimes() {
      return hasRows() && definition.foundBy == FoundBy.ARRIVED_AT && table.schema().findField("event_time") != null;
    }

    @Override
    public void close() throws IOException {
      if (table != null) {
        table.io().close();
      }
      close(catalog);
    }

    private static void close(Catalog catalog) throws IOException {
      if (catalog instanceof Closeable) {
        ((Closeable) catalog).close();
      }
    }
  }
}
