package io.tidemark.runner.lake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/** The Iceberg tables that a job writes: found in its plan, and handed to its tasks among the job's parameters. */
public final class LakeTables {
  /** The job parameter that carries them. */
  static final String PARAMETER = "tidemark.lake";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<LakeTable> tables;

  private LakeTables(Map<String, Map<String, String>> options) {
    tables = new ArrayList<>();
    options.forEach((name, of) -> tables.add(new LakeTable(name, of)));
  }

  /** Those that a compiled plan writes. Throws where one does not say what is needed to find rows that are read again. */
  public static LakeTables inPlan(String plan) {
    Map<String, Map<String, String>> options = new LinkedHashMap<>();
    for (JsonNode node : tree(plan).path("nodes")) {
      JsonNode table = node.path("dynamicTableSink").path("table");
      Map<String, String> of = JSON.convertValue(table.path("resolvedTable").path("options"), new TypeReference<>() {});
      if (of != null && "iceberg".equals(of.get("connector"))) {
        options.put(table.path("identifier").asText().replace("`default_catalog`.", "").replace("`", ""), of);
      }
    }
    return new LakeTables(options);
  }

  /** Those that {@link #parameters} named; none where they are not of a Tidemark job. */
  public static LakeTables inParameters(Map<String, String> parameters) {
    String json = parameters.get(PARAMETER);
    return new LakeTables(json == null ? Map.of() : JSON.convertValue(tree(json), new TypeReference<>() {}));
  }

  /** Parameters of the job that name them. */
  public Map<String, String> parameters() {
    Map<String, Map<String, String>> options = new LinkedHashMap<>();
    tables.forEach(table -> options.put(table.name(), table.options()));
    return Map.of(PARAMETER, JSON.valueToTree(options).toString());
  }

  public boolean isEmpty() {
    return tables.isEmpty();
  }

  List<LakeTable> all() {
    return tables;
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("This is no JSON: " + e.getMessage(), e);
    }
  }
}
