package io.tidemark.runner.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * {@code 'connector' = 'tidemark-lake'}: an Iceberg table that says in its DDL what a row is, how it is partitioned and how rows are
 * found that are written again. Unlike Iceberg's own connector it reaches no catalog while a statement is planned: the runner makes
 * and evolves the tables when a job starts.
 */
public final class LakeTableFactory implements DynamicTableSinkFactory {
  public static final String CONNECTOR = "tidemark-lake";

  /** What is left to the catalog, to its file system, and to the table's properties. */
  private static final String[] PREFIXES = {
    "s3.", "glue.", "client.", "http-client.", "write.", "commit.", "history.", LakeOptions.RENAMED
  };

  @Override
  public String factoryIdentifier() {
    return CONNECTOR;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(); // those that are missing are all told at once, by LakeTable
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    Stream<String> own =
        Stream.of(
            Layer.OPTION, FoundBy.OPTION, Partitioning.OPTION, LakeOptions.KEY, LakeOptions.REACHES, LakeOptions.CORRECTIONS_TO,
            LakeOptions.DROPPED, LakeOptions.CARRIED, "warehouse", "io-impl", "format-version");
    return Stream.concat(own, LakeOptions.PLACE.stream())
        .map(option -> ConfigOptions.key(option).stringType().noDefaultValue())
        .collect(Collectors.toSet());
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    FactoryUtil.createTableFactoryHelper(this, context).validateExcept(PREFIXES);
    ResolvedCatalogTable table = context.getCatalogTable();
    Map<String, String> options = table.getOptions();
    String name = nameOf(context.getObjectIdentifier());
    List<String> problems = misplaced(name, table);
    LakeTable lake = null;
    try {
      lake = new LakeTable(name, options, table.getResolvedSchema());
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
    if (!problems.isEmpty()) {
      throw new ValidationException(String.join("\n", problems));
    }
    return new LakeTableSink(lake, table.getResolvedSchema(), context.getConfiguration(), options);
  }

  /** The name that the SQL files use. */
  static String nameOf(ObjectIdentifier id) {
    return id.getDatabaseName() + "." + id.getObjectName();
  }

  private static List<String> misplaced(String name, ResolvedCatalogTable table) {
    List<String> problems = new ArrayList<>();
    if (!table.getPartitionKeys().isEmpty()) {
      problems.add(
          "The lake table " + name + " has PARTITIONED BY: set '" + Partitioning.OPTION + "' = '"
              + String.join(", ", table.getPartitionKeys()) + "' among its options instead");
    }
    if (table.getResolvedSchema().getPrimaryKey().isPresent()) {
      problems.add("The lake table " + name + " has a PRIMARY KEY: set '" + LakeOptions.KEY + "' among its options instead");
    }
    for (Column column : table.getResolvedSchema().getColumns()) {
      if (!column.isPhysical()) {
        problems.add(
            "The lake table " + name + " has the column " + column.getName() + ", which is computed or metadata: compute it in a view");
      }
    }
    return problems;
  }
}
