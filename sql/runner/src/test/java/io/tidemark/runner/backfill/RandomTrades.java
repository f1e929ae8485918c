package io.tidemark.runner.backfill;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Trades of some symbols over some days: bursts at any time of the day, many of them about midnight and the start of the
 * trading day, days without any, jumps that cross levels, trades that were behind the watermark, a previous close now and
 * then.
 */
final class RandomTrades {
  private static final long DAY = 86_400_000L;

  private final Random random;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private long count;

  RandomTrades(long seed) {
    this.random = new Random(seed);
  }

  /** As columns of lake.trades, in no order. */
  List<Map<String, Object>> make(LocalDate first, int days, List<String> symbols) {
    for (String symbol : symbols) {
      double price = 50 + random.nextInt(200);
      for (int day = 0; day < days; day++) {
        if (random.nextInt(3) == 0) {
          continue;
        }
        long midnight = first.plusDays(day).toEpochDay() * DAY;
        for (int burst = 1 + random.nextInt(3); burst > 0; burst--) {
          price = burst(symbol, midnight + startOfBurst(), midnight + DAY, price);
        }
      }
    }
    return rows;
  }

  private long startOfBurst() {
    long[] corners = {0, DAY - 200_000, 5 * 3_600_000L - 100_000, 14 * 3_600_000L};
    return random.nextInt(3) == 0 ? (long) (random.nextDouble() * (DAY - 400_000)) : corners[random.nextInt(corners.length)];
  }

  private double burst(String symbol, long start, long end, double price) {
    double at = price;
    long time = start;
    for (int i = 0; i < 3 + random.nextInt(12) && time < end; i++) {
      at = Math.round(at * (1 + (random.nextInt(5) == 0 ? 0.012 : 0.001) * (random.nextDouble() * 2 - 1)) * 100) / 100.0;
      row(symbol, time, at);
      time += random.nextInt(4) == 0 ? 0 : random.nextInt(90_000);
    }
    return at;
  }

  private void row(String symbol, long millis, double price) {
    Map<String, Object> row = new HashMap<>();
    long number = count++;
    row.put("trade_id", "t" + number);
    row.put("symbol", symbol);
    row.put("event_time", time(millis));
    row.put("price", price);
    row.put("open", price);
    row.put("high", price);
    row.put("low", price);
    row.put("size", (long) random.nextInt(500));
    row.put("source", "test");
    row.put("sequence", number);
    row.put("previous_close", random.nextInt(6) == 0 ? price * 0.99 : null);
    row.put("shard_id", "shardId-000000000000");
    row.put("sequence_number", String.valueOf(10_000_000 + number));
    row.put("sub_sequence_number", 0L);
    row.put("arrived_at", time(millis + 50));
    row.put("watermark_before", random.nextInt(12) == 0 ? time(millis + 1) : null);
    row.put("day", ((OffsetDateTime) row.get("event_time")).toLocalDate());
    rows.add(row);
  }

  static OffsetDateTime time(long millis) {
    return OffsetDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
  }
}
