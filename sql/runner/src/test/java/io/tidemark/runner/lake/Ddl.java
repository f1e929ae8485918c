package io.tidemark.runner.lake;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.hadoop.HadoopCatalog;

/** The lake of a folder as SQL files declare it: tables of a name and columns, compiled by Flink to the plan of a job. */
public final class Ddl {
  private final Path folder;
  private final Map<String, String> tables = new TreeMap<>();
  private final Map<String, String> sources = new TreeMap<>();
  private Class<? extends Catalog> catalog = HadoopCatalog.class;

  public Ddl(Path folder) {
    this.folder = folder;
  }

  Ddl in(Class<? extends Catalog> catalog) {
    this.catalog = catalog;
    return this;
  }

  /** Declares {@code lake.name}; {@code options} are names and values in turn. */
  public Ddl with(String name, String columns, String... options) {
    Map<String, String> all = new TreeMap<>();
    all.put("connector", "tidemark-lake");
    all.put("catalog-name", "lake");
    all.put("catalog-impl", catalog.getName());
    all.put("catalog-database", "tidemark");
    all.put("catalog-table", name);
    all.put("warehouse", folder.toUri().toString());
    all.put("tidemark.layer", "gold");
    all.put("tidemark.key", "key");
    all.put("tidemark.partitioned-by", "day");
    all.put("tidemark.read-again-by", "event_time");
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    String with = all.entrySet().stream().map(o -> "'" + o.getKey() + "' = '" + o.getValue() + "'").collect(Collectors.joining(", "));
    sources.put(name, "CREATE TABLE " + name + " (" + columns + ") WITH ('connector' = 'datagen')");
    tables.put(name, "CREATE TABLE lake." + name + " (" + columns + ") WITH (" + with + ")");
    return this;
  }

  /** The plan of a job that writes the only table from a source: {@code insert} is what follows the table's name. */
  String plan(String source, String insert) {
    return plan(Map.of("", source), Map.of(tables.keySet().iterator().next(), insert));
  }

  public LakeTables compiled() {
    return LakeTables.inPlan(
        plan(sources, tables.keySet().stream().collect(Collectors.toMap(name -> name, name -> "SELECT * FROM " + name))));
  }

  /** Creates them in a table environment. */
  public void create(TableEnvironment env) {
    env.executeSql("CREATE DATABASE lake");
    tables.values().forEach(env::executeSql);
  }

  private String plan(Map<String, String> from, Map<String, String> inserts) {
    TableEnvironment env = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    from.values().forEach(env::executeSql);
    create(env);
    StatementSet set = env.createStatementSet();
    inserts.forEach((name, insert) -> set.addInsertSql("INSERT INTO lake." + name + " " + insert));
    return set.compilePlan().asJsonString();
  }
}
