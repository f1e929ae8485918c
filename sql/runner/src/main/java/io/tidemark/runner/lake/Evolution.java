package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What makes one table what its DDL says: worked out first, then committed as a whole. */
final class Evolution {
  private static final Logger LOG = LoggerFactory.getLogger(Evolution.class);

  /** The table's property that names the properties which its DDL set: those may be taken back. */
  static final String SET = "tidemark.set";

  private final LakeTable.Opened lake;
  private final List<String> changes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  /** Null where there is no table yet. */
  private Transaction transaction;

  private Evolution(LakeTable.Opened lake) {
    this.lake = lake;
  }

  /** Changes nothing yet. */
  static Evolution of(LakeTable.Opened lake) throws IOException {
    Evolution made = new Evolution(lake);
    if (lake.table() != null) {
      made.stage(lake.definition, lake.table());
    }
    return made;
  }

  /** What cannot be, each with its remedy; nothing is to be committed then. */
  List<String> problems() {
    return problems;
  }

  /** No commit where nothing differs. */
  void commit() {
    LakeTable definition = lake.definition;
    if (transaction == null) {
      lake.catalog.createTable(definition.id(), definition.schema(), definition.spec(), properties(definition));
      LOG.info("The lake table {} is made: {}", definition.name(), definition.place());
    } else if (!changes.isEmpty()) {
      transaction.commitTransaction();
      LOG.info("The lake table {} is made what its DDL says: {}", definition.name(), String.join(", ", changes));
    }
  }

  private void stage(LakeTable definition, Table table) throws IOException {
    transaction = table.newTransaction(); // first, as it looks what the table has become meanwhile
    ColumnChanges columns = ColumnChanges.of(definition, table);
    problems.addAll(columns.problems());
    if (!problems.isEmpty()) {
      return;
    }
    try {
      if (!columns.isEmpty()) {
        UpdateSchema update = transaction.updateSchema();
        columns.apply(update);
        update.commit();
        changes.addAll(columns.described());
      }
      stageSpec(definition);
      stageProperties(definition);
    } catch (IllegalArgumentException | org.apache.iceberg.exceptions.ValidationException e) {
      problems.add(
          "The lake table " + definition.name() + " (" + definition.place() + ") cannot become what its DDL says: " + e.getMessage()
              + ". Undo that edit, or set another 'catalog-table'");
    }
  }

  private void stageSpec(LakeTable definition) {
    PartitionSpec spec = transaction.table().spec();
    Map<String, String> there = new LinkedHashMap<>(); // what each field does, and its name
    for (PartitionField field : spec.fields()) {
      if (!field.transform().isVoid()) {
        there.put(field.transform() + " of " + spec.schema().findColumnName(field.sourceId()), field.name());
      }
    }
    Map<String, Partitioning.Part> wanted = new LinkedHashMap<>();
    definition.partitioning().parts().forEach(part -> wanted.put(part.does(), part));
    if (there.keySet().equals(wanted.keySet())) {
      return;
    }
    UpdatePartitionSpec update = transaction.updateSpec();
    there.forEach((does, name) -> {
      if (!wanted.containsKey(does)) {
        update.removeField(name);
      }
    });
    wanted.forEach((does, part) -> {
      if (!there.containsKey(does)) {
        update.addField(part.name(), part.term());
      }
    });
    update.commit();
    changes.add("new files are partitioned by " + (wanted.isEmpty() ? "nothing" : String.join(", ", wanted.keySet())));
  }

  private void stageProperties(LakeTable definition) {
    Map<String, String> there = transaction.table().properties();
    Map<String, String> wanted = properties(definition);
    int version = ((HasTableOperations) lake.table()).operations().current().formatVersion();
    if (Integer.parseInt(wanted.get(TableProperties.FORMAT_VERSION)) <= version) {
      wanted.remove(TableProperties.FORMAT_VERSION); // it only ever rises
    }
    wanted.entrySet().removeIf(property -> Objects.equals(there.get(property.getKey()), property.getValue()));
    List<String> gone = new ArrayList<>();
    for (String name : there.getOrDefault(SET, "").split(",")) {
      if (there.containsKey(name) && !properties(definition).containsKey(name)) {
        gone.add(name);
      }
    }
    if (!wanted.isEmpty() || !gone.isEmpty()) {
      UpdateProperties update = transaction.updateProperties();
      wanted.forEach(update::set);
      gone.forEach(update::remove);
      update.commit();
      wanted.forEach((name, value) -> changes.add(name + " = " + value));
      gone.forEach(name -> changes.add(name + " is taken back"));
    }
  }

  private static Map<String, String> properties(LakeTable definition) {
    Map<String, String> properties = new LinkedHashMap<>();
    String key = String.join(", ", definition.key());
    properties.put(TableProperties.FORMAT_VERSION, definition.options().getOrDefault("format-version", "2"));
    properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
    properties.put(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "100");
    properties.put("comment", definition.layer() + ", key: " + key); // Glue shows it as the table's description
    properties.put(Layer.OPTION, definition.layer().toString());
    properties.put(LakeOptions.KEY, key);
    Map<String, String> own =
        definition.options().entrySet().stream()
            .filter(option -> option.getKey().matches("(write|commit|history)\\..*"))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    properties.putAll(own);
    properties.put(SET, String.join(",", new TreeSet<>(own.keySet())));
    return properties;
  }
}
