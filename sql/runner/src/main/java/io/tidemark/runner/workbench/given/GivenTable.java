package io.tidemark.runner.workbench.given;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.StreamSource;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** A relation whose rows are given by the {@link Run}, to be scanned or looked up. */
final class GivenTable implements ScanTableSource, LookupTableSource, SupportsWatermarkPushDown {
    private final String relation;
    private final DataType type;
    private WatermarkStrategy<RowData> watermarks;

    GivenTable(String relation, DataType type) {
        this.relation = relation;
        this.type = type;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> watermarks) {
        this.watermarks = watermarks;
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        TypeInformation<RowData> produced = context.createTypeInformation(type);
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(ProviderContext context, StreamExecutionEnvironment env) {
                return scan(env, produced);
            }

            @Override
            public boolean isBounded() {
                return true;
            }
        };
    }

    /** One subtask emits all rows, so that each watermark has its place; behind it each key has its subtask. */
    private DataStream<RowData> scan(StreamExecutionEnvironment env, TypeInformation<RowData> produced) {
        return new DataStreamSource<>(
                        env,
                        Types.TUPLE(Types.STRING, produced),
                        new StreamSource<>(new GivenRows(relation, watermarks)),
                        false,
                        "given " + relation,
                        Boundedness.BOUNDED)
                .partitionCustom((key, subtasks) -> Math.floorMod(key.hashCode(), subtasks), row -> row.f0)
                .map(row -> row.f1)
                .returns(produced);
    }

    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
        int[] keys = Arrays.stream(context.getKeys()).mapToInt(path -> path[0]).toArray();
        return LookupFunctionProvider.of(new Lookup(relation, (RowType) type.getLogicalType(), keys));
    }

    @Override
    public DynamicTableSource copy() {
        GivenTable copy = new GivenTable(relation, type);
        copy.watermarks = watermarks;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "given " + relation;
    }

    /** All rows that have the values of the key columns. */
    public static final class Lookup extends LookupFunction {
        private static final long serialVersionUID = 1L;

        private final String relation;
        private final RowData.FieldGetter[] ofRow;
        private final RowData.FieldGetter[] ofKey;
        private transient List<Run.Arrival> rows;

        Lookup(String relation, RowType type, int[] keys) {
            this.relation = relation;
            this.ofRow = new RowData.FieldGetter[keys.length];
            this.ofKey = new RowData.FieldGetter[keys.length];
            for (int i = 0; i < keys.length; i++) {
                ofRow[i] = RowData.createFieldGetter(type.getTypeAt(keys[i]), keys[i]);
                ofKey[i] = RowData.createFieldGetter(type.getTypeAt(keys[i]), i);
            }
        }

        @Override
        public void open(FunctionContext context) {
            rows = Run.of(context.getJobParameter(Run.PARAMETER, null)).given(relation);
        }

        @Override
        public Collection<RowData> lookup(RowData key) {
            List<RowData> found = new ArrayList<>();
            for (Run.Arrival arrival : rows) {
                boolean equal = true;
                for (int i = 0; i < ofRow.length; i++) {
                    Object value = ofKey[i].getFieldOrNull(key);
                    equal &= value != null && Objects.equals(value, ofRow[i].getFieldOrNull(arrival.row));
                }
                if (equal) {
                    found.add(arrival.row);
                }
            }
            return found;
        }
    }
}
