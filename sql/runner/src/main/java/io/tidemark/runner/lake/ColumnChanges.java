package io.tidemark.runner.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/** What makes the columns of a table those of its DDL, such that what was written before stays readable. */
final class ColumnChanges {
  private final LakeTable definition;
  private final Table table;
  /** The columns of the table by the names that they will have, in their order. */
  private final Map<String, Types.NestedField> columns = new LinkedHashMap<>();
  private final List<Consumer<UpdateSchema>> steps = new ArrayList<>();
  private final List<String> described = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private ColumnChanges(LakeTable definition, Table table) {
    this.definition = definition;
    this.table = table;
  }

  static ColumnChanges of(LakeTable definition, Table table) throws IOException {
    ColumnChanges made = new ColumnChanges(definition, table);
    List<Types.NestedField> wanted = definition.schema().columns();
    made.nameNow(wanted);
    made.dropOthers(wanted);
    for (Types.NestedField column : wanted) {
      made.make(column);
    }
    made.order(wanted.stream().map(Types.NestedField::name).collect(Collectors.toList()));
    return made;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  void apply(UpdateSchema update) {
    steps.forEach(step -> step.accept(update));
  }

  /** Each change in words, for the log. */
  List<String> described() {
    return described;
  }

  List<String> problems() {
    return problems;
  }

  private void nameNow(List<Types.NestedField> wanted) {
    Map<String, String> now = new LinkedHashMap<>(); // by the names that the table has
    List<String> names = wanted.stream().map(Types.NestedField::name).collect(Collectors.toList());
    List<Types.NestedField> there = table.schema().columns();
    for (String name : names) {
      String old = definition.renamed().get(name);
      boolean has = table.schema().findField(name) != null;
      if (old != null && table.schema().findField(old) != null) {
        if (has) {
          refuse("has both " + old + " and " + name, "says that " + name + " is what " + old + " was", "remove '"
              + LakeOptions.RENAMED + name + "', and keep " + old + " in the DDL or set '" + LakeOptions.DROPPED + "' = '" + old + "'");
        } else {
          now.put(old, name);
        }
      } else if (!has) {
        calledBefore(name, names, there).ifPresent(field -> now.put(field.name(), name));
      }
    }
    for (Types.NestedField field : there) {
      String name = now.getOrDefault(field.name(), field.name());
      columns.put(name, field);
      if (!name.equals(field.name())) {
        step(update -> update.renameColumn(field.name(), name), field.name() + " is called " + name);
      }
    }
  }

  /** The column that had this name, where an edit that renamed it is undone. */
  private Optional<Types.NestedField> calledBefore(String name, List<String> wanted, List<Types.NestedField> there) {
    return there.stream()
        .filter(field -> !wanted.contains(field.name()) && !definition.dropped().contains(field.name()))
        .filter(field -> table.schemas().values().stream().anyMatch(schema -> name.equals(schema.findColumnName(field.fieldId()))))
        .findFirst();
  }

  private void dropOthers(List<Types.NestedField> wanted) throws IOException {
    List<String> names = wanted.stream().map(Types.NestedField::name).collect(Collectors.toList());
    for (String name : List.copyOf(columns.keySet())) {
      Types.NestedField field = columns.get(name);
      if (names.contains(name)) {
        continue;
      }
      if (definition.dropped().contains(name) || !ColumnValues.any(table, field)) {
        columns.remove(name);
        step(update -> update.deleteColumn(field.name()), name + " is dropped");
      } else {
        refuse("has the column " + name + " (" + sql(field.type()) + ") with values in it", "has no such column", "put it back; or set '"
            + LakeOptions.RENAMED + "NAME' = '" + name + "' where it has another name now; or '" + LakeOptions.DROPPED + "' = '" + name
            + "' to give up its values");
      }
    }
  }

  private void make(Types.NestedField wanted) throws IOException {
    String name = wanted.name();
    Types.NestedField field = columns.get(name);
    if (field == null) {
      add(wanted);
    } else if (!sql(field.type()).equals(sql(wanted.type())) && !isWidening(wanted.type(), field.type())) {
      retype(field, wanted);
    } else if (field.isOptional() && wanted.isRequired()) {
      refuse("has the column " + name + ", in which there may be NULL", "has it NOT NULL", "declare it without NOT NULL");
    } else if (field.isRequired() && wanted.isOptional()) {
      step(update -> update.makeColumnOptional(field.name()), name + " may be NULL");
    }
  }

  private void add(Types.NestedField wanted) {
    if (wanted.isRequired()) {
      refuse("has no column " + wanted.name(), "has it NOT NULL, which old rows cannot be", "declare it without NOT NULL");
    } else {
      step(update -> update.addColumn(wanted.name(), wanted.type()), wanted.name() + " " + sql(wanted.type()) + " is added");
      columns.put(wanted.name(), wanted);
    }
  }

  private void retype(Types.NestedField field, Types.NestedField wanted) throws IOException {
    String name = wanted.name();
    String change = name + " is " + sql(wanted.type()) + " instead of " + sql(field.type());
    if (isWidening(field.type(), wanted.type())) {
      step(update -> update.updateColumn(field.name(), wanted.type().asPrimitiveType()), change);
    } else if (name.equals(field.name()) && wanted.isOptional() && !ColumnValues.any(table, field)) {
      step(update -> update.deleteColumn(name).addColumn(name, wanted.type()), change);
      columns.remove(name); // which puts it behind the others, as Iceberg does
      columns.put(name, wanted);
    } else {
      refuse("has the column " + name + " of type " + sql(field.type()), "has it of type " + sql(wanted.type()), "give it "
          + sql(field.type()) + " and CAST in 4_job.sql, or choose another name for the new column: only INT to BIGINT, FLOAT to DOUBLE"
          + " and DECIMAL to more digits keep what is written readable");
    }
  }

  /** Those of the DDL, one behind the other. A step names each column as the table does, or as it was added. */
  private void order(List<String> wanted) {
    if (problems.isEmpty() && !List.copyOf(columns.keySet()).equals(wanted)) {
      List<String> names = wanted.stream().map(name -> columns.get(name).name()).collect(Collectors.toList());
      step(update -> {
        update.moveFirst(names.get(0));
        for (int i = 1; i < names.size(); i++) {
          update.moveAfter(names.get(i), names.get(i - 1));
        }
      }, "the columns are in the order of the DDL");
    }
  }

  private void step(Consumer<UpdateSchema> step, String words) {
    steps.add(step);
    described.add(words);
  }

  private void refuse(String there, String wanted, String remedy) {
    problems.add(
        "The lake table " + definition.name() + " (" + definition.place() + ", " + table.location() + ") " + there + ", and its DDL "
            + wanted + ": " + remedy);
  }

  /** Whether another type holds every value of this one, so that what is written with this one stays readable. */
  static boolean isWidening(Type type, Type other) {
    return !sql(type).equals(sql(other)) && other.isPrimitiveType() && TypeUtil.isPromotionAllowed(type, other.asPrimitiveType());
  }

  /** A type as the DDL says it. */
  static String sql(Type type) {
    return FlinkSchemaUtil.convert(type).asSummaryString().replace("TIMESTAMP(6) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(6)")
        .replace("VARCHAR(2147483647)", "STRING").replace("VARBINARY(2147483647)", "BYTES");
  }
}
