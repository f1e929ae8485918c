package io.tidemark.runner.workbench.given;

import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.source.RichSourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.table.data.RowData;

/** Emits the rows of a given relation with their keys, and after each the watermark that it causes; then ends. */
final class GivenRows extends RichSourceFunction<Tuple2<String, RowData>> {
    private static final long serialVersionUID = 1L;

    private final String relation;
    private final WatermarkStrategy<RowData> watermarks;
    private volatile boolean cancelled;

    /** @param watermarks null where the relation has no watermark */
    GivenRows(String relation, WatermarkStrategy<RowData> watermarks) {
        this.relation = relation;
        this.watermarks = watermarks;
    }

    @Override
    public void run(SourceContext<Tuple2<String, RowData>> context) {
        String id = getRuntimeContext().getGlobalJobParameters().get(Run.PARAMETER);
        List<Run.Arrival> rows = Run.of(id).given(relation);
        ShardWatermarks shards = watermarks == null
                ? null
                : new ShardWatermarks(
                        rows, () -> watermarks.createWatermarkGenerator(getRuntimeContext()::getMetricGroup));
        long emitted = ShardWatermarks.NONE;
        for (Run.Arrival arrival : rows) {
            if (cancelled) {
                return;
            }
            context.collect(Tuple2.of(arrival.key, arrival.row));
            long watermark = shards == null ? ShardWatermarks.NONE : shards.after(arrival);
            if (watermark > emitted) {
                context.emitWatermark(new Watermark(watermark));
                emitted = watermark;
            }
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
