package io.tidemark.runner;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.table.types.utils.DataTypeUtils;

/** The columns of a source or view, as a case needs them to give or to expect its rows. */
public final class RelationSchema {
    public final String name;
    /** Of a source: the unresolved schema of its DDL. Null for a view. */
    private final Schema declared;
    private final List<Column> columns;

    private RelationSchema(String name, Schema declared, List<Column> columns) {
        this.name = name;
        this.declared = declared;
        this.columns = columns;
    }

    public static RelationSchema of(TableEnvironment tables, String name) {
        try {
            CatalogBaseTable table = tables.getCatalog(tables.getCurrentCatalog())
                    .get()
                    .getTable(new ObjectPath(tables.getCurrentDatabase(), name));
            boolean view = table.getTableKind() == CatalogBaseTable.TableKind.VIEW;
            return new RelationSchema(
                    name,
                    view ? null : table.getUnresolvedSchema(),
                    tables.from("`" + name + "`").getResolvedSchema().getColumns());
        } catch (TableNotExistException e) {
            throw new IllegalArgumentException("There is no relation " + name, e);
        }
    }

    public List<Column> columns() {
        return columns;
    }

    /** The event-time column, null where there is none. */
    public String eventTime() {
        return columns.stream()
                .filter(column -> LogicalTypeChecks.isRowtimeAttribute(type(column)))
                .map(Column::getName)
                .findFirst()
                .orElse(null);
    }

    public static boolean isProcessingTime(Column column) {
        return LogicalTypeChecks.isProctimeAttribute(type(column));
    }

    /** Whether a given row has a value for it: computed columns are computed for given rows too. */
    public static boolean isGiven(Column column) {
        return !(column instanceof Column.ComputedColumn) && !isProcessingTime(column);
    }

    public static LogicalType type(Column column) {
        return column.getDataType().getLogicalType();
    }

    /** The values of a given row, in their order. */
    public RowType givenType() {
        List<RowType.RowField> fields = new ArrayList<>();
        columns.stream()
                .filter(RelationSchema::isGiven)
                .forEach(column -> fields.add(new RowType.RowField(column.getName(), plain(column).getLogicalType())));
        return new RowType(fields);
    }

    /**
     * The schema of the table that gives its rows. A source keeps its computed columns and its watermark; its metadata
     * are columns like others. The rows of a view get a watermark by its event time.
     *
     * @param eventTime the event-time column of a view, null where it has none
     */
    public Schema given(String eventTime, long latenessMillis) {
        Schema.Builder schema = Schema.newBuilder();
        if (declared != null) {
            for (Schema.UnresolvedColumn column : declared.getColumns()) {
                if (column instanceof Schema.UnresolvedComputedColumn) {
                    schema.columnByExpression(
                            column.getName(), ((Schema.UnresolvedComputedColumn) column).getExpression());
                } else if (column instanceof Schema.UnresolvedMetadataColumn) {
                    schema.column(column.getName(), ((Schema.UnresolvedMetadataColumn) column).getDataType());
                } else {
                    schema.column(column.getName(), ((Schema.UnresolvedPhysicalColumn) column).getDataType());
                }
            }
            declared.getWatermarkSpecs()
                    .forEach(spec -> schema.watermark(spec.getColumnName(), spec.getWatermarkExpression()));
            return schema.build();
        }
        for (Column column : columns) {
            if (isProcessingTime(column)) {
                schema.columnByExpression(column.getName(), "PROCTIME()");
            } else {
                schema.column(column.getName(), plain(column));
            }
        }
        if (eventTime != null) {
            schema.watermark(
                    eventTime,
                    "`" + eventTime + "` - INTERVAL '" + latenessMillis / 1000 + "."
                            + String.format("%03d", latenessMillis % 1000) + "' SECOND(3, 3)");
        }
        return schema.build();
    }

    /**
     * The schema of a table that stands in for a source whose rows are kept: its metadata and its processing time, which
     * then says in which order the rows came, are columns like others; computed columns stay.
     */
    public Schema kept() {
        Schema.Builder schema = Schema.newBuilder();
        for (Schema.UnresolvedColumn column : declared.getColumns()) {
            Column resolved = column(column.getName());
            if (isProcessingTime(resolved)) {
                schema.column(column.getName(), DataTypes.TIMESTAMP_LTZ(3));
            } else if (column instanceof Schema.UnresolvedComputedColumn) {
                schema.columnByExpression(column.getName(), ((Schema.UnresolvedComputedColumn) column).getExpression());
            } else {
                schema.column(column.getName(), plain(resolved).nullable());
            }
        }
        return schema.build();
    }

    /** What a metadata column of a source asks its connector for; null for any other column. */
    public String metadataKey(Column column) {
        return column instanceof Column.MetadataColumn
                ? ((Column.MetadataColumn) column).getMetadataKey().orElse(column.getName())
                : null;
    }

    private Column column(String name) {
        return columns.stream().filter(each -> each.getName().equals(name)).findFirst().orElseThrow();
    }

    /** The schema of the table that collects its rows, in which every column may be NULL. */
    public Schema expected() {
        Schema.Builder schema = Schema.newBuilder();
        columns.forEach(column -> schema.column(column.getName(), plain(column).nullable()));
        return schema.build();
    }

    /** The columns in a SELECT, event and processing times as plain times. */
    public String selected() {
        StringBuilder list = new StringBuilder();
        for (Column column : columns) {
            String quoted = "`" + column.getName() + "`";
            list.append(list.length() == 0 ? "" : ", ");
            list.append(LogicalTypeChecks.isTimeAttribute(type(column))
                    ? "CAST(" + quoted + " AS " + plain(column).nullable() + ")"
                    : quoted);
        }
        return list.toString();
    }

    private static DataType plain(Column column) {
        DataType type = DataTypeUtils.removeTimeAttribute(column.getDataType());
        return isProcessingTime(column) ? DataTypes.TIMESTAMP_LTZ(3) : type;
    }
}
