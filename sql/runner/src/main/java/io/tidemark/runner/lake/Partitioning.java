package io.tidemark.runner.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;

/**
 * How a lake table's rows are spread over its files: {@code 'tidemark.partitioned-by' = 'day, bucket(16, symbol)'} in its DDL,
 * since Flink's {@code PARTITIONED BY} knows columns only.
 */
final class Partitioning {
  static final String OPTION = "tidemark.partitioned-by";

  private static final Pattern PART =
      Pattern.compile("\\s*(?:(?<column>\\w+)|(?<transform>bucket|truncate)\\s*\\(\\s*(?<width>\\d{1,9})\\s*,\\s*(?<of>\\w+)\\s*\\))\\s*");

  private final List<Part> parts = new ArrayList<>();

  /** One column, or a transform of one. */
  static final class Part {
    /** The column itself where it is null, else {@code bucket} or {@code truncate}. */
    private final String transform;

    private final int width;
    private final String column;

    private Part(String transform, int width, String column) {
      this.transform = transform;
      this.width = width;
      this.column = column;
    }

    /** Unlike Iceberg's own, with the width in it: a table that gets other buckets has both names. */
    String name() {
      return transform == null ? column : column + "_" + transform + "_" + width;
    }

    /** What Iceberg's own field says that does the same: {@code bucket[16] of symbol}. */
    String does() {
      return (transform == null ? "identity" : transform + "[" + width + "]") + " of " + column;
    }

    Term term() {
      if (transform == null) {
        return Expressions.ref(column);
      }
      return transform.equals("bucket") ? Expressions.bucket(column, width) : Expressions.truncate(column, width);
    }
  }

  private Partitioning() {}

  /** Throws where {@code value} cannot be read; null is a table that is not partitioned. */
  static Partitioning of(String table, String value) {
    Partitioning made = new Partitioning();
    for (String part : value == null ? new String[0] : value.split(",(?![^(]*\\))", -1)) {
      Matcher matcher = PART.matcher(part);
      if (!matcher.matches() || "0".equals(matcher.group("width"))) {
        throw new IllegalArgumentException(
            "The lake table " + table + " has '" + OPTION + "' = '" + value + "', of which '" + part.trim()
                + "' cannot be read: set it to columns, bucket(N, column) and truncate(N, column), with commas between them");
      }
      made.parts.add(
          matcher.group("column") != null
              ? new Part(null, 0, matcher.group("column"))
              : new Part(matcher.group("transform"), Integer.parseInt(matcher.group("width")), matcher.group("of")));
    }
    return made;
  }

  List<Part> parts() {
    return parts;
  }

  /** Throws where a column is not there, or of a type that is not for this. */
  PartitionSpec spec(Schema schema) {
    PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
    for (Part part : parts) {
      if (part.transform == null) {
        builder.identity(part.column);
      } else if (part.transform.equals("bucket")) {
        builder.bucket(part.column, part.width, part.name());
      } else {
        builder.truncate(part.column, part.width, part.name());
      }
    }
    return builder.build();
  }
}
