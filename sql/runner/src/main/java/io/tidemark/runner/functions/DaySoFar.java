package io.tidemark.runner.functions;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.types.Row;

/**
 * Open, high, low and volume of the day of the last row, over the rows of that day so far, in the order of the rows:
 * {@code DAY_SO_FAR(day, open, high, low, volume)}. The state is one day's values, however many days pass.
 */
@FunctionHint(output = @DataTypeHint("ROW<`open` DOUBLE, high DOUBLE, low DOUBLE, volume BIGINT>"))
public final class DaySoFar extends TypedOnce<Row, DaySoFar.Day> {
    /** The values of one day; {@code open} is null before the first row. */
    public static class Day {
        public int day;
        public Double open;
        public double high;
        public double low;
        public long volume;
    }

    @Override
    public Day createAccumulator() {
        return new Day();
    }

    public void accumulate(
            Day day,
            @DataTypeHint(value = "DATE", bridgedTo = Integer.class) Integer date,
            Double open,
            Double high,
            Double low,
            Long volume) {
        if (day.open == null || day.day != date) {
            day.day = date;
            day.open = open;
            day.high = high;
            day.low = low;
            day.volume = 0;
        }
        day.high = Math.max(day.high, high);
        day.low = Math.min(day.low, low);
        day.volume += volume;
    }

    @Override
    public Row getValue(Day day) {
        return day.open == null ? null : Row.of(day.open, day.high, day.low, day.volume);
    }
}
