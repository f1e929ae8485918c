package io.tidemark.runner.lake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.util.TimeUtils;
import org.apache.iceberg.flink.FlinkSchemaUtil;

/** What the options of a lake table say beside where it is. */
final class LakeOptions {
  static final String KEY = "tidemark.key";
  static final String REACHES = "tidemark.reaches";
  static final String CORRECTIONS_TO = "tidemark.corrections-to";
  static final String CARRIED = "tidemark.carried";
  static final String DROPPED = "tidemark.dropped";
  /** Followed by the name of a column; the value is the name that it had. */
  static final String RENAMED = "tidemark.renamed.";
  /** Where it is. */
  static final Set<String> PLACE = Set.of("catalog-name", "catalog-impl", "catalog-database", "catalog-table");

  final Layer layer;
  final FoundBy foundBy;
  final List<String> key;
  final Partitioning partitioning;
  final Duration reaches;
  final String correctionsTo;
  final List<String> carried;
  final List<String> dropped;
  final Map<String, String> renamed = new LinkedHashMap<>();

  private final String table;
  private final Map<String, String> options;
  private final List<String> problems = new ArrayList<>();

  private LakeOptions(String table, Map<String, String> options) {
    this.table = table;
    this.options = options;
    PLACE.stream().sorted().filter(option -> !options.containsKey(option)).forEach(option ->
        problems.add("The lake table " + table + " has no option '" + option + "': add it to its DDL"));
    layer = tried(() -> Layer.of(table, options.get(Layer.OPTION)));
    foundBy = tried(() -> FoundBy.of(table, options.get(FoundBy.OPTION)));
    key = names(KEY);
    if (key.isEmpty()) {
      problems.add(says(KEY) + ": set it to the columns that tell its rows apart, with commas between them");
    }
    partitioning = tried(() -> Partitioning.of(table, options.get(Partitioning.OPTION)));
    reaches = tried(this::duration);
    correctionsTo = options.get(CORRECTIONS_TO);
    carried = names(CARRIED);
    dropped = names(DROPPED);
    options.forEach((option, old) -> {
      if (option.startsWith(RENAMED)) {
        renamed.put(option.substring(RENAMED.length()), old);
      }
    });
  }

  /** Throws one error with everything that is missing or wrong. What is about columns is looked at where they are given. */
  static LakeOptions of(String table, Map<String, String> options, ResolvedSchema columns) {
    LakeOptions made = new LakeOptions(table, options);
    if (columns != null) {
      made.check(columns);
    }
    if (!made.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", made.problems));
    }
    return made;
  }

  private void check(ResolvedSchema columns) {
    List<String> there = columns.getColumnNames();
    key.forEach(column -> mustBe(there, KEY, column));
    carried.forEach(column -> mustBe(there, CARRIED, column));
    if (foundBy != null) {
      mustBe(there, FoundBy.OPTION, foundBy.column());
    }
    renamed.forEach((now, old) -> {
      mustBe(there, RENAMED + now, now);
      mustNotBe(there, RENAMED + now, old);
    });
    dropped.forEach(column -> mustNotBe(there, DROPPED, column));
    try {
      if (partitioning != null) {
        partitioning.spec(FlinkSchemaUtil.convert(columns));
      }
    } catch (IllegalArgumentException | UnsupportedOperationException | org.apache.iceberg.exceptions.ValidationException e) {
      problems.add("The lake table " + table + " cannot be an Iceberg table as its DDL says: " + e.getMessage());
    }
  }

  private void mustBe(List<String> there, String option, String column) {
    if (!there.contains(column)) {
      problems.add(says(option) + ", but it has no column " + column + ": it has " + String.join(", ", there));
    }
  }

  private void mustNotBe(List<String> there, String option, String column) {
    if (there.contains(column)) {
      problems.add(says(option) + ", but " + column + " is a column of its DDL: remove the one or the other");
    }
  }

  private Duration duration() {
    try {
      return options.containsKey(REACHES) ? TimeUtils.parseDuration(options.get(REACHES)) : Duration.ZERO;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(says(REACHES) + ": set it to a duration such as '5 min'", e);
    }
  }

  private List<String> names(String option) {
    List<String> names = new ArrayList<>();
    for (String name : options.getOrDefault(option, "").split(",")) {
      if (!name.isBlank()) {
        names.add(name.trim());
      }
    }
    return List.copyOf(names);
  }

  private String says(String option) {
    String value = options.get(option);
    return "The lake table " + table + " has '" + option + "' = " + (value == null ? "nothing" : "'" + value + "'");
  }

  private <T> T tried(Supplier<T> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
      return null;
    }
  }
}
