package io.tidemark.runner.workbench.given;

import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.RowData;

/**
 * The watermark of rows that come from several shards: the least of those that still have rows to come. A shard that
 * has said nothing yet holds it back, one whose rows are all out does not count, as in the real source.
 */
final class ShardWatermarks {
    /** Before the first watermark. */
    static final long NONE = Long.MIN_VALUE;

    private final Shard[] shards;
    private long watermark = NONE;

    private static final class Shard implements WatermarkOutput {
        final WatermarkGenerator<RowData> generator;
        int left;
        long watermark = NONE;

        Shard(WatermarkGenerator<RowData> generator) {
            this.generator = generator;
        }

        @Override
        public void emitWatermark(Watermark mark) {
            watermark = Math.max(watermark, mark.getTimestamp());
        }

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    }

    /** Takes all rows in advance, to know when a shard has no more. */
    ShardWatermarks(List<Run.Arrival> rows, Supplier<WatermarkGenerator<RowData>> generators) {
        int count = rows.stream().mapToInt(row -> row.shard + 1).max().orElse(0);
        shards = new Shard[count];
        for (int i = 0; i < count; i++) {
            shards[i] = new Shard(generators.get());
        }
        rows.forEach(row -> shards[row.shard].left++);
    }

    /** A row went out. Returns the watermark that follows it, {@link #NONE} where there is none yet; it never falls. */
    long after(Run.Arrival arrival) {
        Shard shard = shards[arrival.shard];
        shard.generator.onEvent(arrival.row, NONE, shard);
        shard.generator.onPeriodicEmit(shard);
        shard.left--;
        long least = Long.MAX_VALUE;
        for (Shard each : shards) {
            least = each.left > 0 ? Math.min(least, each.watermark) : least;
        }
        if (least != Long.MAX_VALUE) {
            watermark = Math.max(watermark, least);
        }
        return watermark;
    }
}
