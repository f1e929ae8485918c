package io.tidemark.runner.source;

import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonToRowDataConverters;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.TextNode;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Reads one JSON value as one SQL type, strictly: flink-json makes 1 of 1.5, false of "yes" and 28 February of the 30th, this makes an
 * error of each. Types that trades do not have (dates, arrays, rows, …) are left to flink-json.
 */
@FunctionalInterface
interface FieldReader extends Serializable {
  /** A value that is not null and not yet converted: its token, and its text as written (empty for arrays and objects). */
  final class Value {
    final JsonToken token;
    final String text;
    @Nullable final JsonNode node;

    /**
     * @param parser stands on the value, which is read to its end
     * @param tree whether to keep what is in an array or object
     */
    Value(JsonParser parser, boolean tree) throws IOException {
      token = parser.currentToken();
      text = token.isStructStart() ? "" : parser.getText();
      node = token.isStructStart() && tree ? parser.readValueAsTree() : null;
      parser.skipChildren();
    }

    boolean isText() {
      return token == JsonToken.VALUE_STRING;
    }

    boolean isContainer() {
      return token.isStructStart();
    }

    @Override
    public String toString() {
      return isText() ? '"' + text + '"' : isContainer() ? token == JsonToken.START_OBJECT ? "an object" : "an array" : text;
    }
  }

  /** The value in Flink's internal form. Throws {@link IllegalArgumentException} or another runtime exception if it is not of the type. */
  Object read(Value value);

  static FieldReader of(LogicalType type) {
    switch (type.getTypeRoot()) {
      case CHAR:
      case VARCHAR:
        return value -> StringData.fromString(scalar(value));
      case BOOLEAN:
        return FieldReader::readBoolean;
      case TINYINT:
        return value -> (byte) readInteger(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case SMALLINT:
        return value -> (short) readInteger(value, Short.MIN_VALUE, Short.MAX_VALUE);
      case INTEGER:
        return value -> (int) readInteger(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case BIGINT:
        return value -> readInteger(value, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT:
        return value -> Float.parseFloat(number(value));
      case DOUBLE:
        return value -> Double.parseDouble(number(value));
      case DECIMAL:
        return value -> readDecimal(value, (DecimalType) type);
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        int precision = LogicalTypeChecks.getPrecision(type);
        return value -> readInstant(value, precision);
      default:
        JsonToRowDataConverters.JsonToRowDataConverter converter =
            new JsonToRowDataConverters(false, false, TimestampFormat.ISO_8601).createConverter(type);
        return value -> converter.convert(asNode(value));
    }
  }

  private static String scalar(Value value) {
    if (value.isContainer()) {
      throw new IllegalArgumentException("not a single value");
    }
    return value.text;
  }

  private static boolean readBoolean(Value value) {
    if (!value.token.isBoolean()) {
      throw new IllegalArgumentException("neither true nor false");
    }
    return value.token == JsonToken.VALUE_TRUE;
  }

  /** The text of a number, or of a text that is one: not NaN, Infinity, 0x10, 1f, which Java would take. */
  private static String number(Value value) {
    if (!value.token.isNumeric() && !(value.isText() && Patterns.NUMBER.matcher(value.text).matches())) {
      throw new IllegalArgumentException("not a number");
    }
    return value.text;
  }

  private static long readInteger(Value value, long min, long max) {
    Matcher matcher = Patterns.INTEGER.matcher(number(value));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a whole number");
    }
    long integer = Long.parseLong(matcher.group(1));
    if (integer < min || integer > max) {
      throw new IllegalArgumentException("out of range");
    }
    return integer;
  }

  private static DecimalData readDecimal(Value value, DecimalType type) {
    BigDecimal decimal = new BigDecimal(number(value));
    boolean fits = (long) decimal.precision() - decimal.scale() <= type.getPrecision() - type.getScale();
    if (!fits && decimal.signum() != 0) { // asked first: to bring 1e999999999 to a scale takes all memory
      throw new IllegalArgumentException("out of range");
    }
    DecimalData data =
        decimal.signum() == 0 || (long) decimal.precision() - decimal.scale() < -type.getScale()
            ? DecimalData.zero(type.getPrecision(), type.getScale())
            : DecimalData.fromBigDecimal(decimal, type.getPrecision(), type.getScale());
    if (data == null) {
      throw new IllegalArgumentException("out of range");
    }
    return data;
  }

  /** ISO 8601 in UTC, as the contract says. What is finer than the column is cut off, so that it is the same in memory and in state. */
  private static TimestampData readInstant(Value value, int precision) {
    Matcher matcher = Patterns.INSTANT.matcher(value.isText() ? value.text : "");
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not like 2013-10-07T13:30:00.000Z");
    }
    String fraction = matcher.group(7) == null ? "" : matcher.group(7);
    String nanos = (fraction.substring(0, Math.min(fraction.length(), precision)) + "000000000").substring(0, 9);
    try {
      LocalDateTime time =
          LocalDateTime.of(part(matcher, 1), part(matcher, 2), part(matcher, 3), part(matcher, 4), part(matcher, 5), part(matcher, 6));
      return TimestampData.fromInstant(time.plusNanos(Long.parseLong(nanos)).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static int part(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static JsonNode asNode(Value value) {
    if (value.isContainer()) {
      return value.node;
    }
    if (!value.isText()) {
      throw new IllegalArgumentException("neither text nor array nor object");
    }
    return TextNode.valueOf(value.text);
  }

  /** Compiled once. */
  final class Patterns {
    static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    static final Pattern INTEGER = Pattern.compile("(-?\\d+)(?:\\.0+)?");
    static final Pattern INSTANT =
        Pattern.compile("(\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9}))?Z");

    private Patterns() {}
  }
}
