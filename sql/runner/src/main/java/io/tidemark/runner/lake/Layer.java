package io.tidemark.runner.lake;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How far the rows of a lake table are from the records of the stream: {@code tidemark.layer} in its DDL. */
public enum Layer {
  /** Records as they came. */
  BRONZE,
  /** Trades: typed, valid, once. */
  SILVER,
  /** What is computed from trades. */
  GOLD,
  /** What became of the records. */
  AUDIT;

  static final String OPTION = "tidemark.layer";

  /** Throws where {@code value} is none of them. */
  static Layer of(String table, String value) {
    return Arrays.stream(values())
        .filter(layer -> layer.toString().equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The lake table " + table + " has '" + OPTION + "' = " + (value == null ? "nothing" : "'" + value + "'")
                        + ": set it to one of " + Arrays.stream(values()).map(Layer::toString).collect(Collectors.joining(", "))));
  }

  /** As the DDL has it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
