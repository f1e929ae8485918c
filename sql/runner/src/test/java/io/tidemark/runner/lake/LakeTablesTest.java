package io.tidemark.runner.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
          "CREATE TABLE lake." + name + " (k STRING) WITH ('connector' = 'iceberg', 'catalog-name' = 'lake',"
              + " 'catalog-impl' = 'org.apache.iceberg.hadoop.HadoopCatalog', 'catalog-database' = 'tidemark',"
              + " 'catalog-table' = '" + name + "', 'warehouse' = '" + folder.toUri() + "',"
              + " 'tidemark.read-again-by' = '" + (name.equals("bars") ? "window_end" : "event_time") + "')");
    }
    Path plan = folder.resolve("plan.json");
    tables.executeSql(
        "COMPILE PLAN '" + plan.toUri() + "' FOR STATEMENT SET BEGIN INSERT INTO elsewhere SELECT k FROM source_rows;"
            + " INSERT INTO lake.hits SELECT k FROM source_rows; INSERT INTO lake.bars SELECT k FROM source_rows; END");

    LakeTables found = LakeTables.inPlan(Files.readString(plan));
    assertEquals(2, found.all().size());
    assertEquals("lake.hits", found.all().get(0).name());
    assertEquals(FoundBy.EVENT_TIME, found.all().get(0).foundBy());
    assertEquals("lake.bars", found.all().get(1).name());
    assertEquals(FoundBy.WINDOW_END, found.all().get(1).foundBy());
    assertEquals(folder.toUri().toString(), found.all().get(1).options().get("warehouse"));

    LakeTables again = LakeTables.inParameters(found.parameters());
    assertEquals(found.all().get(1).options(), again.all().get(1).options());
    assertEquals(found.parameters(), again.parameters());
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
    lake.declare("mine", "event_time").remove("catalog-impl");
    Exception catalog = assertThrows(IllegalArgumentException.class, lake::tables);
    assertEquals("The lake table lake.mine has no option 'catalog-impl': add it to its DDL", catalog.getMessage());
  }
}
