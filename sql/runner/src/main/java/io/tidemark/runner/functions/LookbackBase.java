package io.tidemark.runner.functions;

import java.time.Duration;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.TimestampData;

/**
 * The price that the last row's price is compared with: {@code LOOKBACK_BASE(price, time, lookback)} over rows in the
 * order of time. It is the earliest price of the lookback before the row (both ends included, the row itself not) or,
 * after a gap, the last price before the gap; null for the first row.
 *
 * <p>The prices of the lookback are a queue, so that a row costs the same however many are in it; Flink's own range
 * frame walks over all of them for every row.
 */
public final class LookbackBase extends TypedOnce<Double, LookbackBase.Queue> {
    /** Times in milliseconds and prices of the rows in the lookback, numbered from head to tail. */
    public static class Queue {
        public MapView<Long, Long> times = new MapView<>();
        public MapView<Long, Double> prices = new MapView<>();
        public long head;
        public long tail;
        public Double lastPrice;
        public Double base;
    }

    @Override
    public Queue createAccumulator() {
        return new Queue();
    }

    public void accumulate(
            Queue queue,
            Double price,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData time,
            @DataTypeHint("INTERVAL SECOND(3)") Duration lookback)
            throws Exception {
        long now = time.getMillisecond();
        while (queue.head < queue.tail && queue.times.get(queue.head) < now - lookback.toMillis()) {
            queue.times.remove(queue.head);
            queue.prices.remove(queue.head);
            queue.head++;
        }
        queue.base = queue.head < queue.tail ? queue.prices.get(queue.head) : queue.lastPrice;
        queue.times.put(queue.tail, now);
        queue.prices.put(queue.tail, price);
        queue.tail++;
        queue.lastPrice = price;
    }

    @Override
    public Double getValue(Queue queue) {
        return queue.base;
    }
}
