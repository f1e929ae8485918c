package io.tidemark.runner.inline;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonToRowDataConverters;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Reads the rows of an inline relation. */
final class InlineRows {
    private InlineRows() {}

    /** The rows in the order of the text. Throws with the relation and the row's number where one does not fit. */
    static List<RowData> parse(String relation, String json, RowType type) {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode rows;
        try {
            rows = mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(relation + ": 'rows' is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!rows.isArray()) {
            throw new IllegalArgumentException(relation + ": 'rows' is not a list of rows");
        }
        JsonToRowDataConverters.JsonToRowDataConverter converter =
                new JsonToRowDataConverters(true, false, TimestampFormat.ISO_8601).createRowConverter(type);
        List<RowData> parsed = new ArrayList<>();
        for (JsonNode row : rows) {
            String where = relation + ": row " + (parsed.size() + 1) + " of 'rows', " + row + ", ";
            if (!row.isArray() || row.size() != type.getFieldCount()) {
                throw new IllegalArgumentException(where + "is not a list of the values of " + type.getFieldNames());
            }
            ObjectNode object = mapper.createObjectNode();
            for (int i = 0; i < row.size(); i++) {
                object.set(type.getFieldNames().get(i), row.get(i));
            }
            try {
                parsed.add((RowData) converter.convert(object));
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(where + "does not fit " + type.asSummaryString(), e);
            }
        }
        return parsed;
    }
}
