package io.tidemark.runner.lake;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchIcebergTableException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.flink.CatalogLoader;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.TableLoader;

/** An Iceberg table that the job writes, as its DDL says: where it is, what a row is, and how it is kept. */
public final class LakeTable {
  private final String name;
  private final Map<String, String> options;
  private final ResolvedSchema columns;
  private final LakeOptions parsed;

  /**
   * Throws one error with everything that is missing or wrong in the options.
   *
   * @param columns those of the DDL; null where only the options are known, as in the tasks of a job
   */
  LakeTable(String name, Map<String, String> options, ResolvedSchema columns) {
    this.name = name;
    this.options = options;
    this.columns = columns;
    this.parsed = LakeOptions.of(name, options, columns);
  }

  /** As the SQL files call it: {@code lake.bars}. */
  public String name() {
    return name;
  }

  public Map<String, String> options() {
    return options;
  }

  FoundBy foundBy() {
    return parsed.foundBy;
  }

  public Layer layer() {
    return parsed.layer;
  }

  /** The columns that tell its rows apart. */
  public List<String> key() {
    return parsed.key;
  }

  /** How far what lies before reaches into its rows; zero where each stands for itself. */
  public Duration reaches() {
    return parsed.reaches;
  }

  /** Columns whose last value reaches into later days, whenever that was. */
  public List<String> carried() {
    return parsed.carried;
  }

  /** The sink to which corrected rows are sent again, such as {@code streams.bars}; null where there is none. */
  public String correctionsTo() {
    return parsed.correctionsTo;
  }

  /** The names that columns had before, by their names of now. */
  Map<String, String> renamed() {
    return parsed.renamed;
  }

  /** Columns that may be dropped together with their values. */
  List<String> dropped() {
    return parsed.dropped;
  }

  Partitioning partitioning() {
    return parsed.partitioning;
  }

  /** The columns of its DDL, in their order; the ids are not those of the table. */
  public Schema schema() {
    if (columns == null) {
      throw new IllegalStateException("The columns of " + name + " are not known here, only its options");
    }
    return FlinkSchemaUtil.convert(columns);
  }

  /** How its DDL says that it is partitioned. */
  public PartitionSpec spec() {
    return parsed.partitioning.spec(schema());
  }

  /** Where it is, for messages: {@code tidemark.bars in org.apache.iceberg.aws.glue.GlueCatalog}. */
  String place() {
    return id() + " in " + options.get("catalog-impl");
  }

  public TableIdentifier id() {
    return TableIdentifier.of(options.get("catalog-database"), options.get("catalog-table"));
  }

  /** Reaches nothing until it is opened. */
  public TableLoader loader() {
    return TableLoader.fromCatalog(
        CatalogLoader.custom(options.get("catalog-name"), options, new Configuration(), options.get("catalog-impl")), id());
  }

  /** To be closed, even where there is no such table yet. Throws where the name is that of something else. */
  public Opened open() {
    Catalog catalog =
        CatalogUtil.loadCatalog(options.get("catalog-impl"), options.get("catalog-name"), options, new Configuration());
    try {
      return new Opened(this, catalog, load(catalog));
    } catch (RuntimeException e) {
      try {
        Opened.close(catalog);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private Table load(Catalog catalog) {
    try {
      return catalog.loadTable(id());
    } catch (NoSuchIcebergTableException e) {
      throw new IllegalArgumentException(
          "The lake table " + name + " cannot be " + place() + ": what has this name there is no Iceberg table (" + e.getMessage()
              + "). Give that another name or remove it, or set another 'catalog-table' in the DDL",
          e);
    } catch (NoSuchTableException e) {
      return null;
    }
  }

  /** The table with the connections of its catalog. */
  public static final class Opened implements Closeable {
    final LakeTable definition;
    final Catalog catalog;
    private final Table table;

    private Opened(LakeTable definition, Catalog catalog, Table table) {
      this.definition = definition;
      this.catalog = catalog;
      this.table = table;
    }

    public LakeTable definition() {
      return definition;
    }

    public Catalog catalog() {
      return catalog;
    }

    public boolean hasRows() {
      return table != null && table.currentSnapshot() != null;
    }

    /** Null where there is none yet. */
    public Table table() {
      return table;
    }

    /** Whether its rows say when each record of the stream happened, and when it arrived. */
    boolean tellsTimes() {
      return hasRows() && definition.foundBy() == FoundBy.ARRIVED_AT && table.schema().findField("event_time") != null;
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
