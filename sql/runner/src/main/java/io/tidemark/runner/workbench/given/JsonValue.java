package io.tidemark.runner.workbench.given;

import java.io.Serializable;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** One column of a row as JSON: times as ISO 8601 with milliseconds, in UTC where they are instants. */
interface JsonValue extends Serializable {
    JsonNode of(RowData row);

    /** The columns of rows of this type. */
    static JsonValue[] ofFields(RowType type) {
        JsonValue[] values = new JsonValue[type.getFieldCount()];
        for (int i = 0; i < values.length; i++) {
            LogicalType field = type.getTypeAt(i);
            RowData.FieldGetter getter = RowData.createFieldGetter(field, i);
            values[i] = row -> json(getter.getFieldOrNull(row), field);
        }
        return values;
    }

    private static JsonNode json(Object value, LogicalType type) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value == null) {
            return json.nullNode();
        }
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return json.booleanNode((Boolean) value);
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
                return json.numberNode(((Number) value).longValue());
            case FLOAT:
            case DOUBLE:
                double number = ((Number) value).doubleValue();
                return Double.isFinite(number) ? json.numberNode(number) : json.textNode(String.valueOf(number));
            case DECIMAL:
                return json.numberNode(((DecimalData) value).toBigDecimal());
            case DATE:
                return json.textNode(LocalDate.ofEpochDay((Integer) value).toString());
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return json.textNode(local(value));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return json.textNode(local(value) + "Z");
            case ROW:
                ObjectNode object = json.objectNode();
                JsonValue[] fields = ofFields((RowType) type);
                for (int i = 0; i < fields.length; i++) {
                    object.set(((RowType) type).getFieldNames().get(i), fields[i].of((RowData) value));
                }
                return object;
            case ARRAY:
                ArrayNode list = json.arrayNode();
                LogicalType element = ((ArrayType) type).getElementType();
                ArrayData.ElementGetter getter = ArrayData.createElementGetter(element);
                for (int i = 0; i < ((ArrayData) value).size(); i++) {
                    list.add(json(getter.getElementOrNull((ArrayData) value, i), element));
                }
                return list;
            default:
                return json.textNode(value.toString());
        }
    }

    private static String local(Object value) {
        LocalDateTime time = ((TimestampData) value).toLocalDateTime();
        return Format.MILLIS.format(time);
    }

    /** Made once. */
    final class Format {
        static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS");

        private Format() {}
    }
}
