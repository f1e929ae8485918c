package io.tidemark.runner.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class FunctionsTest {
    private static TimestampData at(long millis) {
        return TimestampData.fromEpochMillis(millis);
    }

    private static final class Trade {
        final double price;
        final long time;
        final Long sequence;
        final String id;

        Trade(double price, long time, Long sequence, String id) {
            this.price = price;
            this.time = time;
            this.sequence = sequence;
            this.id = id;
        }
    }

    private static final Comparator<Trade> ORDER = Comparator.<Trade>comparingLong(t -> t.time)
            .thenComparing(t -> t.sequence, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(t -> t.id);

    private static List<Trade> randomTrades(Random random) {
        List<Trade> trades = new ArrayList<>();
        int n = 1 + random.nextInt(30);
        for (int i = 0; i < n; i++) {
            Long sequence = random.nextInt(4) == 0 ? null : (long) random.nextInt(3);
            trades.add(new Trade(1 + random.nextInt(50), random.nextInt(4), sequence, "id-" + i));
        }
        return trades;
    }

    private static ValueAt.Best fold(ValueAt function, List<Trade> trades) {
        ValueAt.Best best = function.createAccumulator();
        for (Trade t : trades) {
            function.accumulate(best, t.price, at(t.time), t.sequence, StringData.fromString(t.id));
        }
        return best;
    }

    @Test
    void earliestAndLatestDoNotDependOnArrivalNorOnHowTheRowsAreMerged() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            List<Trade> trades = randomTrades(random);
            double first = Collections.min(trades, ORDER).price;
            double last = Collections.max(trades, ORDER).price;
            Collections.shuffle(trades, random);
            Earliest earliest = new Earliest();
            Latest latest = new Latest();
            assertEquals(first, earliest.getValue(fold(earliest, trades)));
            assertEquals(last, latest.getValue(fold(latest, trades)));

            int cut = random.nextInt(trades.size() + 1);
            ValueAt.Best left = fold(latest, trades.subList(0, cut));
            latest.merge(left, List.of(fold(latest, trades.subList(cut, trades.size())), latest.createAccumulator()));
            assertEquals(last, latest.getValue(left));
        }
    }

    @Test
    void valuesThatAreNullArePassedOver() {
        Latest latest = new Latest();
        ValueAt.Best best = latest.createAccumulator();
        assertNull(latest.getValue(best));
        latest.accumulate(best, 5.0, at(1));
        latest.accumulate(best, null, at(2));
        assertEquals(5.0, latest.getValue(best));
    }

    @Test
    void aCopyIsACopyUntilItsTimeToForget() throws Exception {
        IsCopy function = new IsCopy();
        IsCopy.Seen seen = function.createAccumulator();
        assertFalse(copy(function, seen, "a", 10, 100, null));
        assertTrue(copy(function, seen, "a", 10, 100, null));
        assertFalse(copy(function, seen, "a", 11, 100, 50L), "the same id at another time is another trade");
        assertFalse(copy(function, seen, "b", 10, 200, 50L));
        assertTrue(copy(function, seen, "a", 10, 100, 99L));
        assertFalse(copy(function, seen, "a", 10, 100, 100L), "forgotten at 100");
        assertTrue(copy(function, seen, "b", 10, 200, 100L), "not yet forgotten");
    }

    @Test
    void rememberedIdsAreBoundedByEventTime() throws Exception {
        IsCopy function = new IsCopy();
        IsCopy.Seen seen = function.createAccumulator();
        Random random = new Random(2);
        Set<Long> open = new HashSet<>();
        for (long time = 0; time < 20_000; time += 1 + random.nextInt(5)) {
            long watermark = time - 100;
            long forgetAt = (time / 1000 + 1) * 1000;
            copy(function, seen, "x", time, forgetAt, watermark);
            open.add(time);
            open.removeIf(t -> (t / 1000 + 1) * 1000 <= watermark);
            int size = 0;
            for (String ignored : seen.forgetAt.keys()) {
                size++;
            }
            assertEquals(open.size(), size);
        }
    }

    private static boolean copy(IsCopy function, IsCopy.Seen seen, String id, long time, long forgetAt, Long watermark)
            throws Exception {
        function.accumulate(seen, id, at(time), at(forgetAt), watermark == null ? null : at(watermark));
        return function.getValue(seen);
    }

    @Test
    void theDaySoFarStartsAnewWithEachDay() {
        DaySoFar function = new DaySoFar();
        DaySoFar.Day day = function.createAccumulator();
        assertNull(function.getValue(day));
        function.accumulate(day, 0, 10.0, 12.0, 9.0, 100L);
        function.accumulate(day, 0, 11.0, 11.0, 8.0, 50L);
        assertEquals(Row.of(10.0, 12.0, 8.0, 150L), function.getValue(day));
        function.accumulate(day, 1, 20.0, 21.0, 19.0, 5L);
        assertEquals(Row.of(20.0, 21.0, 19.0, 5L), function.getValue(day));
    }

    @Test
    void theBaseIsTheEarliestPriceOfTheLookbackElseTheLastBeforeIt() throws Exception {
        LookbackBase function = new LookbackBase();
        LookbackBase.Queue queue = function.createAccumulator();
        assertNull(base(function, queue, 1.0, 0));
        assertEquals(1.0, base(function, queue, 2.0, 50));
        assertEquals(1.0, base(function, queue, 3.0, 100), "exactly one lookback before counts");
        assertEquals(2.0, base(function, queue, 4.0, 101));
        assertEquals(4.0, base(function, queue, 5.0, 1000), "after a gap: the last price before it");
        assertEquals(5.0, base(function, queue, 6.0, 1001));
    }

    @Test
    void theBaseEqualsAScanOverAllRows() throws Exception {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            LookbackBase function = new LookbackBase();
            LookbackBase.Queue queue = function.createAccumulator();
            List<double[]> rows = new ArrayList<>();
            long time = 0;
            for (int i = 0; i < 200; i++) {
                time += 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 20);
                double price = 1 + random.nextInt(100);
                Double expected = rows.isEmpty() ? null : rows.get(rows.size() - 1)[1];
                for (double[] row : rows) {
                    if (row[0] >= time - 100) {
                        expected = row[1];
                        break;
                    }
                }
                assertEquals(expected, base(function, queue, price, time));
                rows.add(new double[] {time, price});
            }
        }
    }

    private static Double base(LookbackBase function, LookbackBase.Queue queue, double price, long time)
            throws Exception {
        function.accumulate(queue, price, at(time), Duration.ofMillis(100));
        return function.getValue(queue);
    }
}
