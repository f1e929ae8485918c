package io.tidemark.runner.functions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.TimestampData;

/**
 * Whether the last row was there before: {@code IS_COPY(id, time, forget_at, watermark)}. Two rows are copies when id
 * and time are equal. A row is forgotten when the watermark reaches its forget_at, so the state is bounded by event
 * time, whatever the processing time; with no watermark nothing is forgotten.
 */
public final class IsCopy extends TypedOnce<Boolean, IsCopy.Seen> {
    /** The ids seen, with the time in milliseconds at which each is forgotten. */
    public static class Seen {
        public MapView<String, Long> forgetAt = new MapView<>();
        public long nextForget = Long.MAX_VALUE;
        public boolean lastWasCopy;
    }

    @Override
    public Seen createAccumulator() {
        return new Seen();
    }

    public void accumulate(
            Seen seen,
            String id,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData time,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData forgetAt,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData watermark)
            throws Exception {
        if (watermark != null && watermark.getMillisecond() >= seen.nextForget) {
            forget(seen, watermark.getMillisecond());
        }
        String key = time.getMillisecond() + "|" + id;
        seen.lastWasCopy = seen.forgetAt.contains(key);
        if (!seen.lastWasCopy) {
            seen.forgetAt.put(key, forgetAt.getMillisecond());
            seen.nextForget = Math.min(seen.nextForget, forgetAt.getMillisecond());
        }
    }

    @Override
    public Boolean getValue(Seen seen) {
        return seen.lastWasCopy;
    }

    private static void forget(Seen seen, long watermark) throws Exception {
        List<String> old = new ArrayList<>();
        long next = Long.MAX_VALUE;
        for (Map.Entry<String, Long> entry : seen.forgetAt.entries()) {
            if (entry.getValue() <= watermark) {
                old.add(entry.getKey());
            } else {
                next = Math.min(next, entry.getValue());
            }
        }
        for (String key : old) {
            seen.forgetAt.remove(key);
        }
        seen.nextForget = next;
    }
}
