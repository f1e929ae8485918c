package io.tidemark.runner.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeTablesTest {
  @TempDir Path folder;

  @Test
  void findsTheIcebergSinksOfAPlanThatFlinkCompiled() throws Exception {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.executeSql("CREATE DATABASE lake");
    tables.executeSql("CREATE TABLE source_rows (k STRING) WITH ('connector' = 'datagen')");
    tables.executeSql("CREATE TABLE elsewhere (k STRING) WITH ('connector' = 'blackhole')");
    for (String name : new String[] {"hits", "bars", "unused"}) {
      tables.executeSql(
          "CREATE TABLE lake." + name + " (k STRING, n DECIMAL(19, 6), event_time TIMESTAMP_LTZ(6), window_end TIMESTAMP_LTZ(6),"
              + " `raw` BYTES, `day` DATE) WITH ('connector' = 'tidemark-lake', 'catalog-name' = 'lake',"
              + " 'catalog-impl' = 'org.apache.iceberg.hadoop.HadoopCatalog', 'catalog-database' = 'tidemark',"
              + " 'catalog-table' = '" + name + "', 'warehouse' = '" + folder.resolve("lake").toUri() + "',"
              + " 'tidemark.layer' = 'gold', 'tidemark.key' = 'k, event_time', 'tidemark.partitioned-by' = 'day, bucket(16, k)',"
              + " 'tidemark.reaches' = '5 min', 'tidemark.corrections-to' = 'streams." + name + "', 'tidemark.renamed.n' = 'amount',"
              + " 'tidemark.read-again-by' = '" + (name.equals("bars") ? "window_end" : "event_time") + "')");
    }
    Path plan = folder.resolve("plan.json");
    tables.executeSql(
        "COMPILE PLAN '" + plan.toUri() + "' FOR STATEMENT SET BEGIN INSERT INTO elsewhere SELECT k FROM source_rows;"
            + " INSERT INTO lake.hits (k) SELECT k FROM source_rows; INSERT INTO lake.bars (k) SELECT k FROM source_rows; END");
    assertFalse(Files.exists(folder.resolve("lake")), "planning reaches no catalog");

    LakeTables found = LakeTables.inPlan(Files.readString(plan));
    assertEquals(2, found.all().size());
    assertEquals("lake.hits", found.all().get(0).name());
    assertEquals(FoundBy.EVENT_TIME, found.all().get(0).foundBy());
    assertEquals("lake.bars", found.all().get(1).name());
    assertEquals(FoundBy.WINDOW_END, found.all().get(1).foundBy());
    assertEquals(folder.resolve("lake").toUri().toString(), found.all().get(1).options().get("warehouse"));
    LakeTable bars = found.all().get(1);
    assertEquals(Layer.GOLD, bars.layer());
    assertEquals(List.of("k", "event_time"), bars.key());
    assertEquals(Duration.ofMinutes(5), bars.reaches());
    assertEquals("streams.bars", bars.correctionsTo());
    assertEquals(Map.of("n", "amount"), bars.renamed());
    assertEquals(
        List.of("k optional string", "n optional decimal(19, 6)", "event_time optional timestamptz", "window_end optional timestamptz",
            "raw optional binary", "day optional date"),
        bars.schema().columns().stream()
            .map(column -> column.name() + (column.isOptional() ? " optional " : " ") + column.type())
            .collect(Collectors.toList()));
    assertEquals("[day: identity, k_bucket_16: bucket[16]]",
        bars.spec().fields().stream().map(field -> field.name() + ": " + field.transform()).collect(Collectors.toList()).toString());

    LakeTables again = LakeTables.inParameters(found.parameters());
    assertEquals(found.all().get(1).options(), again.all().get(1).options());
    assertEquals(found.parameters(), again.parameters());
    assertEquals(bars.key(), again.all().get(1).key());
    assertThrows(IllegalStateException.class, () -> again.all().get(1).schema());
  }

  @Test
  void aJobWithoutALakeHasNone() {
    assertTrue(LakeTables.inPlan("{\"nodes\":[{\"id\":1}]}").isEmpty());
    assertTrue(LakeTables.inParameters(Map.of()).isEmpty());
    assertTrue(LakeTables.inParameters(LakeTables.inPlan("{}").parameters()).isEmpty());
  }

  @Test
  void refusesATableWhoseRowsCannotBeFound() {
    Lake lake = new Lake(folder);
    lake.declare("mine", "arrived_at").remove("tidemark.read-again-by");
    Exception missing = assertThrows(IllegalArgumentException.class, lake::tables);
    assertTrue(missing.getMessage().contains("lake.mine has 'tidemark.read-again-by' = nothing"), missing.getMessage());
    lake.declare("mine", "symbol");
    Exception unknown = assertThrows(IllegalArgumentException.class, lake::tables);
    assertTrue(unknown.getMessage().contains("'symbol': set it to the column"), unknown.getMessage());
    lake = new Lake(folder);
    lake.declare("mine", "event_time").remove("catalog-impl");
    Exception catalog = assertThrows(IllegalArgumentException.class, lake::tables);
    assertEquals("The lake table lake.mine has no option 'catalog-impl': add it to its DDL", catalog.getMessage());
  }
}
