package io.tidemark.runner.lake.maintenance;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The request {@code maintain}: {@code {"catalog":{…},"database":"…","tables":["bars"],"keepMs":…,"targetBytes":…}} with
 * the options of an Iceberg catalog as a table's DDL has them. It needs no SQL: tables that the job writes no more are
 * looked after as well as the others.
 */
public final class MaintainRequest {
  private static final Logger LOG = LoggerFactory.getLogger(MaintainRequest.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Small files wait for the network, not for the processor. */
  private static final int THREADS = 8;

  private MaintainRequest() {}

  /**
   * Maintains the tables one after the other and answers {@code {"tables":[{"table":"bars","before":{…},"after":{…},…}]}},
   * with {@code "failed"} in place of the numbers where one could not be; {@code dryRun} changes nothing. What is done
   * goes to {@code progress} as it begins: {@code {"table":"bars","step":"compact","done":1,"of":3}}.
   */
  public static ObjectNode run(JsonNode request, Consumer<ObjectNode> progress) throws Exception {
    Map<String, String> options = JSON.convertValue(request.path("catalog"), new TypeReference<>() {});
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    Catalog catalog = CatalogUtil.loadCatalog(options.get("catalog-impl"), "lake", options, new Configuration());
    try {
      Maintenance maintenance =
          new Maintenance(
              request.path("targetBytes").asLong(), System.currentTimeMillis() - request.path("keepMs").asLong(), threads);
      ObjectNode answer = JSON.createObjectNode();
      ArrayNode tables = answer.putArray("tables");
      for (String name : names(request)) {
        TableIdentifier id = TableIdentifier.of(request.path("database").asText(), name);
        ObjectNode table = tables.addObject().put("table", name);
        one(catalog, id, maintenance, request.path("dryRun").asBoolean(), progress, table);
      }
      return answer;
    } finally {
      threads.shutdown();
      if (catalog instanceof Closeable) {
        ((Closeable) catalog).close();
      }
    }
  }

  /** What keeps one table from being maintained keeps no other. */
  private static void one(
      Catalog catalog,
      TableIdentifier id,
      Maintenance maintenance,
      boolean dryRun,
      Consumer<ObjectNode> progress,
      ObjectNode answer) {
    try {
      Table table = catalog.loadTable(id);
      if (dryRun) {
        maintenance.plan(table, answer);
      } else {
        maintenance.run(table, (step, done, of) -> progress.accept(at(id.name(), step, done, of)), answer);
      }
    } catch (Exception e) {
      LOG.error("{} could not be maintained", id, e);
      answer.put("failed", e.toString());
    }
  }

  private static ObjectNode at(String table, String step, int done, int of) {
    return JSON.createObjectNode().put("table", table).put("step", step).put("done", done).put("of", of);
  }

  private static List<String> names(JsonNode request) {
    List<String> names = new ArrayList<>();
    request.path("tables").forEach(name -> names.add(name.asText()));
    return names;
  }
}
