package io.tidemark.runner.inline;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;
import org.apache.flink.table.types.logical.RowType;

/** Looks rows up by the equality of any columns. */
final class InlineTableSource implements LookupTableSource {
    private final String relation;
    private final String json;
    private final RowType type;

    InlineTableSource(String relation, String json, RowType type) {
        this.relation = relation;
        this.json = json;
        this.type = type;
    }

    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
        int[] keys = Arrays.stream(context.getKeys()).mapToInt(path -> path[0]).toArray();
        return LookupFunctionProvider.of(new Lookup(relation, json, type, keys));
    }

    @Override
    public DynamicTableSource copy() {
        return new InlineTableSource(relation, json, type);
    }

    @Override
    public String asSummaryString() {
        return "inline rows";
    }

    /** All rows by the values of the key columns. */
    public static final class Lookup extends LookupFunction {
        private static final long serialVersionUID = 1L;
        private final String relation;
        private final String json;
        private final RowType type;
        private final int[] keys;
        private transient Map<RowData, List<RowData>> rows;

        Lookup(String relation, String json, RowType type, int[] keys) {
            this.relation = relation;
            this.json = json;
            this.type = type;
            this.keys = keys;
        }

        @Override
        public void open(FunctionContext context) {
            rows = InlineRows.parse(relation, json, type).stream()
                    .collect(Collectors.groupingBy(this::keyOf, HashMap::new, Collectors.toList()));
        }

        @Override
        public Collection<RowData> lookup(RowData key) {
            GenericRowData plain = new GenericRowData(keys.length);
            for (int i = 0; i < keys.length; i++) {
                plain.setField(i, RowData.createFieldGetter(type.getTypeAt(keys[i]), i).getFieldOrNull(key));
            }
            return rows.getOrDefault(plain, List.of());
        }

        private RowData keyOf(RowData row) {
            GenericRowData key = new GenericRowData(keys.length);
            for (int i = 0; i < keys.length; i++) {
                key.setField(i, ((GenericRowData) row).getField(keys[i]));
            }
            return key;
        }
    }
}
