package io.tidemark.runner.workbench.given;

import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkFunctionProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/** Collects the rows of a relation in the {@link Run}, whatever its changelog does. */
final class ExpectedTable implements DynamicTableSink {
    private final String relation;
    private final DataType type;

    ExpectedTable(String relation, DataType type) {
        this.relation = relation;
        this.type = type;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.all();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        return SinkFunctionProvider.of(new Collector(relation, (RowType) type.getLogicalType()));
    }

    @Override
    public DynamicTableSink copy() {
        return new ExpectedTable(relation, type);
    }

    @Override
    public String asSummaryString() {
        return "expected " + relation;
    }

    private static final class Collector extends RichSinkFunction<RowData> {
        private static final long serialVersionUID = 1L;

        private final String relation;
        private final List<String> names;
        private final JsonValue[] values;
        private transient String run;

        Collector(String relation, RowType type) {
            this.relation = relation;
            this.names = type.getFieldNames();
            this.values = JsonValue.ofFields(type);
        }

        @Override
        public void invoke(RowData row, Context context) {
            if (run == null) {
                run = getRuntimeContext().getGlobalJobParameters().get(Run.PARAMETER);
            }
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < values.length; i++) {
                json.set(names.get(i), values[i].of(row));
            }
            boolean comes = row.getRowKind() == RowKind.INSERT || row.getRowKind() == RowKind.UPDATE_AFTER;
            Run.of(run).found(relation, json, comes ? 1 : -1);
        }
    }
}
