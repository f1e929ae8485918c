package io.tidemark.runner.workbench.given;

import io.tidemark.runner.RelationSchema;
import io.tidemark.runner.source.TextRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Makes rows of a relation from their JSON form: values by column, or a record as it came. */
final class RowReader {
    private final RelationSchema relation;
    private final RowType type;
    private final TextRecords values;
    private final TextRecords records;
    /** For each value of a record, physical ones first, its place in the row. */
    private final List<Integer> recordPlaces = new ArrayList<>();

    RowReader(RelationSchema relation) {
        this.relation = relation;
        this.type = relation.givenType();
        this.values = new TextRecords(type, List.of("parse_error"));
        List<RowType.RowField> physical = new ArrayList<>();
        List<Integer> metadataPlaces = new ArrayList<>();
        List<String> metadata = new ArrayList<>();
        for (Column column : relation.columns()) {
            if (column instanceof Column.PhysicalColumn) {
                recordPlaces.add(type.getFieldIndex(column.getName()));
                physical.add(new RowType.RowField(column.getName(), RelationSchema.type(column)));
            } else if (column instanceof Column.MetadataColumn) {
                String key = ((Column.MetadataColumn) column).getMetadataKey().orElse(column.getName());
                if (key.equals("payload") || key.equals("parse_error")) {
                    metadata.add(key);
                    metadataPlaces.add(type.getFieldIndex(column.getName()));
                }
            }
        }
        recordPlaces.addAll(metadataPlaces);
        this.records = metadata.isEmpty() ? null : new TextRecords(new RowType(physical), metadata);
    }

    /**
     * Reads {@code {"values": {column: value}, "record": text}}; a record is read by the stream's decoder.
     * Throws where a value cannot be read as its column's type, or is missing where the column cannot be NULL.
     */
    RowData read(JsonNode json) {
        GenericRowData read = values.decode(json.path("values").toString());
        int arity = type.getFieldCount();
        if (!read.isNullAt(arity)) {
            throw new IllegalArgumentException(read.getString(arity).toString());
        }
        GenericRowData row = new GenericRowData(arity);
        for (int i = 0; i < arity; i++) {
            row.setField(i, read.getField(i));
            if (read.isNullAt(i) && !type.getTypeAt(i).isNullable()) {
                throw new IllegalArgumentException(
                        type.getFieldNames().get(i) + " is missing, and cannot be NULL in " + relation.name);
            }
        }
        if (json.has("record")) {
            if (records == null) {
                throw new IllegalArgumentException(
                        relation.name + " has no payload or parse_error: give its rows as values by column");
            }
            GenericRowData record = records.decode(json.get("record").textValue());
            for (int i = 0; i < recordPlaces.size(); i++) {
                row.setField(recordPlaces.get(i), record.getField(i));
            }
        }
        return row;
    }
}
