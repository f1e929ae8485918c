package io.tidemark.runner.backfill;

import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Compares and rewrites rows of one table of the lake. */
final class RowValues {
  /** When a row was made, which says nothing of what it says. */
  static final String EMITTED_AT = "emitted_at";

  /** What there was when a trade came; of it only this counts, whether the trade was behind it. */
  private static final String WATERMARK = "watermark_before";

  private static final String EVENT_TIME = "event_time";

  /** ISO 8601 in UTC with milliseconds, as the contracts have times. */
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");

  private RowValues() {}

  /** A row as one of the table: its columns by name, widened where the table's are wider, NULL where it has none. */
  static Record as(Schema table, Record row) {
    GenericRecord fitted = GenericRecord.create(table);
    for (Types.NestedField field : table.columns()) {
      Object value = row.struct().field(field.name()) == null ? null : row.getField(field.name());
      fitted.setField(field.name(), widened(value, field.type()));
    }
    return fitted;
  }

  private static Object widened(Object value, Type type) {
    if (value instanceof Integer && type.typeId() == Type.TypeID.LONG) {
      return ((Integer) value).longValue();
    }
    if (value instanceof Float && type.typeId() == Type.TypeID.DOUBLE) {
      return ((Float) value).doubleValue();
    }
    return value instanceof ByteBuffer ? ((ByteBuffer) value).duplicate() : value;
  }

  /** The values of some columns, as a key. */
  static List<Object> key(Record row, Collection<String> columns) {
    List<Object> key = new ArrayList<>(columns.size());
    columns.forEach(column -> key.add(row.getField(column)));
    return key;
  }

  /** Whether two rows of one table say the same. */
  static boolean same(Record one, Record other) {
    for (Types.NestedField field : one.struct().fields()) {
      String name = field.name();
      boolean same =
          name.equals(EMITTED_AT)
              || (name.equals(WATERMARK)
                  ? isBehind(one) == isBehind(other)
                  : Objects.equals(one.getField(name), other.getField(name)));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBehind(Record trade) {
    OffsetDateTime watermark = (OffsetDateTime) trade.getField(WATERMARK);
    return watermark != null && !watermark.isBefore((OffsetDateTime) trade.getField(EVENT_TIME));
  }

  /** A row as a JSON object; without the columns that are left out. */
  static ObjectNode json(Record row, Set<String> without) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Types.NestedField field : row.struct().fields()) {
      if (!without.contains(field.name())) {
        put(json, field.name(), row.getField(field.name()));
      }
    }
    return json;
  }

  private static void put(ObjectNode json, String name, Object value) {
    if (value == null) {
      json.putNull(name);
    } else if (value instanceof OffsetDateTime) {
      json.put(name, TIME.format(((OffsetDateTime) value).withOffsetSameInstant(ZoneOffset.UTC)));
    } else if (value instanceof Long) {
      json.put(name, (Long) value);
    } else if (value instanceof Integer) {
      json.put(name, (Integer) value);
    } else if (value instanceof Double) {
      json.put(name, (Double) value);
    } else if (value instanceof Boolean) {
      json.put(name, (Boolean) value);
    } else {
      json.put(name, value.toString());
    }
  }
}
