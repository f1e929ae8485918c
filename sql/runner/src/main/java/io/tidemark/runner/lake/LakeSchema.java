package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tables of the lake what their DDL says, before a job is made to start. */
public final class LakeSchema {
  private static final Logger LOG = LoggerFactory.getLogger(LakeSchema.class);

  private LakeSchema() {}

  /** Creates the tables that are not there. */
  public static void apply(LakeTables tables) throws IOException {
    List<LakeTable.Opened> opened = new ArrayList<>();
    try {
      for (LakeTable table : tables.all()) {
        opened.add(table.open());
      }
      for (LakeTable.Opened lake : opened) {
        if (lake.table() == null) {
          create(lake);
        }
      }
    } finally {
      IOUtils.closeAllQuietly(opened);
    }
  }

  private static void create(LakeTable.Opened lake) {
    LakeTable table = lake.definition;
    lake.catalog.createTable(table.id(), table.schema(), table.spec(), properties(table));
    LOG.info("The lake table {} is made: {}", table.name(), table.place());
  }

  private static Map<String, String> properties(LakeTable table) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("format-version", table.options().getOrDefault("format-version", "2"));
    return properties;
  }
}
