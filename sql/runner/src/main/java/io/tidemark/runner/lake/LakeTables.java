package io.tidemark.runner.lake;

import io.tidemark.runner.Relations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/** The Iceberg tables that a job writes: found in its plan, and handed to its tasks among the job's parameters. */
public final class LakeTables {
  /** The job parameter that carries them. */
  static final String PARAMETER = "tidemark.lake";

  /** The job parameter that says how many streams it reads. */
  private static final String STREAMS = "tidemark.streams";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<LakeTable> tables;
  private final int streams;

  private LakeTables(Collection<LakeTable> tables, int streams) {
    this.tables = List.copyOf(tables);
    this.streams = streams;
  }

  /** Those that a compiled plan writes. Throws where one does not say what is needed to find rows that are read again. */
  public static LakeTables inPlan(String plan) {
    Map<String, LakeTable> found = new LinkedHashMap<>();
    Set<String> streams = new HashSet<>();
    for (JsonNode node : tree(plan).path("nodes")) {
      JsonNode source = node.path("scanTableSource").path("table").path("resolvedTable").path("options");
      if (source.path("connector").asText().equals("tidemark-kinesis")) {
        streams.add(source.path("stream").asText());
      }
      JsonNode table = node.path("dynamicTableSink").path("table");
      Map<String, String> of = JSON.convertValue(table.path("resolvedTable").path("options"), new TypeReference<>() {});
      if (of != null && LakeTableFactory.CONNECTOR.equals(of.get("connector"))) {
        String name = table.path("identifier").asText().replace("`default_catalog`.", "").replace("`", "");
        found.put(name, new LakeTable(name, of, columns(name, table.path("resolvedTable").path("schema").path("columns"))));
      }
    }
    return new LakeTables(found.values(), streams.size());
  }

  /** Those that are created as sinks in a table environment. Throws as {@link #inPlan}. */
  public static LakeTables declared(TableEnvironment tables, Relations relations) {
    List<LakeTable> found = new ArrayList<>();
    for (Relations.Relation sink : relations.of("sink")) {
      ContextResolvedTable table = sink.in(tables);
      if (LakeTableFactory.CONNECTOR.equals(table.getTable().getOptions().get("connector"))) {
        found.add(new LakeTable(sink.name, table.getTable().getOptions(), table.getResolvedSchema()));
      }
    }
    return new LakeTables(found, 0);
  }

  private static ResolvedSchema columns(String name, JsonNode json) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : json) {
      if (!column.path("dataType").isTextual()) {
        throw new IllegalArgumentException(
            "The lake table " + name + " has the column " + column.path("name").asText() + " of a type that no lake table can have: "
                + column.path("dataType"));
      }
      LogicalType type = LogicalTypeParser.parse(column.path("dataType").asText(), LakeTables.class.getClassLoader());
      columns.add(Column.physical(column.path("name").asText(), DataTypes.of(type)));
    }
    return ResolvedSchema.of(columns);
  }

  /** Those that {@link #parameters} named, without their columns; none where they are not of a Tidemark job. */
  public static LakeTables inParameters(Map<String, String> parameters) {
    String json = parameters.get(PARAMETER);
    Map<String, Map<String, String>> options =
        json == null ? Map.of() : JSON.convertValue(tree(json), new TypeReference<>() {});
    List<LakeTable> found = new ArrayList<>();
    options.forEach((name, of) -> found.add(new LakeTable(name, of, null)));
    return new LakeTables(found, Integer.parseInt(parameters.getOrDefault(STREAMS, "0")));
  }

  /** Parameters of the job that name them. */
  public Map<String, String> parameters() {
    Map<String, Map<String, String>> options = new LinkedHashMap<>();
    tables.forEach(table -> options.put(table.name(), table.options()));
    return Map.of(PARAMETER, JSON.valueToTree(options).toString(), STREAMS, String.valueOf(streams));
  }

  public boolean isEmpty() {
    return tables.isEmpty();
  }

  /** How many streams the job of the plan reads. */
  int streams() {
    return streams;
  }

  public List<LakeTable> all() {
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
