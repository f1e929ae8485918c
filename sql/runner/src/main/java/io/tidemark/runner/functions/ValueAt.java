package io.tidemark.runner.functions;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/**
 * The value at one end of an order by time, then sequence (none first), then id, in whatever order the rows arrive.
 * Rows without a value are passed over. {@code f(value, time[, sequence, id])} or {@code f(value, sequence, id)}.
 */
public abstract class ValueAt extends TypedOnce<Double, ValueAt.Best> {
    /** The row that is at the end so far; {@code value} is null before the first. */
    public static class Best {
        public Double value;
        public long time;
        public long sequence;
        public @DataTypeHint(value = "STRING", bridgedTo = StringData.class) StringData id;
    }

    /** Whether a row that compares to the best so far like this takes its place. */
    protected abstract boolean wins(int comparison);

    @Override
    public Best createAccumulator() {
        return new Best();
    }

    public void accumulate(
            Best best,
            Double value,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData time,
            Long sequence,
            @DataTypeHint(value = "STRING", bridgedTo = StringData.class) StringData id) {
        offer(best, value, time.getMillisecond(), sequence == null ? Long.MIN_VALUE : sequence, id);
    }

    public void accumulate(
            Best best,
            Double value,
            @DataTypeHint(value = "TIMESTAMP_LTZ(3)", bridgedTo = TimestampData.class) TimestampData time) {
        offer(best, value, time.getMillisecond(), 0, null);
    }

    public void accumulate(
            Best best,
            Double value,
            Long sequence,
            @DataTypeHint(value = "STRING", bridgedTo = StringData.class) StringData id) {
        offer(best, value, 0, sequence == null ? Long.MIN_VALUE : sequence, id);
    }

    public void merge(Best best, Iterable<Best> others) {
        for (Best other : others) {
            offer(best, other.value, other.time, other.sequence, other.id);
        }
    }

    @Override
    public Double getValue(Best best) {
        return best.value;
    }

    private void offer(Best best, Double value, long time, long sequence, StringData id) {
        if (value == null || (best.value != null && !wins(compare(best, time, sequence, id)))) {
            return;
        }
        best.value = value;
        best.time = time;
        best.sequence = sequence;
        best.id = id;
    }

    private static int compare(Best best, long time, long sequence, StringData id) {
        int byTime = Long.compare(time, best.time);
        int bySequence = byTime != 0 ? byTime : Long.compare(sequence, best.sequence);
        return bySequence != 0 || id == null || best.id == null ? bySequence : id.compareTo(best.id);
    }
}
